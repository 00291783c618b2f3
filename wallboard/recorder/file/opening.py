"""What a file must be to be opened as a recording; opens it for writing, warily.

Anybody may have written it. Nothing in its schema is trusted, and what never was a recording is
neither written nor moved.
"""

import errno
import os
import sqlite3
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wallboard.recorder.errors import DamagedError, RecordingError
from wallboard.recorder.file.schema import (
    APPLICATION_ID,
    NOT_OURS,
    check,
    create,
    is_empty,
    migrate,
)

BUSY_SECONDS = 5.0
"""How long to wait for another program that has the file locked."""

LONGEST_VALUE = 16 * 1024 * 1024 + 64 * 1024
"""Bytes of a text or blob that are read: no answer is larger, and none grows more when packed."""

_HEAD_BYTES = 108
_MAGIC = b"SQLite format 3\0"
_PAGE_SIZE = slice(16, 18)
"""Where the head of a file says how long a page is; 1 stands for one too long to be said."""
_VERSION = slice(60, 64)
_OWNER = slice(68, 72)
_FIRST_PAGE = slice(100, 105)
_NO_TABLES = b"\x0d\0\0\0\0"
"""The first page begins so (a leaf, no free block, no cell) while there is no table."""

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_TOOBIG}
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: LONGEST_VALUE,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
}
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
        _look_at(path)
    except OSError as error:
        raise RecordingError(error.strerror or str(error)) from None
    with translated():
        database = connected(path, "rw")
        try:
            if is_empty(database):
                create(database, now)
            else:
                migrate(database)
                check(database)
            # A commit need not reach the disk itself: a power cut could lose it, never tear it.
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute("PRAGMA temp_store = MEMORY")
            database.execute("PRAGMA journal_size_limit = 8388608")
        except BaseException:
            database.close()
            raise
    return database


def connected(path: Path, how: str) -> sqlite3.Connection:
    """A connection that trusts nothing in the file; ``how`` is its mode, with other options."""
    database = sqlite3.connect(
        address(path, how),
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_SECONDS,
    )
    for limit, most in _LIMITS.items():
        database.setlimit(limit, most)
    if sys.version_info >= (3, 12):
        database.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE)
        database.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, False)
        database.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_VIEW, False)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0"):
        database.execute(f"PRAGMA {pragma}")
    return database


def _begin(path: Path, mode: int) -> None:
    """Make an empty file of this mode unless there is one, which then is not touched."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode))
    except FileExistsError:
        if not path.exists():
            raise RecordingError("it is a link to nothing") from None
        if not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES)) from None


def demand_whole(path: Path) -> None:
    """Raise ``DamagedError`` for a recording that was cut short where SQLite does not look.

    Raises ``RecordingError`` where a change of another program was not ended, and as
    ``demand_recording`` does.
    """
    head = demand_recording(path)
    _demand_no_journal(path)
    page = int.from_bytes(head[_PAGE_SIZE], "big")
    if head.startswith(_MAGIC) and page > 1 and path.stat().st_size % page:
        raise DamagedError("the file is cut short")


def demand_recording(path: Path) -> bytes:
    """The head of a recording, empty if not looked at; ``RecordingError`` for what never was one.

    With a log beside it, it may be open in this very process, whose locks on it would be lost as
    soon as any other handle of it was closed; and it may be on its way to another length. Raises
    ``OSError``.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise RecordingError("it is no file")
    if not os.access(path, os.R_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    if not found.st_size or Path(f"{path}-wal").exists():
        return b""
    return _our_head(path)


def demand_once_recorded(path: Path) -> None:
    """Raise ``RecordingError`` unless a broken file was a recording; nobody may have it open.

    Raises ``OSError``.
    """
    if path.is_file() and path.stat().st_size:
        _our_head(path)


def _our_head(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    database = head.startswith(_MAGIC)
    unowned = not any(head[_OWNER] + head[_VERSION])
    begun = database and unowned and head[_FIRST_PAGE] == _NO_TABLES
    if head[_OWNER] != APPLICATION_ID.to_bytes(4, "big") and not begun:
        if database and len(head) == _HEAD_BYTES:
            raise RecordingError(NOT_OURS)
        raise DamagedError("the file is damaged, or no recording of wallboard; name another one")
    return head


def _demand_no_journal(path: Path) -> None:
    """Raise ``RecordingError`` for a journal of the kind that a recording never has.

    SQLite would write back what it says, and remove any file that it names.
    """
    journal = f"{path}-journal"
    if os.path.lexists(journal):
        raise RecordingError(
            f"another program began to change it; move {journal} away, if it is not needed"
        )


def _look_at(path: Path) -> None:
    """Look who wrote a file before it is opened to be written: even that may change it."""
    with translated():
        log = Path(f"{path}-wal").exists()
        database = connected(path, "ro" if log else "ro&immutable=1")
        try:
            if not is_empty(database):
                check(database)
        finally:
            database.close()


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
