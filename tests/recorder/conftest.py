"""Folders that other users of this machine may look into."""

import subprocess
import tempfile
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path

import pytest

ALONE = ["unshare", "--user", "--map-root-user", "--mount"]
"""Where anybody may mount, and nobody else sees it."""


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


@pytest.fixture(scope="module")
def with_a_disk(tmp_path_factory):
    """The words before a command that is to mount a disk of its own."""
    folder = str(tmp_path_factory.mktemp("disk"))
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]
    why = []
    for words in (ALONE, ["unshare", "--mount"]):
        try:
            tried = subprocess.run([*words, *mount], check=False, capture_output=True, text=True)
        except OSError as error:
            why.append(str(error))
            continue
        if tried.returncode == 0:
            return words
        why.append(tried.stderr.strip())
    pytest.skip(f"no disk can be mounted here: {'; '.join(why)}")
