"""One folder of packages that every Python can import from.

What is compiled has the Python that it is for in its file name, so the folders of several Pythons
lie in one; all else is the same in each.
"""

import filecmp
import os
import shutil
import sys
from functools import cache
from pathlib import Path

from distribution.places import BUILD, PYTHONS, epoch
from distribution.tools import pip, run
from distribution.wheels import for_python, libraries, requirements, wheel

_SOURCES = {".c", ".cpp", ".h", ".hpp", ".po", ".pxd", ".pxi", ".pyi", ".pyx"}
"""Of what is compiled, and what only tools for developers read."""

_TESTS = {"test", "tests"}
"""Folders of the tests of libraries: a tenth of all files."""


def site_folder(installer: str) -> Path:
    """The folder, with the name of what installs it in the metadata of our package."""
    folder = BUILD / "site" / installer
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(_of_every_python(), folder)
    (package,) = folder.glob("wallboard-*.dist-info")
    (package / "INSTALLER").write_text(f"{installer}\n")
    make_uniform(folder)
    return folder


@cache
def _of_every_python() -> Path:
    folder = BUILD / "site" / "merged"
    shutil.rmtree(folder, ignore_errors=True)
    for python in PYTHONS:
        _merge(_of_python(python), folder)
    return folder


def _of_python(python: str) -> Path:
    """The folder for one Python. Each wheel is held to its hash once more."""
    folder = BUILD / "site" / python
    shutil.rmtree(folder, ignore_errors=True)
    into = ["--no-deps", "--no-index", "--no-compile", "--target", str(folder)]
    run(*pip(), "install", *into, *for_python(python), "--require-hashes",
        "--find-links", str(libraries()), "-r", str(requirements()))  # fmt: skip
    run(*pip(), "install", *into, str(wheel()))
    shutil.rmtree(folder / "bin")
    for tests in [one for one in folder.rglob("*") if one.is_dir() and one.name in _TESTS]:
        shutil.rmtree(tests)
    for path in folder.rglob("*"):
        # One tells where our wheel lay, the other which files it had before we take some away.
        if path.name in {"direct_url.json", "RECORD"} or path.suffix in _SOURCES:
            path.unlink()
    return folder


def _merge(one: Path, into: Path) -> None:
    into.mkdir(parents=True, exist_ok=True)
    for path in sorted(one.rglob("*")):
        place = into / path.relative_to(one)
        if path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        elif not place.exists():
            shutil.copy2(path, place)
        elif not _is_metadata(path) and not filecmp.cmp(path, place, shallow=False):
            sys.exit(f"{path.relative_to(one)} is not the same for every Python")


def _is_metadata(path: Path) -> bool:
    """Whether a file says of a wheel which one it was; nothing of that is needed to run."""
    return any(part.endswith(".dist-info") for part in path.parts)


def make_uniform(folder: Path) -> None:
    """Give everything the same time, and modes that depend on nobody's umask."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        os.utime(path, (epoch(), epoch()), follow_symlinks=False)
