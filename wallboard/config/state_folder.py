"""The state folder: where the program keeps its own files from one run to the next."""

import errno
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from wallboard.frozen import frozen

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
        words = f"this user has no home directory; set HOME or {VARIABLE} to an absolute path"
        raise NoHomeError(errno.ENOENT, words) from None


@frozen
class BoardId:
    """The identity of a board: the path of its config, or the command line options instead.

    ``selection`` is the words that selected entry points of it.
    """

    origin: str
    selection: tuple[str, ...] = ()

    @property
    def whole(self) -> "BoardId":
        """The board of all entry points of the config."""
        return BoardId(self.origin)

    @property
    def file_name(self) -> str:
        """The name, less its suffix, of files that are kept of it."""
        return file_name_of(str(self))

    def __str__(self) -> str:
        return " ".join((self.origin, *self.selection))


def file_name_of(text: str) -> str:
    """A file name, less its suffix, that differs for every other text."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:20]
