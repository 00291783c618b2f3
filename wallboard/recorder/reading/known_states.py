"""What was known of each entry point and each server, from one moment to the next.

It is what the board knew, as it knew it: the verdicts and levels of the recorded changes, when a
server was out of reach, what was expected, and when nobody knew, for nothing was polled.
"""

import math
import sqlite3
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import ClockSet
from wallboard.domain.expectation import NOTHING_EXPECTED, Expectation
from wallboard.domain.observation import ServerStatus
from wallboard.domain.policy import Level, Verdict
from wallboard.frozen import frozen
from wallboard.recorder.file.columns import ROW, TEXT, Shape
from wallboard.recorder.file.expectations import expectations_at
from wallboard.recorder.file.policies import policy_of
from wallboard.recorder.file.samples import Columns
from wallboard.recorder.file.segment_end import BACK_SECONDS
from wallboard.recorder.reading.connection import Connection
from wallboard.recorder.reading.read_cache import ReadCache
from wallboard.recorder.reading.samples import Times, columns_in, times_in
from wallboard.recorder.reading.segments import Segment, at_moment
from wallboard.recorder.reading.silences import Silence, Silences
from wallboard.recorder.reading.state_at import servers_at, verdicts_at
from wallboard.recorder.reading.state_changes import (
    NO_ROWS,
    LastRows,
    Step,
    Turn,
    last_rows,
    outages,
    statuses_between,
    steps_between,
    turns_between,
)


@frozen
class KnownState:
    """What an entry point is from ``at`` on, Unix time in seconds, and what is expected of it.

    In a silence, when it is not ``known``, its verdict and level are the last ones that were.
    """

    at: float
    key: EntryPointKey
    verdict: Verdict
    level: Level
    known: bool = True
    expectation: Expectation = NOTHING_EXPECTED


StateEvent = KnownState | ServerStatus | ClockSet


@frozen
class StatePart:
    """What happened in a part of a recording, in the order of time; ``until`` is its end.

    ``rounds`` are the figures of those for which they were asked.
    """

    until: float
    events: tuple[StateEvent, ...]
    rounds: Mapping[EntryPointKey, Columns]


@frozen
class Wanted:
    """What is asked for: from ``since`` to ``until``, Unix time in seconds, of ``keys`` or of all.

    A change between two levels below ``least`` is left out where the verdict stays, and which of
    them it is need not be right. Parts have the rounds of those ``with_rounds``.
    """

    since: float = -math.inf
    until: float = math.inf
    keys: Collection[EntryPointKey] | None = None
    least: Level = Level.OK
    with_rounds: Collection[EntryPointKey] = ()


def read(connection: Connection, cache: ReadCache, wanted: Wanted) -> Iterator[StatePart]:
    """What was known, a segment at a time.

    It begins a bit before ``since``, with what was known at the beginning of a segment. Each
    segment is read in a transaction of its own, so that a recording of any length takes little
    memory and is not held up.
    """
    reader: _Reader | None = None
    while True:
        with connection.reading() as database:
            segments = cache.segments(database)
            if reader is None:
                reader = _Reader(database, cache, wanted)
                place = reader.begin(database, segments)
            else:
                place = reader.next_place(segments)
            if place is None or segments[place].span.first_at > wanted.until:
                return
            part = reader.part(database, segments, place)
        yield part


_POLICY = Shape("entry_point", id=ROW, policy=TEXT)


@dataclass(slots=True)
class _Point:
    """An entry point as it is by what was read so far; without a verdict before its first."""

    key: EntryPointKey
    verdict: Verdict | None = None
    level: Level = Level.OK
    known: bool = True
    expectation: Expectation = NOTHING_EXPECTED

    def state(self, at: float) -> Iterator[KnownState]:
        """Its state, if there is any."""
        if self.verdict:
            yield KnownState(at, self.key, self.verdict, self.level, self.known, self.expectation)


class _Reader:
    """Reads one segment after the other, in the order of recording."""

    def __init__(self, database: sqlite3.Connection, cache: ReadCache, wanted: Wanted) -> None:
        self._cache = cache
        self._wanted = wanted
        catalogue, keys = cache.catalogue(database), wanted.keys
        self._all_keys, self._numbers = catalogue.keys, catalogue.numbers
        self._points = {
            number: _Point(key)
            for number, key in catalogue.keys.items()
            if keys is None or key in keys
        }
        self._servers = {point.key.server for point in self._points.values()}
        policies = _POLICY.rows(database, "SELECT id, policy FROM entry_point")
        seconds = {
            number: policy_of(policy, f"entry point {number}").stale_after
            for number, policy in policies
            if number in self._points
        }
        self._silences = Silences(cache, seconds, outages(database))
        self._longest_known = max(seconds.values(), default=0.0)
        self._number: int | None = 0
        self._last_rows = NO_ROWS
        self._first: list[StateEvent] = []
        self._reach = -math.inf

    def begin(self, database: sqlite3.Connection, segments: Sequence[Segment]) -> int | None:
        """The place of the segment to begin with, if there is one."""
        if not segments:
            return None
        place = at_moment(segments, self._wanted.since) or 0
        at = segments[place].span.first_at
        for number, expectation in expectations_at(database, at).items():
            if number in self._points:
                self._points[number].expectation = expectation
        if place:
            self._reach = at
            self._last_rows = last_rows(database, segments[place - 1])
            self._first += servers_at(database, at)
            silent = self._silences.begin(database, segments, place)
            self._first += self._states_at(database, at, silent)
        return place

    def next_place(self, segments: Sequence[Segment]) -> int | None:
        """The place of the segment after the one read last; the open one is the last."""
        if self._number is None:
            return None
        numbers = [math.inf if one.number is None else one.number for one in segments]
        place = bisect_right(numbers, self._number)
        return place if place < len(segments) else None

    def part(
        self, database: sqlite3.Connection, segments: Sequence[Segment], place: int
    ) -> StatePart:
        """What happened in a segment, and since the end of the one before it."""
        segment = segments[place]
        self._number = segment.number
        events, self._first = self._first, []
        by = segment.span.first_at - self._reach
        if by < -BACK_SECONDS:
            events.append(ClockSet(by))
            self._silences.clock_set(by)
            self._reach = segment.span.first_at
        with_rounds = self._wanted.with_rounds
        rounds = columns_in(database, segment) if with_rounds else {}
        times = {one: of.at for one, of in rounds.items()} or times_in(database, segment)
        last = last_rows(database, segment)
        events += self._events(database, segments, place, times, last)
        self._last_rows = last
        of_keys = {
            point.key: rounds[number]
            for number, point in self._points.items()
            if number in rounds and point.key in with_rounds
        }
        return StatePart(self._reach, tuple(events), of_keys)

    def _states_at(
        self, database: sqlite3.Connection, at: float, silent: Collection[int]
    ) -> list[KnownState]:
        """What every entry point is at a moment, since when it is that."""
        recorded = verdicts_at(database, at)
        states = list[KnownState]()
        for number, point in self._points.items():
            if one := recorded.get(number):
                point.verdict, point.level = one.verdict, one.level
                states += point.state(one.onset.at)
                if number in silent:
                    point.known = False
                    states += point.state(at)
        states.sort(key=lambda state: state.at)
        return states

    def _events(
        self,
        database: sqlite3.Connection,
        segments: Sequence[Segment],
        place: int,
        times: Times,
        last: LastRows,
    ) -> Iterator[StateEvent]:
        """The events of a segment in the order of time, what a server is before all else."""
        before, reach = self._last_rows, self._reach
        merged: list[ServerStatus | Turn | Step | Silence] = [
            *statuses_between(database, before, last)
        ]
        steps = [
            # What is older was taken back by an outage, and marked as explained by it.
            one
            for one in steps_between(database, before, last, self._wanted.least)
            if one.at > reach - BACK_SECONDS
        ]
        end = max(
            (segments[place].span.last_at, *(one.at for one in merged), *(one.at for one in steps))
        )
        if place == len(segments) - 1:
            end = max(end, min(self._wanted.until, end + self._longest_known + 1))
        merged += turns_between(database, self._all_keys, self._numbers, reach, end)
        merged += steps
        merged += self._silences.within(database, segments, place, times, end)
        merged.sort(key=lambda event: event.at)
        self._reach = end
        stepped = {(one.at, one.entry_point) for one in steps}
        for event in merged:
            if isinstance(event, ServerStatus):
                if event.server in self._servers:
                    yield event
            elif point := self._points.get(event.entry_point):
                wanted = self._is_wanted(point, event, stepped)
                if wanted:
                    yield from point.state(max(event.at, reach))

    def _is_wanted(
        self,
        point: _Point,
        event: Turn | Step | Silence,
        stepped: Collection[tuple[float, int]],
    ) -> bool:
        """Take an event of an entry point; whether it is wanted."""
        if isinstance(event, Turn):
            point.expectation = event.expectation
            # What that does to its level, if it does anything, is a change of the same moment.
            return (event.at, event.entry_point) not in stepped
        if isinstance(event, Silence):
            before, point.known = point.known, not event.begins
            return point.known is not before
        verdict = event.verdict or point.verdict
        quiet = verdict is point.verdict and max(point.level, event.level) < self._wanted.least
        point.verdict, point.level = verdict, event.level
        resumed = event.polled and not point.known
        point.known = point.known or event.polled
        return resumed or not quiet
