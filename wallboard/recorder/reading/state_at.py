"""Reads the verdicts, the server statuses and the newest polls at a moment."""

import json
import math
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace

from wallboard.domain.change import Subject
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.domain.onset import Onset, onset_of
from wallboard.domain.policy import Level, Verdict
from wallboard.frozen import frozen
from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.columns import (
    CAUSE,
    LEVEL,
    MOMENT,
    ROW,
    SECONDS,
    TEXT,
    VERDICT,
    Shape,
    optional,
    word,
)
from wallboard.recorder.file.segment_end import EndState
from wallboard.recorder.reading.segments import (
    COLUMNS,
    RUN,
    Poll,
    RunRow,
    Segment,
)

_VERDICT_OF = {str(verdict): verdict for verdict in Verdict}

_VERDICTS_AT = """
SELECT e.id, v.after, v.at, l.level, l.at, l.subject, l.before, l.lasted
FROM entry_point AS e
JOIN change AS v ON v.id = (
  SELECT id FROM change WHERE entry_point = e.id AND at <= :at AND subject = 'verdict'
  ORDER BY at DESC, id DESC LIMIT 1)
JOIN change AS l ON l.id = (
  SELECT id FROM change WHERE entry_point = e.id AND at <= :at AND subject IN ('verdict', 'level')
  ORDER BY at DESC, id DESC LIMIT 1)
WHERE :entry_point IS NULL OR e.id = :entry_point
"""

# By row number, whatever their times: slower, for there is no index.
_LAST_VERDICTS = """
SELECT e.id, v.after, v.at, l.level, l.at, l.subject, l.before, l.lasted
FROM entry_point AS e
JOIN change AS v ON v.id = (
  SELECT max(id) FROM change WHERE entry_point = e.id AND subject = 'verdict')
JOIN change AS l ON l.id = (
  SELECT max(id) FROM change WHERE entry_point = e.id AND subject IN ('verdict', 'level'))
WHERE :entry_point IS NULL OR e.id = :entry_point
"""

SERVER_COLUMNS = "server, at, cause, message, since, next_probe_at"

# max() makes the other columns those of its row.
_SERVERS = (
    f"SELECT max(id), begun_at, {SERVER_COLUMNS} FROM server_status"  # noqa: S608  our own names
    " WHERE begun_at <= ? GROUP BY server ORDER BY server"
)


_BEGUN = (
    f"SELECT id, begun_at, {SERVER_COLUMNS} FROM server_status"  # noqa: S608  as above
    " WHERE begun_at > ? AND begun_at <= ? ORDER BY begun_at, id"
)

_SHAPE = Shape(
    "change",
    id=ROW,
    after=VERDICT,
    at=MOMENT,
    level=LEVEL,
    level_at=MOMENT,
    subject=word(Subject),
    before=TEXT,
    lasted=optional(SECONDS),
)
_STATUS_COLUMNS = {
    "server": TEXT,
    "at": MOMENT,
    "cause": optional(CAUSE),
    "message": optional(TEXT),
    "since": optional(MOMENT),
    "next_probe_at": optional(MOMENT),
}
_STATUS = Shape("server_status", **_STATUS_COLUMNS)
_STATUS_ROW = Shape("server_status", id=ROW, begun_at=MOMENT, **_STATUS_COLUMNS)


@frozen
class RecordedVerdict:
    """The verdict of an entry point and since when, its level, and how the two began."""

    verdict: Verdict
    since: float
    level: Level
    onset: Onset


def verdicts_at(
    database: sqlite3.Connection, at: float, entry_point: int | None = None
) -> dict[int, RecordedVerdict]:
    """The verdict of each entry point, or of one; at infinity the last recorded one."""
    query = _LAST_VERDICTS if at == math.inf else _VERDICTS_AT
    wanted = {"at": at, "entry_point": entry_point}
    return {
        number: RecordedVerdict(_VERDICT_OF[verdict], since, Level(level), _onset(*began))
        for number, verdict, since, level, *began in _SHAPE.kept(database, query, wanted)
    }


def _onset(at: float, subject: str, before: str, lasted: float | None) -> Onset:
    try:
        return onset_of(at, subject, before, lasted)
    except ValueError:
        words = f"of a {subject} {before[:40]!r}"
        raise DamagedError(f"a change says {words}, which is invalid") from None


def servers_at(database: sqlite3.Connection, at: float) -> list[ServerStatus]:
    """The status of each server at a moment."""
    return [
        _as_known_at(at, begun_at, server_status_of(*row))
        for _, begun_at, *row in _STATUS_ROW.kept(database, _SERVERS, (at,))
    ]


def server_statuses_between(
    database: sqlite3.Connection, after: float, until: float
) -> list[ServerStatus]:
    """What was first said of servers after a moment and no later than another, in order."""
    return [
        _as_known_at(begun_at, begun_at, server_status_of(*row))
        for _, begun_at, *row in _STATUS_ROW.kept(database, _BEGUN, (after, until))
    ]


def server_status_of(
    server: str,
    at: float,
    cause: str | None,
    message: str | None,
    since: float | None,
    next_probe_at: float | None,
) -> ServerStatus:
    """The status of a row. Raises ``DamagedError``."""
    _STATUS.checked((server, at, cause, message, since, next_probe_at))
    failure = None if cause is None else Failure(Cause(cause), message or "")
    return ServerStatus(server, at, failure, since, next_probe_at)


def _as_known_at(moment: float, begun_at: float, status: ServerStatus) -> ServerStatus:
    """A status as it was at a moment."""
    if status.at <= moment:
        return status
    # The row was updated since; of its earlier times only the first is known.
    return replace(status, at=begun_at, next_probe_at=None)


@frozen
class LastPolls:
    """The newest poll of a target, its newest good one, and how many in a row had its answer."""

    last: Poll
    good: Poll | None
    polls: int


def last_polls_at(
    database: sqlite3.Connection,
    segment: Segment,
    before: Mapping[int, EndState],
    ticks: int,
) -> dict[int, LastPolls]:
    """The last polls of every target at a moment in a segment or after it.

    ``before`` are the end states of the segment before.
    """
    bounds = (segment.first_run, segment.last_run, ticks)
    runs = {run.target: run for run in _newest_of_each(database, *bounds)}
    runs.update((target, run) for target, run in segment.going_on.items() if run.first <= ticks)
    failed = _failures(database, {run.answer for run in runs.values()})
    good: dict[int, RunRow] = {}
    if failed:
        good = {run.target: run for run in _newest_good_of_each(database, *bounds)}
    found = {target: _of_end_state(one) for target, one in before.items()}
    for target, run in runs.items():
        polls = run.polls_until(ticks)
        last = run.poll(polls - 1)
        known = found.get(target)
        best: Poll | None = last
        if run.answer in failed:
            best = known.good if known else None
            if target in good:
                best = good[target].poll(good[target].polls_until(ticks) - 1)
        if known and known.last.answer == run.answer:
            polls += known.polls
        found[target] = LastPolls(last, best, polls)
    return found


def _of_end_state(one: EndState) -> LastPolls:
    good = None
    if one.good_answer is not None:
        good = Poll(one.good_answer, one.good_at, one.good_elapsed)
    return LastPolls(Poll(one.answer, one.last, one.elapsed), good, one.polls)


def _failures(database: sqlite3.Connection, answers: set[int]) -> set[int]:
    rows = database.execute(
        "SELECT id FROM answer WHERE cause IS NOT NULL AND id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(answers)),),
    )
    return {number for (number,) in rows}


def _newest_of_each(
    database: sqlite3.Connection, first_run: int, last_run: int, ticks: int
) -> Iterator[RunRow]:
    """The newest run of each target that had begun by a moment, within a range of runs."""
    # max() makes the other columns those of its row.
    for _, *row in database.execute(
        f"SELECT max(run.id), {COLUMNS} FROM run"  # noqa: S608  our own names
        " WHERE run.id BETWEEN ? AND ? AND run.first <= ? GROUP BY run.target",
        (first_run, last_run, ticks),
    ):
        yield RunRow.of(row, RUN)


def _newest_good_of_each(
    database: sqlite3.Connection, first_run: int, last_run: int, ticks: int
) -> Iterator[RunRow]:
    """The same among runs with a good answer."""
    for _, *row in database.execute(
        f"SELECT max(run.id), {COLUMNS} FROM run JOIN answer ON answer.id = run.answer"  # noqa: S608
        " WHERE run.id BETWEEN ? AND ? AND run.first <= ? AND answer.cause IS NULL"
        " GROUP BY run.target",
        (first_run, last_run, ticks),
    ):
        yield RunRow.of(row, RUN)
