"""The tables of a recording, and what makes a file one.

Times in ``run`` and ``latest`` are whole milliseconds since ``epoch`` (Unix time in seconds, kept
in ``about``), latencies tenths of a millisecond; all other times are Unix time in seconds. Short
numbers are short in the file: a week holds millions of runs.
"""

import functools
import sqlite3

from wallboard.recorder.errors import DamagedError, RecordingError
from wallboard.recorder.file.columns import EPOCH, Shape

APPLICATION_ID = 0x57424452
"""Says in the file's header whose it is."""

NOT_OURS = "it is a database, but not a wallboard recording; use another file"

VERSION = 2
"""The schema that this program writes."""

TICKS = 1000
"""Units of time a second."""

LATENCY_TICKS = 10_000
"""Units of latency a second."""

_TABLES = """
CREATE TABLE about (
  name TEXT PRIMARY KEY,
  value
) WITHOUT ROWID;

-- What was on the board. place: its place there, null once it is gone. endpoints, policy: JSON.
CREATE TABLE entry_point (
  id INTEGER PRIMARY KEY,
  server TEXT NOT NULL,
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  grp TEXT NOT NULL,
  endpoints TEXT NOT NULL,
  policy TEXT NOT NULL,
  place INTEGER,
  UNIQUE (server, number)
);

-- One endpoint of one entry point.
CREATE TABLE target (
  id INTEGER PRIMARY KEY,
  entry_point INTEGER NOT NULL,
  endpoint TEXT NOT NULL,
  url TEXT NOT NULL,
  UNIQUE (entry_point, endpoint)
);

-- What bodies are compressed against; never deleted, for bodies cannot be read without it.
CREATE TABLE dictionary (
  id INTEGER PRIMARY KEY,
  bytes BLOB NOT NULL
);

-- Every different body once. size: bytes before compression. packed: zlib, against the dictionary.
CREATE TABLE body (
  id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE,
  size INTEGER NOT NULL,
  dictionary INTEGER,
  packed BLOB NOT NULL
);

-- Every different answer once. cause, message: null for a good one. status: null without response.
-- head: only the header lines that tell how to read the body. seen: the last segment it was in.
CREATE TABLE answer (
  id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE,
  cause TEXT,
  message TEXT,
  status INTEGER,
  reason TEXT,
  head BLOB,
  body INTEGER,
  truncated INTEGER NOT NULL,
  seen INTEGER NOT NULL
);
CREATE INDEX answer_body ON answer (body);

-- Polls of a target in a row that brought the same answer; appended once it is over, and when its
-- segment is. For a single poll last, count, least and most are null.
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  target INTEGER NOT NULL,
  answer INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER,
  count INTEGER,
  mean INTEGER NOT NULL,
  least INTEGER,
  most INTEGER
);

-- The run of each target that goes on, or went on last. elapsed: latency of its newest poll.
CREATE TABLE latest (
  target INTEGER PRIMARY KEY,
  answer INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  count INTEGER NOT NULL,
  mean REAL NOT NULL,
  least INTEGER NOT NULL,
  most INTEGER NOT NULL,
  elapsed INTEGER NOT NULL
);

-- A segment of the recording that is over, some minutes long; no run reaches across its ends.
-- first_run, last_run: its rows in run. last_change, last_status: the last rows of these by then.
-- standing: the state of every target at its end. samples: for sparklines and charts.
-- polls: observations in it.
CREATE TABLE segment (
  id INTEGER PRIMARY KEY,
  from_at REAL NOT NULL,
  to_at REAL NOT NULL,
  first_run INTEGER NOT NULL,
  last_run INTEGER NOT NULL,
  last_change INTEGER NOT NULL,
  last_status INTEGER NOT NULL,
  polls INTEGER NOT NULL,
  standing BLOB NOT NULL,
  samples BLOB NOT NULL
);

-- The samples of the open segment. verdict: the code of verdict and level.
CREATE TABLE sample (
  entry_point INTEGER NOT NULL,
  at REAL NOT NULL,
  wait REAL,
  depth INTEGER,
  capacity INTEGER,
  verdict INTEGER NOT NULL
);

-- What became different: verdicts, levels, endpoints, servers (entry_point is null for these).
-- endpoint, answer, elapsed: the poll that brought it, elapsed in seconds.
CREATE TABLE change (
  id INTEGER PRIMARY KEY,
  at REAL NOT NULL,
  entry_point INTEGER,
  server TEXT NOT NULL,
  subject TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  level INTEGER NOT NULL,
  lasted REAL,
  summary TEXT NOT NULL,
  endpoint TEXT,
  answer INTEGER,
  polled_at REAL,
  elapsed REAL,
  of_server INTEGER NOT NULL
);
CREATE INDEX change_at ON change (at);
CREATE INDEX change_of ON change (entry_point, at);
CREATE INDEX change_verdict ON change (entry_point, at) WHERE subject = 'verdict';

-- What became of a server, a row for each change; at: when it was last said. cause: null while it
-- answers.
CREATE TABLE server_status (
  id INTEGER PRIMARY KEY,
  server TEXT NOT NULL,
  begun_at REAL NOT NULL,
  at REAL NOT NULL,
  cause TEXT,
  message TEXT,
  since REAL,
  next_probe_at REAL
);
"""

_EPOCH = Shape("about", epoch=EPOCH)

_STATISTICS = {"sqlite_stat1", "sqlite_stat4"}
"""What somebody's ANALYZE leaves behind, which changes nothing."""

_MOST_NAMES = 100

_MIGRATIONS: tuple[str, ...] = (
    # Rounds of before hold numbers that no code has: whoever reads them knows what they were.
    "",
)
"""What turns version 1 into 2, 2 into 3, and so on."""


def create(database: sqlite3.Connection, epoch: float) -> None:
    """Make an empty file a recording that begins at ``epoch``, Unix time in seconds."""
    # So no journal is left behind, wherever this is killed.
    database.execute("PRAGMA journal_mode = MEMORY")
    # Only an empty file takes these; they let it shrink again, and be read while it is written.
    database.execute("PRAGMA auto_vacuum = INCREMENTAL")
    database.execute("PRAGMA journal_mode = WAL")
    database.executescript(
        f"BEGIN IMMEDIATE; {_TABLES} PRAGMA application_id = {APPLICATION_ID};"
        f" PRAGMA user_version = {VERSION};"
    )
    with database:
        database.execute("INSERT INTO about VALUES ('epoch', ?)", (int(epoch),))


def migrate(database: sqlite3.Connection) -> None:
    """Bring an older recording to this schema, in one step or not at all."""
    version = check(database)
    for number, statements in enumerate(_MIGRATIONS[version - 1 :], start=version + 1):
        database.executescript(
            f"BEGIN IMMEDIATE; {statements}; PRAGMA user_version = {number}; COMMIT;"
        )


def is_empty(database: sqlite3.Connection) -> bool:
    """Whether nothing was ever written to a file."""
    return not database.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()


def check(database: sqlite3.Connection) -> int:
    """The version of a recording.

    Raises ``RecordingError`` if it is none, or too new for us, and ``DamagedError`` if its tables
    are not those of its version.
    """
    (owner,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if owner != APPLICATION_ID:
        raise RecordingError(NOT_OURS)
    if version > VERSION:
        raise RecordingError(
            f"it was written by a newer wallboard (schema {version}; this one knows {VERSION}); "
            "update wallboard, or use another file"
        )
    if version < 1:
        raise DamagedError(f"it has the invalid schema version {version}")
    _demand_schema(database)
    return int(version)


def is_intact(database: sqlite3.Connection) -> bool:
    """Whether the tables are those of this schema, and pass SQLite's own check."""
    try:
        check(database)
        return bool(database.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",))
    except (RecordingError, sqlite3.Error, ValueError):
        return False


def _demand_schema(database: sqlite3.Connection) -> None:
    """Raise ``DamagedError`` unless all tables and indices are ours to the letter.

    A view, a trigger or a column that computes something would run what somebody else wrote.
    """
    found, ours = _schema_of(database), _our_schema()
    for name in found:
        if name not in ours:
            raise DamagedError(f"unknown {found[name][0]} {name!r}")
    for name, (kind, *statement) in ours.items():
        if name not in found:
            raise DamagedError(f"{kind} {name!r} is missing")
        if found[name] != (kind, *statement):
            raise DamagedError(f"{kind} {name!r} differs from the schema")


def _schema_of(database: sqlite3.Connection) -> dict[str, tuple[str, str, str]]:
    """The kind, the table and the statement of everything that has a name."""
    return {
        str(name): (str(kind), str(table), " ".join(str(statement).split()))
        for kind, name, table, statement in database.execute(
            f"SELECT type, name, tbl_name, sql FROM sqlite_schema LIMIT {_MOST_NAMES}"  # noqa: S608
        )
        if name not in _STATISTICS
    }


@functools.cache
def _our_schema() -> dict[str, tuple[str, str, str]]:
    database = sqlite3.connect(":memory:", isolation_level=None)
    try:
        create(database, 0.0)
        return _schema_of(database)
    finally:
        database.close()


def epoch_of(database: sqlite3.Connection) -> float:
    """From when on the times of a recording count, Unix time in seconds."""
    row = _EPOCH.one(database, "SELECT value FROM about WHERE name = 'epoch'")
    if row is None:
        raise DamagedError("its epoch is missing")
    return float(row[0])
