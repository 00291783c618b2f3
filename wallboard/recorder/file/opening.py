"""Checks that a file is a recording or a ledger, opens it to write, sets a damaged one aside.

The file may come from anybody: nothing in its schema is trusted, and a file that never was one of
ours is neither written nor moved.
"""

import errno
import os
import sqlite3
import stat
import sys
import time
from pathlib import Path

from wallboard.files import exists, is_file
from wallboard.recorder.errors import DamagedError, RecordingError, sqlite_errors_translated
from wallboard.recorder.file.file_schema import FileSchema, is_empty
from wallboard.recorder.file.schema import RECORDING

BUSY_SECONDS = 5.0
"""How long to wait for another program that has the file locked."""

FILES = ("", "-wal", "-shm")
"""What the names of a database, its log and its index end in."""

LONGEST_VALUE = 16 * 1024 * 1024 + 64 * 1024
"""Bytes of a text or blob that are read: no compressed answer is larger."""

_CACHE_KIB = 512
"""Pages that a writer holds in memory: it appends, and looks up little."""

_HEAD_BYTES = 108
_MAGIC = b"SQLite format 3\0"
_PAGE_SIZE = slice(16, 18)
"""The page size in the header of the file; 1 stands for 65,536."""
_VERSION = slice(60, 64)
_OWNER = slice(68, 72)
_FIRST_PAGE = slice(100, 105)
_NO_TABLES = b"\x0d\0\0\0\0"
"""The beginning of the first page (a leaf, no free block, no cell) without tables."""

_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: LONGEST_VALUE,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
}


def open_to_write(
    path: Path, mode: int, now: float, schema: FileSchema = RECORDING
) -> sqlite3.Connection:
    """A connection to a file of this schema; a missing one is created at ``now``.

    Raises ``RecordingError``, of which ``DamagedError`` is one.
    """
    try:
        _begin(path, mode)
        demand_whole(path, schema)
        _look_at(path, schema)
    except OSError as error:
        raise RecordingError(error.strerror or str(error)) from None
    with sqlite_errors_translated():
        database = connected(path, "rw")
        try:
            if is_empty(database):
                schema.create(database, now)
            else:
                schema.migrate(database)
                schema.check(database)
            # A commit need not reach the disk at once: a power cut may lose it, but not tear it.
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute("PRAGMA temp_store = MEMORY")
            database.execute("PRAGMA journal_size_limit = 8388608")
            database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
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
    try:
        for limit, most in _LIMITS.items():
            database.setlimit(limit, most)
        if sys.version_info >= (3, 12):
            database.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE)
            database.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, False)
            database.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_VIEW, False)
        for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0"):
            database.execute(f"PRAGMA {pragma}")
    except BaseException:
        database.close()
        raise
    return database


def _begin(path: Path, mode: int) -> None:
    """Create an empty file of this mode unless there is one."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode))
    except FileExistsError:
        if not exists(path):
            raise RecordingError("broken symbolic link") from None
        if not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES)) from None


def demand_whole(path: Path, schema: FileSchema = RECORDING) -> None:
    """Raise ``DamagedError`` for a file that was cut short where SQLite does not look.

    Raises ``RecordingError`` where a change of another program was not ended, and as
    ``demand_recording`` does.
    """
    head = demand_recording(path, schema)
    _demand_no_journal(path)
    page = int.from_bytes(head[_PAGE_SIZE], "big")
    if head.startswith(_MAGIC) and page > 1 and path.stat().st_size % page:
        raise DamagedError("the file is cut short")


def demand_recording(path: Path, schema: FileSchema = RECORDING) -> bytes:
    """The header of a recording, or of another ``schema``; ``RecordingError`` if it never was one.

    With a write-ahead log beside it the file is not read and the header is empty: the file may be
    open in this process, which would lose its locks when another handle is closed, and its length
    may change. Raises ``OSError``.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise RecordingError("not a file")
    if not os.access(path, os.R_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    if not found.st_size or exists(f"{path}-wal"):
        return b""
    return _our_head(path, schema)


def set_aside(path: Path, now: float, schema: FileSchema = RECORDING) -> Path:
    """Rename a damaged file, which is not open, so that it can be examined; its new path.

    ``now`` is Unix time in seconds. Raises ``OSError``, and ``RecordingError`` for a file that
    never was one of this schema.
    """
    if is_file(path) and path.stat().st_size:
        _our_head(path, schema)
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(now))
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    number = 1
    while exists(aside):
        number += 1
        aside = path.with_name(f"{path.name}.damaged-{stamp}-{number}")
    # The database last: its log and index belong to the file of that name.
    for suffix in reversed(FILES):
        part = path.with_name(path.name + suffix)
        if exists(part):
            part.rename(aside.with_name(aside.name + suffix))
    return aside


def inodes(path: Path) -> tuple[tuple[int, int] | None, ...]:
    """The device and inode of the database, its log and its index; ``None`` for one not there."""
    return tuple(_inode(f"{path}{suffix}") for suffix in FILES)


def _inode(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - never raises but OSError
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _our_head(path: Path, schema: FileSchema) -> bytes:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    database = head.startswith(_MAGIC)
    unowned = not any(head[_OWNER] + head[_VERSION])
    begun = database and unowned and head[_FIRST_PAGE] == _NO_TABLES
    if head[_OWNER] != schema.application_id.to_bytes(4, "big") and not begun:
        if database and len(head) == _HEAD_BYTES:
            raise RecordingError(schema.not_ours)
        raise DamagedError(f"the file is damaged, or not a wallboard {schema.kind}")
    return head


def _demand_no_journal(path: Path) -> None:
    """Raise ``RecordingError`` for a journal of the kind that a recording never has.

    SQLite would write back what it says, and remove any file that it names.
    """
    journal = f"{path}-journal"
    if os.path.lexists(journal):
        raise RecordingError(
            f"another program was writing to it; move {journal} away if it is not needed"
        )


def _look_at(path: Path, schema: FileSchema) -> None:
    """Check a file before it is opened for writing, which may already change it."""
    with sqlite_errors_translated():
        log = exists(f"{path}-wal")
        database = connected(path, "ro" if log else "ro&immutable=1")
        try:
            if not is_empty(database):
                schema.check(database)
        finally:
            database.close()


def address(path: Path, mode: str) -> str:
    """The URI of a file with its mode, whatever characters are in its name."""
    return f"{path.absolute().as_uri()}?mode={mode}"
