"""Debian's programs that ``tests/setup/debian-programs.sh`` unpacks for the tests."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

DEBIAN = Path(sys.executable).parent / "debian"
"""The folder they are unpacked in, which is their root."""


def program(path: str) -> Path | None:
    """An unpacked program by its path, else the installed one of that name, if any."""
    unpacked = DEBIAN / path
    installed = shutil.which(unpacked.name)
    return unpacked if unpacked.exists() else Path(installed) if installed else None


def libraries() -> str:
    """Their libraries, for ``LD_LIBRARY_PATH``."""
    return ":".join(map(str, sorted(DEBIAN.glob("usr/lib/*-linux-gnu"))))


def run(command, **options):
    """Runs one to its end with its own libraries."""
    environment = {**os.environ, "LD_LIBRARY_PATH": libraries()}
    return subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False,
        env=environment, **options,
    )  # fmt: skip
