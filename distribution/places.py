"""Where things are built from, by the way, and into; and the moment that all files carry."""

import os
import subprocess
from pathlib import Path

from wallboard import __version__

ROOT = Path(__file__).parent.parent
HERE = Path(__file__).parent
BUILD = ROOT / "build"
"""What can be made again and is not given away."""

DIST = ROOT / "dist"
"""What is given away, and nothing else."""

REQUIREMENTS = HERE / "requirements.txt"
TOOLS = HERE / "tools.txt"

VERSION = __version__
PYTHONS = ("3.11", "3.12", "3.13")
"""The versions of Python whose wheels are packed."""

GLIBCS = (28, 27, 26, 24, 17, 12, 5)
"""The minor versions of glibc that wheels may ask for at most: RHEL 8 has 2.28."""


def epoch() -> int:
    """Unix time of every file that is packed: ``SOURCE_DATE_EPOCH``, or of the last commit."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    command = ["git", "log", "-1", "--format=%ct"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return int(done.stdout)


def reproducible() -> dict[str, str]:
    """The environment in which tools make the same bytes again."""
    fixed = {"SOURCE_DATE_EPOCH": str(epoch()), "PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"}
    return {**os.environ, **fixed, "PYTHONDONTWRITEBYTECODE": "1"}
