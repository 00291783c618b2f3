"""What makes a file one of ours: its owner's number, its version, and its tables to the letter."""

import functools
import sqlite3
from collections.abc import Callable

from wallboard.frozen import frozen
from wallboard.recorder.errors import DamagedError, RecordingError

_STATISTICS = {"sqlite_stat1", "sqlite_stat4"}
"""What somebody's ANALYZE leaves behind, which changes nothing."""

_MOST_NAMES = 100


def _nothing(_database: sqlite3.Connection, _now: float) -> None:
    """What is written first into a file that begins empty."""


@frozen
class FileSchema:
    """The tables of one kind of file, and the number in its header that says whose it is.

    ``migrations`` turn version 1 into 2, 2 into 3, and so on; ``begin`` writes the first rows of a
    file that is created at a Unix time in seconds. ``older`` are the tables of those versions that
    had others, and can still be read.
    """

    kind: str
    application_id: int
    tables: str
    migrations: tuple[str, ...] = ()
    begin: Callable[[sqlite3.Connection, float], None] = _nothing
    older: tuple[tuple[int, str], ...] = ()

    @property
    def version(self) -> int:
        """The version that this program writes."""
        return len(self.migrations) + 1

    @property
    def not_ours(self) -> str:
        """Says of a database that it is none of these."""
        return f"it is a database, but not a wallboard {self.kind}; use another file"

    def create(self, database: sqlite3.Connection, now: float) -> None:
        """Make an empty file one of these that begins at ``now``, Unix time in seconds."""
        # So no journal is left behind, wherever this is killed.
        database.execute("PRAGMA journal_mode = MEMORY")
        # Only an empty file takes these; they let it shrink again, and be read while it is written.
        database.execute("PRAGMA auto_vacuum = INCREMENTAL")
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(
            f"BEGIN IMMEDIATE; {self.tables} PRAGMA application_id = {self.application_id};"
            f" PRAGMA user_version = {self.version};"
        )
        with database:
            self.begin(database, now)

    def migrate(self, database: sqlite3.Connection) -> None:
        """Bring an older file to this schema, in one step or not at all."""
        version = self.check(database)
        for number, statements in enumerate(self.migrations[version - 1 :], start=version + 1):
            database.executescript(
                f"BEGIN IMMEDIATE; {statements}; PRAGMA user_version = {number}; COMMIT;"
            )

    def check(self, database: sqlite3.Connection) -> int:
        """The version of a file.

        Raises ``RecordingError`` if it is none of these, or too new for us, and ``DamagedError`` if
        its tables are not those of its version.
        """
        (owner,) = database.execute("PRAGMA application_id").fetchone()
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if owner != self.application_id:
            raise RecordingError(self.not_ours)
        if version > self.version:
            raise RecordingError(
                f"it was written by a newer wallboard (schema {version}; this one knows "
                f"{self.version}); update wallboard, or use another file"
            )
        if version < 1:
            raise DamagedError(f"it has the invalid schema version {version}")
        self._demand_tables(database, version)
        return int(version)

    def is_intact(self, database: sqlite3.Connection) -> bool:
        """Whether the tables are those of this schema, and pass SQLite's own check."""
        try:
            self.check(database)
            return bool(database.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",))
        except (RecordingError, sqlite3.Error, ValueError):
            return False

    def _demand_tables(self, database: sqlite3.Connection, version: int) -> None:
        """Raise ``DamagedError`` unless all tables and indices are ours to the letter.

        A view, a trigger or a column that computes something would run what somebody else wrote.
        """
        found, ours = _names_in(database), _names_of(dict(self.older).get(version, self.tables))
        for name in found:
            if name not in ours:
                raise DamagedError(f"unknown {found[name][0]} {name!r}")
        for name, (kind, *statement) in ours.items():
            if name not in found:
                raise DamagedError(f"{kind} {name!r} is missing")
            if found[name] != (kind, *statement):
                raise DamagedError(f"{kind} {name!r} differs from the schema")


def is_empty(database: sqlite3.Connection) -> bool:
    """Whether nothing was ever written to a file."""
    return not database.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()


def _names_in(database: sqlite3.Connection) -> dict[str, tuple[str, str, str]]:
    """The kind, the table and the statement of everything that has a name."""
    return {
        str(name): (str(kind), str(table), " ".join(str(statement).split()))
        for kind, name, table, statement in database.execute(
            f"SELECT type, name, tbl_name, sql FROM sqlite_schema LIMIT {_MOST_NAMES}"  # noqa: S608
        )
        if name not in _STATISTICS
    }


@functools.cache
def _names_of(tables: str) -> dict[str, tuple[str, str, str]]:
    database = sqlite3.connect(":memory:", isolation_level=None)
    try:
        database.executescript(tables)
        return _names_in(database)
    finally:
        database.close()
