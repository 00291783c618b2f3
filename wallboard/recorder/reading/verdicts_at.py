"""Reads the verdicts and the server statuses at a moment, and since when they hold."""

import math
import sqlite3
from dataclasses import dataclass, replace

from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.domain.policy import Level, Verdict
from wallboard.recorder.file.columns import (
    CAUSE,
    LEVEL,
    MOMENT,
    ROW,
    TEXT,
    VERDICT,
    Shape,
    optional,
)

_VERDICT_OF = {str(verdict): verdict for verdict in Verdict}

_VERDICTS_AT = """
SELECT e.id, v.after, v.at, l.level, l.at
FROM entry_point AS e
JOIN change AS v ON v.id = (
  SELECT id FROM change WHERE entry_point = e.id AND at <= ?1 AND subject = 'verdict'
  ORDER BY at DESC, id DESC LIMIT 1)
JOIN change AS l ON l.id = (
  SELECT id FROM change WHERE entry_point = e.id AND at <= ?1 AND subject IN ('verdict', 'level')
  ORDER BY at DESC, id DESC LIMIT 1)
WHERE ?2 IS NULL OR e.id = ?2
"""

# By row number, whatever their times: slower, for there is no index.
_LAST_VERDICTS = """
SELECT e.id, v.after, v.at, l.level, l.at
FROM entry_point AS e
JOIN change AS v ON v.id = (
  SELECT max(id) FROM change WHERE entry_point = e.id AND subject = 'verdict')
JOIN change AS l ON l.id = (
  SELECT max(id) FROM change WHERE entry_point = e.id AND subject IN ('verdict', 'level'))
WHERE ?1 = ?1 AND (?2 IS NULL OR e.id = ?2)
"""

SERVER_COLUMNS = "server, at, cause, message, since, next_probe_at"

# max() makes the other columns those of its row.
_SERVERS = (
    f"SELECT max(id), begun_at, {SERVER_COLUMNS} FROM server_status"  # noqa: S608  our own names
    " WHERE begun_at <= ? GROUP BY server ORDER BY server"
)


_SHAPE = Shape("change", id=ROW, after=VERDICT, at=MOMENT, level=LEVEL, level_at=MOMENT)
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


@dataclass(frozen=True, slots=True)
class RecordedVerdict:
    """The verdict and the level of an entry point, each since when, Unix time in seconds."""

    verdict: Verdict
    since: float
    level: Level
    level_since: float


def verdicts_at(
    database: sqlite3.Connection, at: float, entry_point: int | None = None
) -> dict[int, RecordedVerdict]:
    """The verdict of each entry point, or of one; at infinity the last recorded one."""
    query = _LAST_VERDICTS if at == math.inf else _VERDICTS_AT
    return {
        number: RecordedVerdict(_VERDICT_OF[verdict], since, Level(level), level_since)
        for number, verdict, since, level, level_since in _SHAPE.kept(
            database, query, (at, entry_point)
        )
    }


def servers_at(database: sqlite3.Connection, at: float) -> list[ServerStatus]:
    """The status of each server at a moment."""
    return [
        _as_known_at(at, begun_at, server_status_of(*row))
        for _, begun_at, *row in _STATUS_ROW.kept(database, _SERVERS, (at,))
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
