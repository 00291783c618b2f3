"""What is new in a recording that another process writes."""

import json
import sqlite3
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from wallboard.domain.observation import Observation, ServerStatus
from wallboard.recorder.file.columns import ROW, Shape
from wallboard.recorder.reading.board_at import observation_of
from wallboard.recorder.reading.catalogue import read_catalogue
from wallboard.recorder.reading.connection import Connection, Version
from wallboard.recorder.reading.read_cache import Contents
from wallboard.recorder.reading.run_rows import COLUMNS, LATEST, RUN, Poll, RunRow
from wallboard.recorder.reading.verdicts_at import SERVER_COLUMNS, server_status_of

_NEWEST = "SELECT target, first, last FROM latest"
_LATEST = (
    "SELECT target, answer, first, last, count, mean, least, most, elapsed FROM latest"
    " WHERE target IN (SELECT value FROM json_each(?))"
)
_ENDED = f"SELECT id, {COLUMNS} FROM run WHERE id > ? ORDER BY id"  # noqa: S608  our own names
_SEALED = "SELECT id, last_run, last_status FROM segment WHERE id > ? ORDER BY id"
_SAID = (
    f"SELECT id, {SERVER_COLUMNS} FROM server_status"  # noqa: S608  as above
    " WHERE id > ?1 OR id IN (SELECT value FROM json_each(?2)) ORDER BY id"
)


_SEGMENT = Shape("segment", id=ROW, last_run=ROW, last_status=ROW)


class _Heard(NamedTuple):
    """A poll of a target, in the so-maniest of the segments that are new."""

    segment: int
    target: int
    poll: Poll


_Dated = tuple[int, Observation | ServerStatus]
"""An event, and in the so-maniest of the segments that are new it was."""


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
            self._read(database)
            self._version = connection.version

    def news(self) -> list[Observation | ServerStatus]:
        """What was polled and what became of servers since the last call.

        It is in the order of recording: between two segments the clock may have been put back.
        Raises ``RecordingError`` or ``DamagedError``.
        """
        with self._connection.reading() as database:
            if self._version == self._connection.version:
                return []
            if self._file != self._connection.file:
                # Of another file in its place, how things stand is news, what was before is not.
                self._forget()
                self._file, self._version = self._connection.file, None
            news = self._read(database)
            self._version = self._connection.version
            return [event for _, event in sorted(news, key=_order)]

    def _forget(self) -> None:
        self._last_run = 0
        self._last_segment = 0
        self._seen: dict[int, tuple[int, int]] = {}
        self._servers: dict[str, tuple[int, float]] = {}

    def _read(self, database: sqlite3.Connection) -> list[_Dated]:
        sealed = _SEGMENT.kept(database, _SEALED, (self._last_segment,))
        if sealed or self._version is None:
            # What is polled may be other than it was.
            self._catalogue = read_catalogue(database)
        if sealed:
            self._last_segment = sealed[-1][0]
        heard = self._heard(database, [last_run for _, last_run, _ in sealed])
        said = self._said(database, [last_status for *_, last_status in sealed])
        return [*self._observations(database, heard), *said]

    def _heard(self, database: sqlite3.Connection, ends: Sequence[int]) -> list[_Heard]:
        """The polls that were not seen before. ``ends`` are the last runs of new segments."""
        heard: list[_Heard] = []
        if self._version is None:
            (self._last_run,) = database.execute("SELECT coalesce(max(id), 0) FROM run").fetchone()
        for number, *row in database.execute(_ENDED, (self._last_run,)):
            self._last_run = number
            heard += self._unseen(RunRow.of(row, RUN), bisect_left(ends, number))
        # Not by their times: the newest are not the latest once the clock was put back.
        grown = [
            target
            for target, first, last in database.execute(_NEWEST)
            if self._seen.get(target) != (first, last)
        ]
        for row in database.execute(_LATEST, (json.dumps(grown),)):
            heard += self._unseen(RunRow.of(row, LATEST), len(ends))
        return heard

    def _unseen(self, run: RunRow, segment: int) -> Iterator[_Heard]:
        first, last = self._seen.get(run.target, (None, None))
        if (first, last) == (run.first, run.last):
            return
        self._seen[run.target] = (run.first, run.last)
        if first != run.first:
            yield _Heard(segment, run.target, run.poll(0))
        if run.polls > 1:
            yield _Heard(segment, run.target, run.poll(run.polls - 1))

    def _observations(self, database: sqlite3.Connection, heard: list[_Heard]) -> Iterator[_Dated]:
        if any(one.target not in self._catalogue.sources for one in heard):
            self._catalogue = read_catalogue(database)
        answers = self._contents.answers.of(database, {one.poll.answer for one in heard})
        catalogue = self._catalogue
        for segment, target, poll in heard:
            yield segment, observation_of(catalogue, catalogue.sources[target], poll, answers)

    def _said(self, database: sqlite3.Connection, ends: Sequence[int]) -> list[_Dated]:
        """What was said of servers, and was not before; ``ends`` as those of runs."""
        known = [number for number, _ in self._servers.values()]
        said: list[_Dated] = []
        for number, *row in database.execute(_SAID, (max(known, default=0), json.dumps(known))):
            status = server_status_of(*row)
            if self._servers.get(status.server) != (number, status.at):
                self._servers[status.server] = (number, status.at)
                said.append((bisect_left(ends, number), status))
        return said


def _order(dated: _Dated) -> tuple[int, float]:
    segment, event = dated
    return segment, event.at
