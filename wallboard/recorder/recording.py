"""Reads a recording: the board at any moment, its changes and runs, and what is new."""

import math
from collections.abc import Collection, Iterator
from pathlib import Path
from types import TracebackType

from wallboard.domain.change import Change
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.event import ExpectationChanged, RecordedBoard, RecordedStatus
from wallboard.domain.history import DEFAULT_BOUND, Sample
from wallboard.domain.node import NodeAnswer
from wallboard.domain.observation import ServerStatus
from wallboard.domain.policy import Level, Policy
from wallboard.domain.state import RECENT_POLLS
from wallboard.domain.state_strip import State
from wallboard.recorder.file.expectations import expectation_changes, expectations_at
from wallboard.recorder.file.segment_end import gap_after
from wallboard.recorder.reading import (
    board_at,
    changes,
    known_states,
    level_timeline,
    runs,
    state_strips,
)
from wallboard.recorder.reading.catalogue import read_entry_points, read_said, read_title
from wallboard.recorder.reading.connection import Connection
from wallboard.recorder.reading.known_states import StatePart
from wallboard.recorder.reading.level_timeline import LevelShares
from wallboard.recorder.reading.node_answers import node_answers_between
from wallboard.recorder.reading.read_cache import ReadCache
from wallboard.recorder.reading.runs import Run
from wallboard.recorder.reading.segments import Span, joined, recorded_twice
from wallboard.recorder.reading.state_at import server_statuses_between, servers_at
from wallboard.recorder.reading.state_strips import KnownSpans
from wallboard.recorder.reading.tail import Tail

__all__ = ["Recording", "Run", "Span", "Tail"]


class Recording:
    """Reads one file, also while it is written; used by one thread at a time.

    All times are Unix time in seconds. Every method raises ``RecordingError`` where the file cannot
    be read, and its subclass ``DamagedError`` where its content is damaged.
    """

    @classmethod
    def open(cls, path: Path) -> "Recording":
        """Open a recording; nothing is ever written to it."""
        return cls(Connection(path))

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._cache = ReadCache(connection)
        self._level_timeline = level_timeline.LevelTimeline()

    def __enter__(self) -> "Recording":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def end(self) -> None:
        """Stop whoever reads it in another thread; nothing can be read any more."""
        self._connection.end()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @property
    def title(self) -> str:
        """What the board is called."""
        with self._connection.reading() as database:
            return read_title(database)

    def said(self, name: str) -> str:
        """What whoever records had it say under a name; empty if nothing."""
        with self._connection.reading() as database:
            return read_said(database, name)

    def entry_points(self) -> list[tuple[EntryPoint, Policy]]:
        """The entry points that were last on the board, in its order, with their policies."""
        with self._connection.reading() as database:
            return read_entry_points(database)

    def span(self) -> Span | None:
        """From the first poll to the last; ``None`` if there is none."""
        recorded_spans = self.recorded_spans()
        if not recorded_spans:
            return None
        return Span(recorded_spans[0].first_at, max(span.last_at for span in recorded_spans))

    def recorded_spans(self) -> list[Span]:
        """The spans with polls in the order of time; between them are gaps."""
        with self._connection.reading() as database:
            spans = [segment.span for segment in self._cache.segments(database)]
            return joined(spans, self._cache.catalogue(database).gap_seconds)

    def recorded_twice(self) -> list[Span]:
        """Times of which there is more than one recording, for a clock was put back."""
        with self._connection.reading() as database:
            return recorded_twice(self._cache.segments(database))

    @property
    def gap_seconds(self) -> float:
        """A longer time without polls at its end is a gap; unreachable servers are polled less."""
        with self._connection.reading() as database:
            waits = {
                status.server: status.next_probe_at - status.at
                for status in servers_at(database, math.inf)
                if status.failure and status.next_probe_at is not None
            }
            return gap_after(self._cache.catalogue(database).intervals, waits)

    def board_at(self, at: float, *, history: int = DEFAULT_BOUND) -> RecordedBoard:
        """The board at a moment; in a gap, at the beginning of the gap.

        It has the last poll and the last good one of each endpoint; of each entry point the last
        ``history`` samples, and its changes among the last of the board, without the polls that
        caused them.
        """
        with self._connection.reading() as database:
            return board_at.board_at(database, self._cache, at, history)

    def newest_board(self, now: float, *, history: int = DEFAULT_BOUND) -> RecordedBoard:
        """The newest board, by the order of recording where a clock was put back; dated ``now``."""
        with self._connection.reading() as database:
            return board_at.newest_board(database, self._cache, now, history)

    def entry_point_at(
        self,
        key: EntryPointKey,
        at: float,
        *,
        polls: int = RECENT_POLLS,
        history: int = DEFAULT_BOUND,
    ) -> RecordedStatus | None:
        """One entry point in full, or ``None`` if it had not been polled.

        It has the last polls of each endpoint and the polls that caused its changes.
        """
        with self._connection.reading() as database:
            return board_at.entry_point_at(database, self._cache, key, at, polls, history)

    def changes(
        self,
        since: float | None = None,
        until: float | None = None,
        *,
        keys: Collection[EntryPointKey] | None = None,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> Iterator[Change]:
        """The changes in a span, both ends included, without the polls that caused them.

        With ``keys`` only changes of these entry points and of their servers as a whole.
        """
        wanted = changes.ChangeFilter(None if keys is None else frozenset(keys))
        first = -math.inf if since is None else since
        last = math.inf if until is None else until
        place = changes.first_position(first, last, newest_first=newest_first)
        left = math.inf if limit is None else limit
        while left > 0:
            size = int(min(changes.PAGE, left))
            with self._connection.reading() as database:
                rows = changes.page(database, self._cache, wanted, place, size)
                known = self._cache.catalogue(database).keys
                found = [changes.change_of(row, known) for row in rows]
            yield from found
            if len(rows) < size:
                return
            left -= size
            place = place.after(rows[-1])

    def since_newest(
        self,
        count: int,
        since: float,
        until: float,
        keys: Collection[EntryPointKey] | None = None,
    ) -> float:
        """The moment in a span after which there are at most ``count`` changes."""
        wanted = changes.ChangeFilter(None if keys is None else frozenset(keys))
        span = changes.first_position(since, until, newest_first=True)
        with self._connection.reading() as database:
            at = changes.moment_before_newest(database, self._cache, wanted, span, count)
        return since if at is None else min(until, math.nextafter(at, math.inf))

    def next_change(
        self, after: float, *, keys: Collection[EntryPointKey] | None = None
    ) -> Change | None:
        """The first change of a verdict, a level or a server after a moment.

        First answers do not count, nor changes that merely follow from a server's outage.
        """
        return self._step(after, keys, back=False)

    def previous_change(
        self, before: float, *, keys: Collection[EntryPointKey] | None = None
    ) -> Change | None:
        """The last such change before a moment."""
        return self._step(before, keys, back=True)

    def level_shares(self, start: float, end: float, count: int) -> list[LevelShares | None]:
        """What part of the board was at each level in each of ``count`` slices of a span.

        It is ``None`` where nothing was recorded.
        """
        with self._connection.reading() as database:
            catalogue = self._cache.catalogue(database)
            spans = [segment.span for segment in self._cache.segments(database)]
            recorded = joined(spans, catalogue.gap_seconds)
            totals = self._level_timeline.totals(database, catalogue, self._connection.version)
            return level_timeline.level_shares(totals, recorded, start, end, count)

    def states(
        self, key: EntryPointKey, start: float, end: float, count: int
    ) -> list[State | None]:
        """The worst state of an entry point in each of ``count`` slices of a span.

        It is ``None`` where nobody knows.
        """
        with self._connection.reading() as database:
            number = self._cache.catalogue(database).numbers.get(key)
            if number is None:
                return [None] * count
            known = KnownSpans(database, self._cache)
            return state_strips.states_of(database, known, number, start, end, count)

    def samples(
        self, key: EntryPointKey, start: float, end: float, count: int
    ) -> tuple[Sample, ...]:
        """The samples of an entry point in a span: the extremes of each of ``count`` slices."""
        with self._connection.reading() as database:
            number = self._cache.catalogue(database).numbers.get(key)
            if number is None:
                return ()
            segments = self._cache.segments(database)
            history = self._cache.samples.between(database, segments, number, start, end)
        return history.extremes((end - start) / count)

    def runs(
        self,
        since: float | None = None,
        until: float | None = None,
        *,
        keys: Collection[EntryPointKey] | None = None,
        endpoints: Collection[Endpoint] | None = None,
    ) -> Iterator[Run]:
        """The runs that overlap a span, not cut at its ends, in the order they ended.

        They are read page by page, so a recording of any length takes little memory.
        """
        return runs.read(
            self._connection, self._cache, runs.RunFilter(since, until, keys, endpoints)
        )

    def known_states(
        self,
        since: float | None = None,
        until: float | None = None,
        *,
        keys: Collection[EntryPointKey] | None = None,
        least: Level = Level.OK,
        with_rounds: Collection[EntryPointKey] = (),
    ) -> Iterator[StatePart]:
        """What was known of each entry point and each server, a part of the recording at a time.

        It begins up to a segment earlier, with what was known then, so that whoever takes it in
        knows the state of each at ``since``. A change between two levels below ``least`` is left
        out where the verdict stays. Parts have the rounds of those ``with_rounds``.
        """
        first = -math.inf if since is None else since
        last = math.inf if until is None else until
        wanted = known_states.Wanted(first, last, keys, least, with_rounds)
        return known_states.read(self._connection, self._cache, wanted)

    def expectation_changes(self, after: float, until: float) -> list[ExpectationChanged]:
        """What else was expected after a moment and no later than another, in order."""
        with self._connection.reading() as database:
            keys = self._cache.catalogue(database).keys
            return list(expectation_changes(database, keys, after, until))

    def node_answers(self, after: float, until: float) -> list[NodeAnswer]:
        """What nodes began to say after a moment and no later than another, in order."""
        with self._connection.reading() as database:
            catalogue = self._cache.catalogue(database)
            return node_answers_between(database, self._cache, catalogue, after, until)

    def server_statuses(self, after: float, until: float) -> list[ServerStatus]:
        """What was first said of servers after a moment and no later than another, in order."""
        with self._connection.reading() as database:
            return server_statuses_between(database, after, until)

    def expectations(self, since: float, until: float) -> list[ExpectationChanged]:
        """What was expected at a moment, and each change of that until another, in order."""
        with self._connection.reading() as database:
            keys = self._cache.catalogue(database).keys
            first = {keys[number]: one for number, one in expectations_at(database, since).items()}
            changes = list(expectation_changes(database, keys, since, until))
        return [ExpectationChanged(since, first), *changes] if first else changes

    def tail(self) -> Tail:
        """Follows the recording from now on."""
        return Tail(self._connection, self._cache)

    def _step(
        self, at: float, keys: Collection[EntryPointKey] | None, *, back: bool
    ) -> Change | None:
        wanted = changes.ChangeFilter(None if keys is None else frozenset(keys))
        with self._connection.reading() as database:
            return changes.next_notable_change(database, self._cache, wanted, at, back=back)
