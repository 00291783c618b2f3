"""A recording or a ledger opened to read, also while another process writes it."""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from wallboard.recorder.errors import RecordingError, errors_translated
from wallboard.recorder.file.file_schema import FileSchema, is_empty
from wallboard.recorder.file.log_index import LogIndex
from wallboard.recorder.file.opening import connected, demand_whole
from wallboard.recorder.file.schema import RECORDING
from wallboard.recorder.paths import real_path

_CACHE_KIB = 16 * 1024

STEPS = 100_000
"""Steps of SQLite, some milliseconds, between two checks whether to stop."""

Stamp = tuple[int | None, ...]
Version = tuple[int, int]
"""Differs when the content of the file does."""


class Connection:
    """Reads a file, one consistent state at a time; used by one thread at a time.

    A file without a write-ahead log has no writer and is opened as immutable: that needs no
    permission to write in its folder, and leaves nothing there.
    """

    def __init__(self, path: Path, schema: FileSchema = RECORDING) -> None:
        """Raises ``RecordingError`` or ``DamagedError``."""
        self._path = path
        self._schema = schema
        self._lock = threading.RLock()
        self._opened = 0
        self._immutable = False
        self._stamp: Stamp = ()
        self._ended = False
        self.version: Version = (0, 0)
        with errors_translated():
            self._database = self._open()

    @property
    def file(self) -> Stamp:
        """Identifies the open file, as opposed to another of that name."""
        return self._stamp[:2]

    def end(self) -> None:
        """Stop whoever reads it in another thread; nothing can be read any more."""
        self._ended = True

    def close(self) -> None:
        """Let go of the file."""
        self.end()
        with self._lock:
            self._close()

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A transaction in which the file does not change; ``version`` is then that of its content.

        Raises ``RecordingError`` or ``DamagedError`` for errors within.
        """
        with self._lock, errors_translated():
            self._follow_the_file()
            database = self._database
            database.execute("BEGIN")
            try:
                (version,) = database.execute("PRAGMA data_version").fetchone()
                self.version = (self._opened, int(version))
                yield database
            except sqlite3.DatabaseError as error:
                if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
                    self._stopped(error)
                if self._immutable and self._stamp != self._stamp_now():
                    raise RecordingError("another process just began to write it") from error
                raise
            finally:
                with contextlib.suppress(sqlite3.Error):
                    database.execute("COMMIT")

    def _is_ended(self) -> bool:
        """Called by SQLite now and then, which also lets Python handle Ctrl-C."""
        return self._ended

    def _stopped(self, error: Exception) -> None:
        if self._ended:
            raise RecordingError("it is closed") from error
        # A signal handler raised within, in the main thread.
        raise KeyboardInterrupt from None

    def _open(self) -> sqlite3.Connection:
        # The path may be a link that leads elsewhere by now.
        path = real_path(self._path)
        self._log, self._index = Path(f"{path}-wal"), LogIndex(path)
        # Which also says why it may not be read, as SQLite does not.
        demand_whole(path, self._schema)
        self._opened += 1
        if self._log.exists():
            try:
                return self._opened_as("ro", immutable=False)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in _NO_WRITING_BESIDE:
                    raise
        return self._opened_as("ro&immutable=1", immutable=True)

    def _opened_as(self, how: str, *, immutable: bool) -> sqlite3.Connection:
        self._immutable = immutable
        stamp = self._stamp_now()
        database = connected(self._path, how)
        try:
            if is_empty(database):
                if immutable and self._log.exists():
                    raise RecordingError(
                        "all data is still in its log, which needs a writable directory; copy "
                        "both files to one"
                    )
                raise RecordingError("nothing recorded yet")
            self._schema.check(database)
            database.execute("PRAGMA query_only = ON")
            database.set_progress_handler(self._is_ended, STEPS)
            database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            self._stamp = stamp
        except BaseException:
            database.close()
            raise
        return database

    def _follow_the_file(self) -> None:
        """Reopen the file if it was replaced, or is immutable and was changed."""
        if self._stamp == self._stamp_now():
            self._index.lengthen()
            return
        # The index of a log is one for all of a process: the old one has to be let go first.
        self._close()
        self._stamp = ()
        self._database = self._open()

    def _close(self) -> None:
        self._index.lengthen()
        self._database.close()

    def _stamp_now(self) -> Stamp:
        try:
            file = os.stat(self._path)  # noqa: PTH116  asked at every reading: this is the quick way
        except FileNotFoundError:
            return self._stamp or (None,)  # What is open can still be read.
        if not self._immutable:
            return (file.st_dev, file.st_ino, *self._beside_now())
        try:
            log = os.stat(self._log)  # noqa: PTH116  as above
        except FileNotFoundError:
            return (file.st_dev, file.st_ino, file.st_mtime_ns, file.st_size)
        return (file.st_dev, file.st_ino, file.st_mtime_ns, log.st_mtime_ns, log.st_size)

    def _beside_now(self) -> Stamp:
        """The log and its index; while one is missing, the writer has not begun another."""
        try:
            return tuple(os.stat(name).st_ino for name in (self._log, self._index.path))  # noqa: PTH116
        except FileNotFoundError:
            return self._stamp[2:]


_NO_WRITING_BESIDE = frozenset(
    {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}
)
