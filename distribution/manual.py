"""What the program says of itself: man pages and the completions of shells."""

import sys
from pathlib import Path

from distribution.tools import run

_WALLBOARD = (sys.executable, "-m", "wallboard")


def write_manual(folder: Path) -> None:
    """Write all man pages into ``man1``, ``man5`` and ``man7`` of a folder."""
    run(*_WALLBOARD, "help", "--man", str(folder))


def completion(shell: str) -> str:
    """The completion script for a shell."""
    return run(*_WALLBOARD, "completion", shell)
