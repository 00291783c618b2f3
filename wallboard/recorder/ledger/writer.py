"""Appends to a ledger, which others may be appending to in the same moment."""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from wallboard.domain.ledger_row import LedgerRow
from wallboard.files import put_new
from wallboard.recorder.errors import DamagedError, RecordingError, is_contradiction
from wallboard.recorder.errors import sqlite_errors_translated as translated
from wallboard.recorder.file.log_index import LogIndex
from wallboard.recorder.file.opening import FILES, inodes, open_to_write
from wallboard.recorder.ledger.schema import IDENTITY, LEDGER, WRITTEN, values_of
from wallboard.recorder.paths import RecordingFile


def _values(table: str) -> str:
    return (
        f"({table}.at, coalesce({table}.level, -1), {table}.verdict,"
        f" coalesce({table}.until, -9e99), {table}.board)"
    )


_MORE = ("at", "level", "verdict", "until", "board")
"""What two rows may differ in that are the same to a ledger, in the order of their content."""

_APPEND = (
    f"INSERT INTO ledger ({WRITTEN})"  # noqa: S608  our own names
    f" VALUES ({', '.join('?' * len(WRITTEN.split(', ')))})"
    f" ON CONFLICT ({IDENTITY}) DO UPDATE SET"
    # As a row that is new, so that whoever reads takes it.
    " id = (SELECT max(id) + 1 FROM ledger),"
    f" {', '.join(f'{name} = excluded.{name}' for name in _MORE)}"
    f" WHERE {_values('excluded')} < {_values('ledger')}"
)

BUSY_MILLISECONDS = 2000
"""How long to wait for others who write: they take some milliseconds, unless they were stopped."""

_MOST_ATTEMPTS = 3
"""Times that a ledger which is removed again and again is begun anew."""


class LedgerWriter:
    """Writes rows, each of which is on the disk once ``append`` returns.

    Several processes may write at once. For one thread at a time.
    """

    def __init__(self, place: RecordingFile, *, clock: Callable[[], float] = time.time) -> None:
        """No file is touched before ``append``. ``clock`` is Unix time in seconds."""
        self._place = place
        self._clock = clock
        self._database: sqlite3.Connection | None = None
        self._index = LogIndex(place.path)
        self._inodes: tuple[tuple[int, int] | None, ...] = ()

    def append(self, rows: Sequence[LedgerRow]) -> int:
        """Write rows, less those that are there already; all of them or none. How many it wrote.

        Of two that are the same to a ledger, the first by its content stays, whoever is first here.
        Raises ``RecordingError``, of which ``DamagedError`` is one.
        """
        values = [values_of(row) for row in rows]
        for _ in range(_MOST_ATTEMPTS):
            database = self._opened()
            before = database.total_changes
            with self._transaction(database):
                database.executemany(_APPEND, values)
            if self._is_in_place():
                return database.total_changes - before
            # It was removed or replaced meanwhile: nobody else sees what was written.
            self.close()
        raise RecordingError("somebody keeps removing it")

    def trim(self, before: float) -> None:
        """Delete rows of before a moment, Unix time in seconds; the newest always stays.

        Raises as ``append`` does.
        """
        database = self._opened()
        with self._transaction(database):
            # Its number must not be used again.
            database.execute(
                "DELETE FROM ledger WHERE at < ? AND id < (SELECT max(id) FROM ledger)", (before,)
            )

    def close(self) -> None:
        """Close the file; the next ``append`` opens it again."""
        if self._database:
            self._index.lengthen()
            self._database.close()
            self._database = None

    def _opened(self) -> sqlite3.Connection:
        if self._database and not self._is_in_place():
            self.close()
        if self._database is None:
            path = self._place.path
            if not os.path.lexists(path):
                _create(self._place, self._clock())
            self._database = database = open_to_write(path, self._place.mode, self._clock(), LEDGER)
            # What was said to be written must survive a power cut, too.
            database.execute("PRAGMA synchronous = FULL")
            database.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
            self._inodes = inodes(path)[:1]
        return self._database

    def _is_in_place(self) -> bool:
        return inodes(self._place.path)[:1] == self._inodes

    @contextmanager
    def _transaction(self, database: sqlite3.Connection) -> Iterator[None]:
        self._index.lengthen()
        with translated():
            try:
                database.execute("BEGIN IMMEDIATE")
                yield
                database.execute("COMMIT")
            except BaseException as error:
                with suppress(sqlite3.Error):
                    database.execute("ROLLBACK")
                if isinstance(error, Exception) and is_contradiction(error):
                    raise DamagedError(f"the file is inconsistent ({error})") from error
                raise


def _create(place: RecordingFile, now: float) -> None:
    """Make an empty ledger unless there is one; nobody ever sees one that is not whole."""
    path = place.path
    made = path.with_name(f".{path.name}-{os.getpid()}-{threading.get_native_id()}")
    try:
        open_to_write(made, place.mode, now, LEDGER).close()
        put_new(made, path)
        _sync_folder(path.parent)
    except FileExistsError:
        return
    except OSError as error:
        raise RecordingError(error.strerror or str(error)) from None
    finally:
        for suffix in FILES:
            with suppress(OSError):
                os.unlink(f"{made}{suffix}")  # noqa: PTH108  as they are named elsewhere


def _sync_folder(folder: Path) -> None:
    fileno = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # not every file system can
            os.fsync(fileno)
    finally:
        os.close(fileno)
