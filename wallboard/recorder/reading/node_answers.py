"""Reads what nodes behind a server said: at a moment, and what is new since another."""

import math
import sqlite3
from collections.abc import Sequence
from typing import Any

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.node import NodeAnswer, Stance
from wallboard.domain.observation import Observation
from wallboard.recorder.file.columns import MOMENT, ROW, SECONDS, TEXT, Shape, optional, whole, word
from wallboard.recorder.reading.catalogue import Catalogue
from wallboard.recorder.reading.read_cache import ReadCache

_COLUMNS = "entry_point, node, begun_at, at, elapsed, next_at, answer, server, rounds, since"

# max() makes the other columns those of its row.
_LAST = f"SELECT max(id), {_COLUMNS} FROM node_answer GROUP BY entry_point, node"  # noqa: S608  ours
_AT = (
    f"SELECT max(id), {_COLUMNS} FROM node_answer"  # noqa: S608  as above
    " WHERE begun_at <= ? GROUP BY entry_point, node"
)
_BEGUN = (
    f"SELECT id, {_COLUMNS} FROM node_answer"  # noqa: S608  as above
    " WHERE begun_at > ? AND begun_at <= ? ORDER BY begun_at, id"
)
_NEWER = (
    f"SELECT id, {_COLUMNS} FROM node_answer"  # noqa: S608  as above
    " WHERE id > ? OR at > ? ORDER BY at, id"
)
_ROW = Shape(
    "node_answer",
    id=ROW,
    entry_point=ROW,
    node=TEXT,
    begun_at=MOMENT,
    at=MOMENT,
    elapsed=SECONDS,
    next_at=MOMENT,
    answer=ROW,
    server=optional(word(Stance)),
    rounds=whole(0, 2**62),
    since=optional(MOMENT),
)


def node_answers_at(
    database: sqlite3.Connection, cache: ReadCache, catalogue: Catalogue, at: float
) -> tuple[NodeAnswer, ...]:
    """What each node said last of each entry point, oldest first; at infinity by recording."""
    if not are_recorded(database):
        return ()
    rows = _ROW.kept(database, *((_LAST,) if at == math.inf else (_AT, (at,))))
    found = _answers(database, cache, catalogue, rows, at)
    return tuple(sorted(found, key=lambda one: one.at))


def node_answers_between(
    database: sqlite3.Connection, cache: ReadCache, catalogue: Catalogue, after: float, until: float
) -> list[NodeAnswer]:
    """What nodes began to say after a moment and no later than another, in order."""
    if not are_recorded(database):
        return []
    rows = _ROW.kept(database, _BEGUN, (after, until))
    return _answers(database, cache, catalogue, rows, -math.inf)


class NewNodeAnswers:
    """Gives what was recorded of nodes since the last call."""

    def __init__(self) -> None:
        self._last: tuple[int, float] | None = None

    def read(
        self, database: sqlite3.Connection, cache: ReadCache, catalogue: Catalogue
    ) -> list[NodeAnswer]:
        """The new answers; none at first, and none of a file that has no such table."""
        if not are_recorded(database):
            return []
        last, self._last = self._last, _newest(database)
        if last is None or last == self._last:
            return []
        rows = _ROW.kept(database, _NEWER, last)
        return _answers(database, cache, catalogue, rows, math.inf)


def _newest(database: sqlite3.Connection) -> tuple[int, float]:
    number, at = database.execute(
        "SELECT (SELECT max(id) FROM node_answer), (SELECT max(at) FROM node_answer)"
    ).fetchone()
    return int(number or 0), -math.inf if at is None else float(at)


def are_recorded(database: sqlite3.Connection) -> bool:
    """Whether the file has them: those of older versions have no such table."""
    found = database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'node_answer'")
    return found.fetchone() is not None


def _answers(
    database: sqlite3.Connection,
    cache: ReadCache,
    catalogue: Catalogue,
    rows: Sequence[tuple[Any, ...]],
    moment: float,
) -> list[NodeAnswer]:
    """The answers of rows as they were at a moment: of one updated since, its first time holds."""
    answers = cache.answers.of(database, {row[7] for row in rows})
    found = []
    for _, number, node, begun_at, at, elapsed, next_at, answer, server, rounds, since in rows:
        known = answers[answer]
        poll = Observation(
            catalogue.keys[number],
            Endpoint.CHAT_ALLOWED,
            at if at <= moment else begun_at,
            elapsed,
            known.outcome(Endpoint.CHAT_ALLOWED),
            catalogue.request(number, Endpoint.CHAT_ALLOWED),
            known.answer.response,
        )
        said = Stance(server) if server else None
        found.append(NodeAnswer(node, poll, next_at, said, rounds, since))
    return found
