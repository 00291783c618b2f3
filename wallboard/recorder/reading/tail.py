"""Reads what another process adds to a recording."""

import json
import sqlite3
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from wallboard.domain.node import NodeAnswer
from wallboard.domain.observation import Observation, ServerStatus
from wallboard.recorder.file.columns import ROW, Shape
from wallboard.recorder.reading.board_at import observation_of
from wallboard.recorder.reading.catalogue import read_catalogue
from wallboard.recorder.reading.connection import Connection, Version
from wallboard.recorder.reading.node_answers import NewNodeAnswers
from wallboard.recorder.reading.read_cache import ReadCache
from wallboard.recorder.reading.segments import COLUMNS, LATEST, RUN, Poll, RunRow
from wallboard.recorder.reading.state_at import SERVER_COLUMNS, server_status_of

_NEWEST = "SELECT target, first, last FROM latest"
_LATEST = (
    "SELECT target, answer, first, last, count, mean, least, most, elapsed FROM latest"
    " WHERE target IN (SELECT value FROM json_each(?))"
)
_ENDED = f"SELECT id, {COLUMNS} FROM run WHERE id > ? ORDER BY id"  # noqa: S608  our own names
_SEALED = "SELECT id, last_run, last_status FROM segment WHERE id > ? ORDER BY id"
_SERVER_STATUSES = (
    f"SELECT id, {SERVER_COLUMNS} FROM server_status"  # noqa: S608  as above
    " WHERE id > ? OR id IN (SELECT value FROM json_each(?)) ORDER BY id"
)


_SEGMENT = Shape("segment", id=ROW, last_run=ROW, last_status=ROW)


class _SegmentPoll(NamedTuple):
    """A poll of a target; ``segment`` is its index among the new segments."""

    segment: int
    target: int
    poll: Poll


_Dated = tuple[int, Observation | ServerStatus | NodeAnswer]
"""The index of its segment among the new ones, and an event."""


class Tail:
    """Follows a recording: each call gives the events written since the one before.

    Of a run only the first and the newest poll are given: the others have the same answer.
    """

    def __init__(self, connection: Connection, cache: ReadCache) -> None:
        """Skips what is in the recording by now."""
        self._connection = connection
        self._cache = cache
        self._version: Version | None = None
        self._forget()
        with connection.reading() as database:
            self._file = connection.file
            self._catalogue = read_catalogue(database)
            self._read(database)
            self._version = connection.version

    def new_events(self) -> list[Observation | ServerStatus | NodeAnswer]:
        """The polls, server statuses and answers of nodes since the last call.

        In the order of recording: between two segments the clock may have been put back.
        Raises ``RecordingError`` or ``DamagedError``.
        """
        with self._connection.reading() as database:
            if self._version == self._connection.version:
                return []
            if self._file != self._connection.file:
                # Of another file in its place only the current state is new, not its past.
                self._forget()
                self._file, self._version = self._connection.file, None
            new_events = self._read(database)
            self._version = self._connection.version
            return [event for _, event in sorted(new_events, key=_order)]

    def _forget(self) -> None:
        self._last_run = 0
        self._last_segment = 0
        self._seen: dict[int, tuple[int, int]] = {}
        self._servers: dict[str, tuple[int, float]] = {}
        self._nodes = NewNodeAnswers()

    def _read(self, database: sqlite3.Connection) -> list[_Dated]:
        sealed = _SEGMENT.kept(database, _SEALED, (self._last_segment,))
        if sealed or self._version is None:
            # The entry points may have changed.
            self._catalogue = read_catalogue(database)
        if sealed:
            self._last_segment = sealed[-1][0]
        polls = self._unseen_polls(database, [last_run for _, last_run, _ in sealed])
        statuses = self._server_statuses(database, [last_status for *_, last_status in sealed])
        nodes = self._nodes.read(database, self._cache, self._catalogue)
        dated = [(len(sealed), one) for one in nodes]
        return [*self._observations(database, polls), *statuses, *dated]

    def _unseen_polls(
        self, database: sqlite3.Connection, ends: Sequence[int]
    ) -> list[_SegmentPoll]:
        """The polls that were not given before. ``ends`` are the last runs of new segments."""
        polls: list[_SegmentPoll] = []
        if self._version is None:
            (self._last_run,) = database.execute("SELECT coalesce(max(id), 0) FROM run").fetchone()
        for number, *row in database.execute(_ENDED, (self._last_run,)):
            self._last_run = number
            polls += self._unseen(RunRow.of(row, RUN), bisect_left(ends, number))
        # Not by time: after a clock was put back the newest poll has not the latest time.
        grown = [
            target
            for target, first, last in database.execute(_NEWEST)
            if self._seen.get(target) != (first, last)
        ]
        for row in database.execute(_LATEST, (json.dumps(grown),)):
            polls += self._unseen(RunRow.of(row, LATEST), len(ends))
        return polls

    def _unseen(self, run: RunRow, segment: int) -> Iterator[_SegmentPoll]:
        first, last = self._seen.get(run.target, (None, None))
        if (first, last) == (run.first, run.last):
            return
        self._seen[run.target] = (run.first, run.last)
        if first != run.first:
            yield _SegmentPoll(segment, run.target, run.poll(0))
        if run.polls > 1:
            yield _SegmentPoll(segment, run.target, run.poll(run.polls - 1))

    def _observations(
        self, database: sqlite3.Connection, polls: list[_SegmentPoll]
    ) -> Iterator[_Dated]:
        if any(one.target not in self._catalogue.sources for one in polls):
            self._catalogue = read_catalogue(database)
        answers = self._cache.answers.of(database, {one.poll.answer for one in polls})
        catalogue = self._catalogue
        for segment, target, poll in polls:
            yield segment, observation_of(catalogue, catalogue.sources[target], poll, answers)

    def _server_statuses(self, database: sqlite3.Connection, ends: Sequence[int]) -> list[_Dated]:
        """The new server statuses; ``ends`` are the last statuses of new segments."""
        known = [number for number, _ in self._servers.values()]
        statuses: list[_Dated] = []
        for number, *row in database.execute(
            _SERVER_STATUSES, (max(known, default=0), json.dumps(known))
        ):
            status = server_status_of(*row)
            if self._servers.get(status.server) != (number, status.at):
                self._servers[status.server] = (number, status.at)
                statuses.append((bisect_left(ends, number), status))
        return statuses


def _order(dated: _Dated) -> tuple[int, float]:
    segment, event = dated
    return segment, event.at
