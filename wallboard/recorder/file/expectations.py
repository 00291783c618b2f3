"""What was expected of entry points: as columns of rows, at a moment, and change by change."""

import math
import sqlite3
from collections.abc import Iterator, Mapping
from itertools import groupby

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import ExpectationChanged
from wallboard.domain.expectation import NOTHING_EXPECTED, Expectation, Expected, Maintenance
from wallboard.recorder.file.columns import FLAG, MOMENT, ROW, TEXT, Shape, optional

COLUMNS = "expected, until, why, maintenance, maintenance_until"

KINDS = {
    "expected": optional(FLAG),
    "until": optional(MOMENT),
    "why": optional(TEXT),
    "maintenance": optional(TEXT),
    "maintenance_until": optional(MOMENT),
}
"""What each of ``COLUMNS`` may hold."""

Columns = tuple[int | None, float | None, str | None, str | None, float | None]


def expectation_columns(one: Expectation) -> Columns:
    """The values of ``COLUMNS``."""
    expected, maintenance = one.expected, one.maintenance
    return (
        int(expected.open) if expected else None,
        expected.until if expected else None,
        expected.why if expected else None,
        maintenance.reason if maintenance else None,
        maintenance.until if maintenance else None,
    )


def expectation_of(
    expected: int | None,
    until: float | None,
    why: str | None,
    maintenance: str | None,
    maintenance_until: float | None,
) -> Expectation:
    """The expectation of such values."""
    if expected is None and maintenance is None:
        return NOTHING_EXPECTED
    return Expectation(
        None if expected is None else Expected(bool(expected), until, why or ""),
        None if maintenance is None else Maintenance(maintenance_until, maintenance),
    )


# max() makes the other columns those of its row.
_LAST = (
    f"SELECT max(id), entry_point, {COLUMNS} FROM expectation"  # noqa: S608  our own names
    " WHERE :entry_point IS NULL OR entry_point = :entry_point GROUP BY entry_point"
)
_AT = (
    f"SELECT o.id, o.entry_point, {COLUMNS} FROM entry_point AS e"  # noqa: S608  as above
    " JOIN expectation AS o ON o.id = ("
    " SELECT id FROM expectation WHERE entry_point = e.id AND at <= :at"
    " ORDER BY at DESC, id DESC LIMIT 1)"
    " WHERE :entry_point IS NULL OR e.id = :entry_point"
)
_BETWEEN = (
    f"SELECT at, entry_point, {COLUMNS} FROM expectation"  # noqa: S608  as above
    " WHERE at > ? AND at <= ? ORDER BY at, id"
)

_ROW = Shape("expectation", id=ROW, entry_point=ROW, **KINDS)
_CHANGE = Shape("expectation", at=MOMENT, entry_point=ROW, **KINDS)


def expectations_at(
    database: sqlite3.Connection, at: float, entry_point: int | None = None
) -> dict[int, Expectation]:
    """What was expected of each entry point, or of one; at infinity what was recorded last."""
    if not _are_recorded(database):
        return {}
    wanted = {"at": at, "entry_point": entry_point}
    rows = _ROW.kept(database, _LAST if at == math.inf else _AT, wanted)
    return {number: expectation_of(*columns) for _, number, *columns in rows}


def expectation_changes(
    database: sqlite3.Connection, keys: Mapping[int, EntryPointKey], after: float, until: float
) -> Iterator[ExpectationChanged]:
    """The changes after a moment and no later than another, those of one moment together."""
    if not _are_recorded(database):
        return
    rows = _CHANGE.kept(database, _BETWEEN, (after, until))
    for at, of in groupby(rows, key=lambda row: row[0]):
        found = {keys[number]: expectation_of(*columns) for _, number, *columns in of}
        yield ExpectationChanged(at, found)


def _are_recorded(database: sqlite3.Connection) -> bool:
    """Whether the file has them: those of older versions have no such table."""
    found = database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'expectation'")
    return found.fetchone() is not None
