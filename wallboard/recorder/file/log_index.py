"""The index of a write-ahead log, made as long again as it was when somebody has cut it short.

SQLite maps that file into memory, and the system ends a process that touches what a mapped file no
longer has. SQLite itself then finds an index without content, and makes it anew from the log.
"""

import os
from contextlib import suppress
from pathlib import Path


class LogIndex:
    """Looks after the ``-shm`` of one recording, which others may write to."""

    def __init__(self, path: Path) -> None:
        """``path`` is that of the recording."""
        self.path = f"{path}-shm"
        self._size = 0

    def lengthen(self) -> None:
        """Give it back the length it had; to be called before each use of the recording."""
        with suppress(OSError):
            size = os.stat(self.path).st_size  # noqa: PTH116  asked at every use: the quick way
            if size < self._size:
                os.truncate(self.path, self._size)
            self._size = max(size, self._size)
