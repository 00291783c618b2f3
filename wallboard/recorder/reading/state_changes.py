"""Reads what changed in a segment: verdicts and levels, servers, and what was expected."""

import json
import math
import sqlite3
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.expectation import Expectation
from wallboard.domain.observation import ServerStatus
from wallboard.domain.policy import Level, Verdict
from wallboard.recorder.file.columns import (
    FLAG,
    LEVEL,
    MOMENT,
    ROW,
    TEXT,
    VERDICT,
    Shape,
    optional,
)
from wallboard.recorder.file.expectations import expectation_changes
from wallboard.recorder.reading.segments import Segment
from wallboard.recorder.reading.silences import Outage
from wallboard.recorder.reading.state_at import SERVER_COLUMNS, server_status_of


class Step(NamedTuple):
    """A change of an entry point, by its row number; without a ``verdict`` that stays.

    One that no poll brought, nor what is said of its server, is by other rules, or expected.
    """

    at: float
    entry_point: int
    verdict: Verdict | None
    level: Level
    polled: bool


class Turn(NamedTuple):
    """Something else is expected of an entry point, by its row number."""

    at: float
    entry_point: int
    expectation: Expectation


class LastRows(NamedTuple):
    """The last change and the last status of a server by the end of a segment."""

    change: int
    status: int


NO_ROWS = LastRows(0, 0)
ALL_ROWS = LastRows(2**62, 2**62)

_LAST_ROWS = Shape("segment", last_change=ROW, last_status=ROW)
_STEPS = """
SELECT at, entry_point, iif(subject = 'verdict', after, NULL), level,
  polled_at IS NOT NULL OR of_server FROM change
WHERE id > ? AND id <= ? AND subject IN ('verdict', 'level')
  AND NOT (subject = 'level' AND level < ? AND before IN (SELECT value FROM json_each(?)))
ORDER BY at, id
"""
_STEP = Shape(
    "change", at=MOMENT, entry_point=ROW, verdict=optional(VERDICT), level=LEVEL, polled=FLAG
)
_STATUSES = (
    f"SELECT begun_at, {SERVER_COLUMNS} FROM server_status"  # noqa: S608  our own names
    " WHERE id > ? AND id <= ? ORDER BY begun_at, id"
)
_OUTAGES = "SELECT server, begun_at, cause IS NULL FROM server_status ORDER BY id"
_OUTAGE = Shape("server_status", server=TEXT, begun_at=MOMENT, over=FLAG)

_LEVELS = {int(level): level for level in Level}
_VERDICT_OF: Mapping[str | None, Verdict | None] = {
    None: None,
    **{str(verdict): verdict for verdict in Verdict},
}


def last_rows(database: sqlite3.Connection, segment: Segment) -> LastRows:
    """The last rows of a segment; of the open one all there are."""
    if segment.number is None:
        return ALL_ROWS
    query = "SELECT last_change, last_status FROM segment WHERE id = ?"
    row = _LAST_ROWS.one(database, query, (segment.number,))
    return LastRows(*row) if row else NO_ROWS


def steps_between(
    database: sqlite3.Connection, before: LastRows, last: LastRows, least: Level
) -> Iterator[Step]:
    """The changes of verdicts and levels of a segment, in the order of time.

    Those of a level alone from one below ``least`` to another are left out: there are many.
    """
    below = json.dumps([level.label for level in Level if level < least])
    wanted = (before.change, last.change, int(least), below)
    for at, number, verdict, level, polled in _STEP.kept(database, _STEPS, wanted):
        yield Step(at, number, _VERDICT_OF[verdict], _LEVELS[level], bool(polled))


def statuses_between(
    database: sqlite3.Connection, before: LastRows, last: LastRows
) -> Iterator[ServerStatus]:
    """The statuses of servers in a segment, each once, in the order of time."""
    for begun_at, server, _, cause, message, since, _ in database.execute(
        _STATUSES, (before.status, last.status)
    ):
        yield server_status_of(server, begun_at, cause, message, since, None)


def turns_between(
    database: sqlite3.Connection,
    keys: Mapping[int, EntryPointKey],
    numbers: Mapping[EntryPointKey, int],
    after: float,
    until: float,
) -> Iterator[Turn]:
    """When something else was expected of entry points, in the order of time."""
    for changed in expectation_changes(database, keys, after, until):
        for key, expectation in changed.expectations.items():
            yield Turn(changed.at, numbers[key], expectation)


def outages(database: sqlite3.Connection) -> dict[str, list[Outage]]:
    """When each server was out of reach."""
    found: dict[str, list[Outage]] = {}
    for server, at, over in _OUTAGE.kept(database, _OUTAGES):
        known = found.setdefault(server, [])
        going_on = bool(known) and known[-1][1] == math.inf
        if over and going_on:
            known[-1] = (known[-1][0], max(at, known[-1][0]))
        elif not over and not going_on:
            known.append((at, math.inf))
    return found
