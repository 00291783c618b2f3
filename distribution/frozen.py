"""The folder with its own Python, made by PyInstaller."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distribution.archive import tar_xz
from distribution.places import BUILD, DIST, HERE, VERSION
from distribution.tools import pip, run, tools
from distribution.wheels import libraries, requirements, wheel

NAME = f"wallboard-{VERSION}-linux-x86_64"
ENVIRONMENT = BUILD / "environment"
"""Holds what the program needs and nothing else, for the Python that builds."""

_GLIBC = re.compile(rb"GLIBC_2\.(\d+)\b")


def build() -> list[Path]:
    """Freeze the program with the Python that runs this, and pack the folder."""
    folder = BUILD / "frozen" / NAME
    shutil.rmtree(folder.parent, ignore_errors=True)
    _install()
    with _tools_within():
        run(str(ENVIRONMENT / "bin" / "python"), "-m", "PyInstaller", "--noconfirm", "--clean",
            "--log-level=WARN", f"--workpath={BUILD / 'pyinstaller'}",
            f"--distpath={folder.parent}", str(HERE / "wallboard.spec"), cwd=BUILD)  # fmt: skip
    (folder.parent / "wallboard").rename(folder)
    (folder / "GLIBC").write_text(f"{least_glibc(folder)}\n")
    return [tar_xz(folder, DIST / f"{NAME}.tar.xz")]


def _install() -> None:
    """Make the environment that is frozen, and of which the bill of materials tells."""
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    run(sys.executable, "-m", "venv", "--without-pip", str(ENVIRONMENT))
    into = ["--python", str(ENVIRONMENT / "bin" / "python"), "install", "--no-deps", "--no-index",
            "--no-compile"]  # fmt: skip
    tools()
    run(*pip(), *into, "--require-hashes", "--find-links", str(libraries()),
        "-r", str(requirements()))  # fmt: skip
    run(*pip(), *into, str(wheel()))
    # They tell where this was built: our wheel lay here, scripts begin with the path of a Python.
    for name in ("direct_url.json", "RECORD"):
        for path in ENVIRONMENT.rglob(f"*.dist-info/{name}"):
            path.unlink()


@contextmanager
def _tools_within() -> Iterator[None]:
    """Let the environment import the tools: PyInstaller packs from the one that it runs in."""
    packages = run(str(tools() / "python"), "-c", "import site; print(*site.getsitepackages())")
    (folder,) = (ENVIRONMENT / "lib").glob("python*/site-packages")
    path = folder / "tools.pth"
    path.write_text(packages)
    try:
        yield
    finally:
        path.unlink()


def least_glibc(folder: Path) -> str:
    """The newest version of glibc that anything compiled in a folder asks for, as in ``2.28``."""
    found = {0}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.read_bytes()[:4] == b"\x7fELF":
            command = ["objdump", "-T", str(path)]
            done = subprocess.run(command, capture_output=True, check=True)
            found |= {int(minor) for minor in _GLIBC.findall(done.stdout)}
    return f"2.{max(found)}"
