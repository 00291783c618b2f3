"""Folders that other users of this machine may look into."""

import tempfile
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path

import pytest


@pytest.fixture
def open_to_all() -> Callable[[Path, int], None]:
    """Gives a folder a mode, and lets every user through those above it that tests made."""
    shared = Path(tempfile.gettempdir())

    def opened(folder: Path, mode: int) -> None:
        for above in takewhile(lambda above: above != shared, folder.parents):
            if above.stat().st_mode & 0o777 == 0o700:
                above.chmod(0o711)
        folder.chmod(mode)

    return opened
