"""The rows of a ledger as they are in the file, each value checked as it is read."""

from collections.abc import Sequence
from typing import Any

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
