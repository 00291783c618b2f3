"""Where the settings of a board come from, and when that has changed."""

from collections.abc import Callable
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from wallboard.config.state_folder import BoardId
from wallboard.frozen import frozen
from wallboard.settings import Settings

LOOK_SECONDS = 1.0
"""Between two looks at a file."""


class Stamp(NamedTuple):
    """What differs once a file has been written or replaced."""

    modified_ns: int
    size: int
    inode: int


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a file, or ``None`` where there is none to be read."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    if not S_ISREG(found.st_mode):
        # The times of a pipe change whenever it is used.
        return Stamp(0, 0, found.st_ino)
    return Stamp(found.st_mtime_ns, found.st_size, found.st_ino)


@frozen
class ConfigSource:
    """Where a board's settings come from.

    ``read`` gives the settings anew or raises
    ``ConfigError``; it may take a while. ``path`` is the file they are in, if there is one, and
    ``stamp`` what that file was when it was read first. For settings that are a part of a config,
    ``whole`` gives all of it as it was last read.
    """

    board: BoardId
    read: Callable[[], Settings]
    path: Path | None = None
    stamp: Stamp | None = None
    whole: Callable[[], Settings] | None = None


class Watch:
    """Looks at a file now and then, and tells when it is another one that lies still."""

    def __init__(self, path: Path, stamp: Stamp | None) -> None:
        """``stamp`` is that of the file as it was last read."""
        self._path = path
        self._known = stamp
        self._seen = stamp
        self._looked_at: float | None = None

    def due(self, now: float) -> bool:
        """Whether it is time for a look, which a folder on another machine may never answer."""
        return self._looked_at is None or not 0 <= now - self._looked_at < LOOK_SECONDS

    def changed(self, now: float) -> bool:
        """Whether the file has changed and was the same at two looks; for every tick.

        An editor may need several strokes to write a file, and half a config can be a valid one.
        ``now`` is seconds on any clock, even one that is put back.
        """
        if not self.due(now):
            return False
        self._looked_at = now
        before, self._seen = self._seen, stamp_of(self._path)
        if self._seen == self._known or self._seen != before:
            return False
        self._known = self._seen
        return True
