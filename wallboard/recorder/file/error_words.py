"""What goes wrong while a recording is read, in words for the operator."""

import contextlib
import sqlite3
from collections.abc import Iterator

from wallboard.recorder.errors import DamagedError, RecordingError
from wallboard.recorder.file.opening import in_words
from wallboard.recorder.file.schema import check


@contextlib.contextmanager
def worded() -> Iterator[None]:
    """Raise ``RecordingError`` or ``DamagedError`` for whatever reading a recording raises."""
    try:
        yield
    except sqlite3.ProgrammingError as error:
        raise RecordingError("it is closed") from error
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) == sqlite3.SQLITE_ERROR:
            # Our own statements are right, so a table or a text is not what it was.
            raise DamagedError(f"the file is damaged ({error})") from error
        raise in_words(error) from error
    except OSError as error:
        raise RecordingError(error.strerror or str(error)) from error
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        # A row that no writer wrote: a bit fell over where SQLite has no way to notice.
        raise DamagedError("what is written in it makes no sense") from error


_CONTRADICTIONS = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH}


def is_contradiction(error: Exception) -> bool:
    """Whether it may be because of what is written in the file, and not of the disk it is on."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in _CONTRADICTIONS
    return isinstance(error, ValueError | TypeError | LookupError | ArithmeticError)


def is_sound(database: sqlite3.Connection) -> bool:
    """Whether its tables are those of this schema, and SQLite finds nothing wrong in them."""
    try:
        check(database)
        return bool(database.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",))
    except (RecordingError, sqlite3.Error, ValueError):
        return False
