"""The table of a ledger and its rows, each value checked as it is read.

Times are Unix time in seconds, to the millisecond.
"""

from collections.abc import Sequence
from typing import Any

from wallboard.domain.ledger_order import ONCE
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind, moment
from wallboard.domain.policy import Level
from wallboard.recorder.file.columns import (
    ID,
    LEVEL,
    MOMENT,
    ROW,
    TEXT,
    Shape,
    optional,
    storable,
    word,
)
from wallboard.recorder.file.file_schema import FileSchema

_ONCE = ", ".join(f"'{kind}'" for kind in RowKind if kind in ONCE)

IDENTITY = f"""
  kind,
  coalesce(server, ''),
  coalesce(number, -1),
  coalesce(onset, 0),
  CASE WHEN kind IN ({_ONCE}) THEN 0 ELSE at END,
  who,
  text,
  notice,
  channel
"""
"""What a ledger has only once, as ``ledger_order.identity`` has it."""

_TABLES = f"""
-- server: null for the whole board. number: of the entry point, null for a server as a whole.
-- who: empty for what the rules did. The columns are those of LedgerRow.
CREATE TABLE ledger (
  id INTEGER PRIMARY KEY,
  at REAL NOT NULL,
  kind TEXT NOT NULL,
  server TEXT,
  number INTEGER,
  onset REAL,
  level INTEGER,
  verdict TEXT NOT NULL,
  who TEXT NOT NULL,
  text TEXT NOT NULL,
  until REAL,
  notice TEXT NOT NULL,
  channel TEXT NOT NULL,
  board TEXT NOT NULL
);
CREATE INDEX ledger_at ON ledger (at);
CREATE INDEX ledger_of ON ledger (server, number);

-- Nothing is there twice, whoever wrote it first.
CREATE UNIQUE INDEX ledger_once ON ledger ({IDENTITY});
"""

LEDGER = FileSchema("ledger", 0x57424C47, _TABLES)


SHAPE = Shape(
    "ledger",
    id=ROW,
    at=MOMENT,
    kind=word(RowKind),
    server=optional(TEXT),
    number=optional(ID),
    onset=optional(MOMENT),
    level=optional(LEVEL),
    verdict=TEXT,
    who=TEXT,
    text=TEXT,
    until=optional(MOMENT),
    notice=TEXT,
    channel=TEXT,
    board=TEXT,
)

WRITTEN = (
    "at, kind, server, number, onset, level, verdict, who, text, until, notice, channel, board"
)
COLUMNS = f"id, {WRITTEN}"


def row_of(values: Sequence[Any]) -> LedgerRow:
    """A row of checked values, in the order of ``COLUMNS``."""
    number, at, kind, server, entry_point, onset, level, *rest = values
    verdict, who, text, until, notice, channel, board = rest
    return LedgerRow(
        at=at,
        kind=RowKind(kind),
        key=None if server is None else AlarmKey(server, entry_point),
        onset=onset,
        level=None if level is None else Level(level),
        verdict=verdict,
        who=who,
        text=text,
        until=until,
        notice=notice,
        channel=channel,
        board=board,
        number=number,
    )


def values_of(row: LedgerRow) -> tuple[object, ...]:
    """A row as it is written, in the order of ``WRITTEN``."""
    return (
        moment(row.at),
        str(row.kind),
        storable(row.key.server) if row.key else None,
        row.key.id if row.key else None,
        _moment(row.onset),
        None if row.level is None else int(row.level),
        storable(row.verdict),
        storable(row.who),
        storable(row.text),
        _moment(row.until),
        storable(row.notice),
        storable(row.channel),
        storable(row.board),
    )


def _moment(at: float | None) -> float | None:
    return None if at is None else moment(at)
