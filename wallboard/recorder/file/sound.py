"""Tells a file that contradicts itself from a fault of ours, after a statement failed."""

import sqlite3

from wallboard.recorder.file.schema import create

_CONTRADICTIONS = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH}

_COLUMNS = """
SELECT tables.name, columns.name FROM sqlite_schema AS tables
JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'
"""


def is_contradiction(error: Exception) -> bool:
    """Whether it may be because of what is written in the file, and not of the disk it is on."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in _CONTRADICTIONS
    return isinstance(error, ValueError | TypeError | LookupError | ArithmeticError)


def is_sound(database: sqlite3.Connection) -> bool:
    """Whether its tables are those of this schema, and SQLite finds nothing wrong in them."""
    try:
        return _columns(database) == _columns_of_ours() and database.execute(
            "PRAGMA integrity_check(1)"
        ).fetchone() == ("ok",)
    except (sqlite3.Error, ValueError):
        return False


def _columns(database: sqlite3.Connection) -> set[tuple[str, str]]:
    return set(database.execute(_COLUMNS))


def _columns_of_ours() -> set[tuple[str, str]]:
    database = sqlite3.connect(":memory:", isolation_level=None)
    try:
        create(database, 0.0)
        return _columns(database)
    finally:
        database.close()
