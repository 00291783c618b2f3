"""The state folder: what the program keeps from one run to the next, by itself."""

import errno
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

VARIABLE = "WALLBOARD_STATE"
"""The environment variable that may name the state folder."""


class NoHomeError(OSError):
    """Nothing can be kept: neither the user nor the environment has a home folder."""


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
    """What files of one board are called; ``board`` tells it from all others."""
    return sha256(board.encode("utf-8", "replace")).hexdigest()[:20]
