"""The tables of a recording.

Times in ``run`` and ``latest`` are whole milliseconds since ``epoch`` (Unix time in seconds, kept
in ``about``), latencies tenths of a millisecond; all other times are Unix time in seconds. Short
numbers are short in the file: a week holds millions of runs.
"""

import sqlite3

from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.columns import EPOCH, Shape
from wallboard.recorder.file.file_schema import FileSchema

TICKS = 1000
"""Units of time a second."""

LATENCY_TICKS = 10_000
"""Units of latency a second."""

_EXPECTATIONS = """
-- What was expected of an entry point from at on, a row for each change. expected: whether it is to
-- be open, null without a calendar. why: the rule. maintenance: its reason, null without one.
-- until, maintenance_until: null where that was far away.
CREATE TABLE expectation (
  id INTEGER PRIMARY KEY,
  at REAL NOT NULL,
  entry_point INTEGER NOT NULL,
  expected INTEGER,
  until REAL,
  why TEXT,
  maintenance TEXT,
  maintenance_until REAL
);
CREATE INDEX expectation_of ON expectation (entry_point, at);
"""

_NODES = """
-- What a node behind a server said of an entry point, a row for each change of that, or of what
-- holds of it. begun_at, at: its first and newest poll. elapsed: seconds. server: what the server
-- said then, null where that was not known. rounds, since: how often and since when they differ.
CREATE TABLE node_answer (
  id INTEGER PRIMARY KEY,
  entry_point INTEGER NOT NULL,
  node TEXT NOT NULL,
  begun_at REAL NOT NULL,
  at REAL NOT NULL,
  elapsed REAL NOT NULL,
  next_at REAL NOT NULL,
  answer INTEGER NOT NULL,
  server TEXT,
  rounds INTEGER NOT NULL,
  since REAL
);
CREATE INDEX node_answer_of ON node_answer (entry_point, node);
CREATE INDEX node_answer_at ON node_answer (at);
"""

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
-- endpoint, answer, elapsed: the poll that brought it, elapsed in seconds. polled_at: of that poll;
-- of a server, when the first poll did not reach it.
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

_MIGRATIONS = (
    # Rounds of before hold numbers that no code has: whoever reads them knows what they were.
    "",
    _EXPECTATIONS,
    _NODES,
)
"""What turns version 1 into 2, 2 into 3, and so on."""


def _write_epoch(database: sqlite3.Connection, now: float) -> None:
    database.execute("INSERT INTO about VALUES ('epoch', ?)", (int(now),))


RECORDING = FileSchema(
    "recording",
    0x57424452,
    _TABLES + _EXPECTATIONS + _NODES,
    _MIGRATIONS,
    _write_epoch,
    ((1, _TABLES), (2, _TABLES), (3, _TABLES + _EXPECTATIONS)),
)

VERSION = RECORDING.version
"""The schema that this program writes."""


def epoch_of(database: sqlite3.Connection) -> float:
    """From when on the times of a recording count, Unix time in seconds."""
    row = _EPOCH.one(database, "SELECT value FROM about WHERE name = 'epoch'")
    if row is None:
        raise DamagedError("its epoch is missing")
    return float(row[0])
