"""Opens the file of a recording for writing, and says in our words what is wrong with it."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wallboard.recorder.errors import DamagedError, RecordingError
from wallboard.recorder.file.schema import create, is_empty, migrate

BUSY_SECONDS = 5.0
"""How long to wait for another program that has the file locked."""

_MAGIC = b"SQLite format 3\0"
_PAGE_SIZE_AT = 16
"""Where the head of a file says how long a page is; 1 stands for one too long to be said."""

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_WORDS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it may not be written to",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_PERM: "it may not be written to",
    sqlite3.SQLITE_BUSY: "another program has it locked",
    sqlite3.SQLITE_LOCKED: "another program has it locked",
    sqlite3.SQLITE_IOERR: "the disk does not do as it is told",
    # The index of the log is made as large as it has to be before it is used.
    sqlite3.SQLITE_IOERR_SHMSIZE: "the disk is full",
}


def open_to_write(path: Path, mode: int, now: float) -> sqlite3.Connection:
    """A connection to a recording of this schema; a file that is not there is begun at ``now``.

    Raises ``RecordingError``, of which ``DamagedError`` is one.
    """
    try:
        _begin(path, mode)
        demand_whole(path)
    except OSError as error:
        raise RecordingError(error.strerror or str(error)) from None
    with translated():
        database = sqlite3.connect(
            address(path, "rw"),
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_SECONDS,
        )
        try:
            if is_empty(database):
                create(database, now)
            else:
                migrate(database)
            # A commit need not reach the disk itself: a power cut could lose it, never tear it.
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute("PRAGMA temp_store = MEMORY")
            database.execute("PRAGMA journal_size_limit = 8388608")
        except BaseException:
            database.close()
            raise
    return database


def _begin(path: Path, mode: int) -> None:
    """Make an empty file of this mode unless there is one, which then is not touched."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode))
    except FileExistsError:
        if not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES)) from None


def demand_whole(path: Path) -> None:
    """Raise ``DamagedError`` for a file that was cut short where SQLite does not look.

    With a log beside it, it may be on its way to another length; and it may be open in this very
    process, whose locks on it would be lost as soon as any other handle of it was closed. Raises
    ``OSError``.
    """
    size = path.stat().st_size
    if not os.access(path, os.R_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    if not size or Path(f"{path}-wal").exists():
        return
    with path.open("rb") as file:
        head = file.read(_PAGE_SIZE_AT + 2)
    page = int.from_bytes(head[_PAGE_SIZE_AT:], "big")
    if len(head) < _PAGE_SIZE_AT + 2 or (head.startswith(_MAGIC) and page > 1 and size % page):
        raise DamagedError("the file is cut short")


def address(path: Path, mode: str) -> str:
    """A file as SQLite takes it with options, whatever signs are in its name."""
    return f"{path.absolute().as_uri()}?mode={mode}"


@contextmanager
def translated() -> Iterator[None]:
    """Turns errors of SQLite into ``RecordingError`` and ``DamagedError``."""
    try:
        yield
    except sqlite3.Error as error:
        raise in_words(error) from None


def in_words(error: sqlite3.Error) -> RecordingError:
    """What an error of SQLite means to the operator."""
    whole = getattr(error, "sqlite_errorcode", 0)
    code = whole & 0xFF
    if code in _DAMAGED or isinstance(error, sqlite3.InternalError):
        return DamagedError(f"the file is damaged ({error})")
    return RecordingError(_WORDS.get(whole) or _WORDS.get(code, str(error)))
