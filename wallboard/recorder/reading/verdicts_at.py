"""What was said of entry points and servers at a moment, and since when."""

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

_VERDICTS = {str(verdict): verdict for verdict in Verdict}

_TOLD = """
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

# By their order, whatever their times: slower, for no index has it.
_TOLD_LAST = """
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
_SAID_COLUMNS = {
    "server": TEXT,
    "at": MOMENT,
    "cause": optional(CAUSE),
    "message": optional(TEXT),
    "since": optional(MOMENT),
    "next_probe_at": optional(MOMENT),
}
_SAID = Shape("server_status", **_SAID_COLUMNS)
_STATUS = Shape("server_status", id=ROW, begun_at=MOMENT, **_SAID_COLUMNS)


@dataclass(frozen=True, slots=True)
class Told:
    """The verdict and the level of an entry point, each since when, Unix time in seconds."""

    verdict: Verdict
    since: float
    level: Level
    level_since: float


def told_at(
    database: sqlite3.Connection, at: float, entry_point: int | None = None
) -> dict[int, Told]:
    """What each entry point, or one, was said to be; at the end of time what it was last."""
    query = _TOLD_LAST if at == math.inf else _TOLD
    return {
        number: Told(_VERDICTS[verdict], since, Level(level), level_since)
        for number, verdict, since, level, level_since in _SHAPE.kept(
            database, query, (at, entry_point)
        )
    }


def servers_at(database: sqlite3.Connection, at: float) -> list[ServerStatus]:
    """What had last been said of each server."""
    return [
        _by(at, begun_at, server_status_of(*row))
        for _, begun_at, *row in _STATUS.kept(database, _SERVERS, (at,))
    ]


def server_status_of(
    server: str,
    at: float,
    cause: str | None,
    message: str | None,
    since: float | None,
    next_probe_at: float | None,
) -> ServerStatus:
    """The status of a row, as it was last said. Raises ``DamagedError``."""
    _SAID.checked((server, at, cause, message, since, next_probe_at))
    failure = None if cause is None else Failure(Cause(cause), message or "")
    return ServerStatus(server, at, failure, since, next_probe_at)


def _by(moment: float, begun_at: float, status: ServerStatus) -> ServerStatus:
    """A status as it was known at a moment."""
    if status.at <= moment:
        return status
    # It was said again since; of when it was said before, only the first time is known.
    return replace(status, at=begun_at, next_probe_at=None)
