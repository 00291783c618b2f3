"""The state folder: where the program keeps its own files from one run to the next."""

import errno
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

VARIABLE = "WALLBOARD_STATE"
"""The environment variable that may name the state folder."""


class NoHomeError(OSError):
    """There is no state folder: neither the user nor the environment has a home folder."""


def state_folder(environ: Mapping[str, str]) -> Path:
    """The user's state folder, or the one that the environment names. Raises ``NoHomeError``."""
    if named := environ.get(VARIABLE):
        return Path(named)
    import platformdirs

    try:
        return platformdirs.user_state_path("wallboard", appauthor=False)
    except RuntimeError:
        words = f"this user has no home folder; set HOME or {VARIABLE} to an absolute path"
        raise NoHomeError(errno.ENOENT, words) from None


def board_name(board: str) -> str:
    """The file name of one board; ``board`` identifies it."""
    return sha256(board.encode("utf-8", "replace")).hexdigest()[:20]
