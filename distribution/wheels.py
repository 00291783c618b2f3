"""The wheel and the sdist, and the wheels of all libraries."""

from pathlib import Path

from distribution.places import BUILD, DIST, GLIBCS, PYTHONS, REQUIREMENTS, VERSION
from distribution.tools import pip, run, tools

WHEEL = f"wallboard-{VERSION}-py3-none-any.whl"
_LIBRARIES = BUILD / "wheels"


def build() -> list[Path]:
    """Build the wheel and the sdist."""
    run(str(tools() / "hatchling"), "build", "-t", "sdist", "-t", "wheel", "-d", str(DIST))
    return [DIST / WHEEL, DIST / f"wallboard-{VERSION}.tar.gz"]


def wheel() -> Path:
    """Our own wheel, built if it is not there."""
    return DIST / WHEEL if (DIST / WHEEL).is_file() else build()[0]


def libraries() -> Path:
    """A folder of the wheels of all libraries for every Python, each with one of its hashes."""
    taken, pinned = _LIBRARIES / "taken.txt", REQUIREMENTS.read_text()
    tools()
    if not taken.is_file() or taken.read_text() != pinned:
        for old in _LIBRARIES.glob("*"):
            old.unlink()
        for python in PYTHONS:
            run(*pip(), "download", "--no-deps", "--require-hashes", *for_python(python),
                "-r", str(REQUIREMENTS), "-d", str(_LIBRARIES))  # fmt: skip
        taken.write_text(pinned)
    return _LIBRARIES


def for_python(python: str) -> list[str]:
    """What has pip choose the wheels for a Python on Linux with an old glibc."""
    platforms = [f"--platform=manylinux_2_{glibc}_x86_64" for glibc in GLIBCS]
    return ["--only-binary", ":all:", "--implementation", "cp", "--python-version", python,
            *platforms, "--platform=manylinux2014_x86_64"]  # fmt: skip
