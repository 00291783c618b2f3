"""What is new in a recording that another process writes."""

import json
import sqlite3
from collections.abc import Iterator

from wallboard.domain.observation import Observation, ServerStatus
from wallboard.recorder.file.gaps import BACK_SECONDS
from wallboard.recorder.file.schema import TICKS
from wallboard.recorder.reading.catalogue import read_catalogue
from wallboard.recorder.reading.connection import Connection, Version
from wallboard.recorder.reading.contents import Contents
from wallboard.recorder.reading.pictures import observation_of
from wallboard.recorder.reading.run_rows import COLUMNS, Poll, RunRow
from wallboard.recorder.reading.told import SERVER_COLUMNS, server_status_of

_LATEST = (
    "SELECT target, answer, first, last, count, mean, least, most, elapsed FROM latest"
    " WHERE last >= ?"
)
_ALWAYS = -(2**62)

_ENDED = f"SELECT {COLUMNS} FROM run WHERE id > ? ORDER BY id"  # noqa: S608  our own names
_SAID = (
    f"SELECT id, {SERVER_COLUMNS} FROM server_status"  # noqa: S608  as above
    " WHERE id > ?1 OR id IN (SELECT value FROM json_each(?2)) ORDER BY id"
)


class Tail:
    """Follows a recording: each call says what was written since the one before.

    Of a run that goes on only the first and the newest poll are said, for all others say the same.
    """

    def __init__(self, connection: Connection, contents: Contents) -> None:
        """What is in the recording by now is not news."""
        self._connection = connection
        self._contents = contents
        self._version: Version | None = None
        self._forget()
        with connection.reading() as database:
            self._file = connection.file
            self._catalogue = read_catalogue(database)
            self._runs(database)
            self._statuses(database)
            self._version = connection.version

    def news(self) -> list[Observation | ServerStatus]:
        """What was polled and what became of servers since the last call, in the order of time.

        Raises ``RecordingError`` or ``DamagedError``.
        """
        with self._connection.reading() as database:
            if self._version == self._connection.version:
                return []
            if self._file != self._connection.file:
                # Of another file in its place, how things stand is news, what was before is not.
                self._forget()
                self._file, self._version = self._connection.file, None
            events: list[Observation | ServerStatus] = [
                *self._observations(database, self._runs(database)),
                *self._statuses(database),
            ]
            self._version = self._connection.version
            return sorted(events, key=_moment)

    def _forget(self) -> None:
        self._last_run = 0
        self._last_segment = 0
        self._newest = _ALWAYS
        self._seen: dict[int, tuple[int, int]] = {}
        self._servers: dict[str, tuple[int, float]] = {}

    def _runs(self, database: sqlite3.Connection) -> list[tuple[int, Poll]]:
        """The polls that were not seen before, each with its target."""
        (last_run,) = database.execute("SELECT coalesce(max(id), 0) FROM run").fetchone()
        (segment,) = database.execute("SELECT coalesce(max(id), 0) FROM segment").fetchone()
        since = self._newest - round(BACK_SECONDS * TICKS)
        if segment != self._last_segment or self._version is None:
            # The clock may have been put back since, and what is polled be other than it was.
            since = _ALWAYS
            self._catalogue = read_catalogue(database)
        polls: list[tuple[int, Poll]] = []
        if self._version is not None:
            for row in database.execute(_ENDED, (self._last_run,)):
                polls += self._unseen(RunRow(*row))
        latest = [RunRow(*row) for row in database.execute(_LATEST, (since,))]
        for run in latest:
            polls += self._unseen(run)
        newest = max((run.last for run in latest), default=_ALWAYS)
        self._newest = newest if since == _ALWAYS else max(newest, self._newest)
        self._last_run, self._last_segment = last_run, segment
        return polls

    def _unseen(self, run: RunRow) -> Iterator[tuple[int, Poll]]:
        first, last = self._seen.get(run.target, (None, None))
        if (first, last) == (run.first, run.last):
            return
        self._seen[run.target] = (run.first, run.last)
        if first != run.first:
            yield run.target, run.poll(0)
        if run.polls > 1:
            yield run.target, run.poll(run.polls - 1)

    def _observations(
        self, database: sqlite3.Connection, polls: list[tuple[int, Poll]]
    ) -> list[Observation]:
        if any(target not in self._catalogue.sources for target, _ in polls):
            self._catalogue = read_catalogue(database)
        answers = self._contents.answers.of(database, {poll.answer for _, poll in polls})
        sources = self._catalogue.sources
        return [
            observation_of(self._catalogue, sources[target], poll, answers)
            for target, poll in polls
        ]

    def _statuses(self, database: sqlite3.Connection) -> list[ServerStatus]:
        """What was said of servers, and was not before."""
        known = [number for number, _ in self._servers.values()]
        said: list[ServerStatus] = []
        for number, *row in database.execute(_SAID, (max(known, default=0), json.dumps(known))):
            status = server_status_of(*row)
            if self._servers.get(status.server) != (number, status.at):
                self._servers[status.server] = (number, status.at)
                said.append(status)
        return said


def _moment(event: Observation | ServerStatus) -> float:
    return event.at
