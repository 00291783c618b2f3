"""The wheel and the sdist, and the wheels of all libraries."""

import hashlib
import re
from functools import cache
from pathlib import Path

from distribution.places import BUILD, DIST, GLIBCS, PYTHONS, REQUIREMENTS, VERSION
from distribution.tools import pip, run, tools

WHEEL = f"wallboard-{VERSION}-py3-none-any.whl"
_LIBRARIES = BUILD / "wheels"

SOURCE_ONLY = ("nkeys",)
"""Libraries without a published wheel: pure Python, so that one built here serves everywhere."""

_PIN = re.compile(r"(?m)^(\S+)==\S+ .*\\\n(?:    --hash=\S+(?: \\)?\n)+")


def build() -> list[Path]:
    """Build the wheel and the sdist."""
    run(str(tools() / "hatchling"), "build", "-t", "sdist", "-t", "wheel", "-d", str(DIST))
    return [DIST / WHEEL, DIST / f"wallboard-{VERSION}.tar.gz"]


def wheel() -> Path:
    """Our own wheel, built if it is not there."""
    return DIST / WHEEL if (DIST / WHEEL).is_file() else build()[0]


@cache
def libraries() -> Path:
    """A folder of the wheels of all libraries for every Python, each with one of its hashes."""
    taken, pinned = _LIBRARIES / "taken.txt", REQUIREMENTS.read_text()
    tools()
    if not taken.is_file() or taken.read_text() != pinned:
        for old in _LIBRARIES.glob("*"):
            old.unlink()
        wheels = _written("published.txt", pins(of_source=False))
        for python in PYTHONS:
            run(*pip(), "download", "--no-deps", "--require-hashes", *for_python(python),
                "-r", str(wheels), "-d", str(_LIBRARIES))  # fmt: skip
        taken.write_text(pinned)
    sources = _written("sources.txt", pins(of_source=True))
    run(*pip(), "wheel", "--no-deps", "--no-build-isolation", "--no-cache-dir", "--require-hashes",
        "--no-binary", ":all:", "-r", str(sources), "-w", str(_LIBRARIES))  # fmt: skip
    return _LIBRARIES


@cache
def requirements() -> Path:
    """What those wheels are held to: the pinned hashes, and those of what was built from source."""
    built = [pin_of(*libraries().glob(f"{name}-*.whl")) for name in SOURCE_ONLY]
    return _written("requirements.txt", [*pins(of_source=False), *built])


def pins(*, of_source: bool) -> list[str]:
    """The pins, with their hashes, of what is built from its source, or of all else."""
    found = _PIN.finditer(REQUIREMENTS.read_text())
    return [one[0] for one in found if (one[1] in SOURCE_ONLY) is of_source]


def pin_of(wheel: Path) -> str:
    """The line of requirements that holds a wheel to its hash."""
    name, version, *_ = wheel.name.split("-")
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def _written(name: str, pins: list[str]) -> Path:
    path = BUILD / name
    path.write_text("".join(pins))
    return path


def for_python(python: str) -> list[str]:
    """What has pip choose the wheels for a Python on Linux with an old glibc."""
    platforms = [f"--platform=manylinux_2_{glibc}_x86_64" for glibc in GLIBCS]
    return ["--only-binary", ":all:", "--implementation", "cp", "--python-version", python,
            *platforms, "--platform=manylinux2014_x86_64"]  # fmt: skip
