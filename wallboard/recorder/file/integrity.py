"""Tells a file that contradicts itself from a fault of ours, after a statement failed."""

import sqlite3

from wallboard.recorder.errors import RecordingError
from wallboard.recorder.file.schema import check

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
