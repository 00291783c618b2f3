"""What all readers of one recording share: its catalogue and segments, and cached rows."""

import sqlite3
from collections.abc import Mapping, Sequence

from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.columns import Shape, blob
from wallboard.recorder.file.opening import LONGEST_VALUE
from wallboard.recorder.file.segment_end import EndState, end_states_of
from wallboard.recorder.reading.answer_store import AnswerStore
from wallboard.recorder.reading.catalogue import Catalogue, read_catalogue
from wallboard.recorder.reading.connection import Connection, Version
from wallboard.recorder.reading.lru import LruCache
from wallboard.recorder.reading.samples import SampleCache
from wallboard.recorder.reading.segments import Segment, Span, read_open, read_sealed

_KEPT_END_STATES = 200_000

_END_STATES = Shape("segment", standing=blob(LONGEST_VALUE))


class _FileCache:
    """Rows read since the file was opened for the ``opened``-th time."""

    def __init__(self, opened: int) -> None:
        self.opened = opened
        self.answers = AnswerStore()
        self.samples = SampleCache()
        self.end_states: LruCache[tuple[int | None, Span], dict[int, EndState]] = LruCache(
            _KEPT_END_STATES
        )


class ReadCache:
    """Used only within ``Connection.reading``; everything is up to date with the file."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known_of_file = _FileCache(0)
        self._of_catalogue: tuple[Version, Catalogue] | None = None
        self._of_segments: tuple[Version, list[Segment]] | None = None

    @property
    def answers(self) -> AnswerStore:
        """The answers by row number."""
        return self._of_open_file.answers

    @property
    def samples(self) -> SampleCache:
        """The samples of sealed segments."""
        return self._of_open_file.samples

    def catalogue(self, database: sqlite3.Connection) -> Catalogue:
        """The catalogue of the file."""
        known = self._of_catalogue
        if known is None or known[0] != self._connection.version:
            known = self._of_catalogue = (self._connection.version, read_catalogue(database))
        return known[1]

    def segments(self, database: sqlite3.Connection) -> Sequence[Segment]:
        """The segments in the order of recording, the open one last."""
        known = self._of_segments
        if known is None or known[0] != self._connection.version:
            known = self._of_segments = (self._connection.version, self._read(database))
        return known[1]

    def end_states_of_segment(
        self, database: sqlite3.Connection, segments: Sequence[Segment], place: int
    ) -> Mapping[int, EndState]:
        """The end states of a sealed segment by target; none for a negative ``place``."""
        if place < 0:
            return {}
        segment, end_states = segments[place], self._of_open_file.end_states
        known = end_states.get(segment.name)
        if known is None:
            for (standing,) in _END_STATES.rows(
                database, "SELECT standing FROM segment WHERE id = ?", (segment.number,)
            ):
                known = {one.target: one for one in end_states_of(standing)}
            if known is None:
                raise DamagedError(f"segment {segment.number} is missing")
            end_states.put(segment.name, known, len(known))
        return known

    @property
    def _of_open_file(self) -> "_FileCache":
        opened = self._connection.version[0]
        if self._known_of_file.opened != opened:
            # It may be another file, with other rows of the same numbers.
            self._known_of_file = _FileCache(opened)
        return self._known_of_file

    def _read(self, database: sqlite3.Connection) -> list[Segment]:
        segments = read_sealed(database)
        end_states = self.end_states_of_segment(database, segments, len(segments) - 1)
        last_run = segments[-1].last_run if segments else 0
        going_on = read_open(database, self.catalogue(database), last_run, end_states)
        return [*segments, going_on] if going_on else segments
