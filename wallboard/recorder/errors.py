"""What can be wrong with a recording, in words for the operator."""

import contextlib
import sqlite3
from collections.abc import Iterator


class RecordingError(Exception):
    """A recording cannot be used; the text says why, without the path of the file."""


class DamagedError(RecordingError):
    """The file is no database any more, or its content contradicts itself."""


class RefusedError(RecordingError):
    """The file is intact, but what was to be written contradicts what is in it."""


@contextlib.contextmanager
def errors_translated() -> Iterator[None]:
    """Raise ``RecordingError`` or ``DamagedError`` for any error of reading a recording."""
    try:
        yield
    except sqlite3.ProgrammingError as error:
        raise RecordingError("it is closed") from error
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) == sqlite3.SQLITE_ERROR:
            # Our own statements are right, so a table or a text is damaged.
            raise DamagedError(f"the file is damaged ({error})") from error
        raise recording_error(error) from error
    except OSError as error:
        raise RecordingError(error.strerror or str(error)) from error
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        # A row that no writer wrote: damage that SQLite cannot notice.
        raise DamagedError("its contents are invalid") from error


_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_TOOBIG}
_WORDS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "no write permission",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
    sqlite3.SQLITE_PERM: "no write permission",
    sqlite3.SQLITE_BUSY: "another program has it locked",
    sqlite3.SQLITE_LOCKED: "another program has it locked",
    sqlite3.SQLITE_IOERR: "disk I/O error",
    # The index of the log is made as large as it has to be before it is used.
    sqlite3.SQLITE_IOERR_SHMSIZE: "the disk is full",
}
_CONTRADICTIONS = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH}


def is_contradiction(error: Exception) -> bool:
    """Whether the cause may be the content of the file, as opposed to the disk."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in _CONTRADICTIONS
    return isinstance(error, ValueError | TypeError | LookupError | ArithmeticError)


@contextlib.contextmanager
def sqlite_errors_translated() -> Iterator[None]:
    """Raise ``RecordingError`` or ``DamagedError`` for errors of SQLite."""
    try:
        yield
    except sqlite3.Error as error:
        raise recording_error(error) from None


def recording_error(error: sqlite3.Error) -> RecordingError:
    """What an error of SQLite means to the operator."""
    whole = getattr(error, "sqlite_errorcode", 0)
    code = whole & 0xFF
    if code in _DAMAGED or isinstance(error, sqlite3.InternalError):
        return DamagedError(f"the file is damaged ({error})")
    return RecordingError(_WORDS.get(whole) or _WORDS.get(code, str(error)))
