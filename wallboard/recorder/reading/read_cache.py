"""What all who read one recording share: what was read lately, and what the file is of."""

import sqlite3
from collections.abc import Mapping, Sequence

from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.columns import Shape, blob
from wallboard.recorder.file.opening import LONGEST_VALUE
from wallboard.recorder.file.segment_end import Standing, standings_of
from wallboard.recorder.reading.answer_store import AnswerStore
from wallboard.recorder.reading.catalogue import Catalogue, read_catalogue
from wallboard.recorder.reading.connection import Connection, Version
from wallboard.recorder.reading.lru import Lately
from wallboard.recorder.reading.samples import Rounds
from wallboard.recorder.reading.segments import Segment, Span, read_open, read_sealed

_KEPT_STANDINGS = 200_000

_STANDING = Shape("segment", standing=blob(LONGEST_VALUE))


class _Lately:
    """What was read since the file was opened for the ``opened``-th time."""

    def __init__(self, opened: int) -> None:
        self.opened = opened
        self.answers = AnswerStore()
        self.rounds = Rounds()
        self.standings: Lately[tuple[int | None, Span], dict[int, Standing]] = Lately(
            _KEPT_STANDINGS
        )


class Contents:
    """Asked only within a reading of its connection; all of it is as the file stands then."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._read_lately = _Lately(0)
        self._of_catalogue: tuple[Version, Catalogue] | None = None
        self._of_segments: tuple[Version, list[Segment]] | None = None

    @property
    def answers(self) -> AnswerStore:
        """The answers by their numbers."""
        return self._lately.answers

    @property
    def rounds(self) -> Rounds:
        """The rounds of segments."""
        return self._lately.rounds

    def catalogue(self, database: sqlite3.Connection) -> Catalogue:
        """Whose every number is."""
        known = self._of_catalogue
        if known is None or known[0] != self._connection.version:
            known = self._of_catalogue = (self._connection.version, read_catalogue(database))
        return known[1]

    def segments(self, database: sqlite3.Connection) -> Sequence[Segment]:
        """The stretches in the order of recording, the one that goes on last."""
        known = self._of_segments
        if known is None or known[0] != self._connection.version:
            known = self._of_segments = (self._connection.version, self._read(database))
        return known[1]

    def stood_after(
        self, database: sqlite3.Connection, segments: Sequence[Segment], place: int
    ) -> Mapping[int, Standing]:
        """How every target stood at the end of a sealed segment; nothing was known before all."""
        if place < 0:
            return {}
        segment, standings = segments[place], self._lately.standings
        known = standings.get(segment.name)
        if known is None:
            for (standing,) in _STANDING.rows(
                database, "SELECT standing FROM segment WHERE id = ?", (segment.number,)
            ):
                known = {one.target: one for one in standings_of(standing)}
            if known is None:
                raise DamagedError(f"segment {segment.number} is not in it")
            standings.put(segment.name, known, len(known))
        return known

    @property
    def _lately(self) -> "_Lately":
        opened = self._connection.version[0]
        if self._read_lately.opened != opened:
            # It may be another file, in which the same number is something else.
            self._read_lately = _Lately(opened)
        return self._read_lately

    def _read(self, database: sqlite3.Connection) -> list[Segment]:
        segments = read_sealed(database)
        stood = self.stood_after(database, segments, len(segments) - 1)
        last_run = segments[-1].last_run if segments else 0
        going_on = read_open(database, self.catalogue(database), last_run, stood)
        return [*segments, going_on] if going_on else segments
