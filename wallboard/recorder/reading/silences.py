"""When nobody knew what an entry point was, though others may have been polled."""

import json
import math
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import sub
from typing import NamedTuple

from wallboard.recorder.file.segment_end import BACK_SECONDS
from wallboard.recorder.reading.catalogue import Catalogue
from wallboard.recorder.reading.read_cache import ReadCache
from wallboard.recorder.reading.samples import Times
from wallboard.recorder.reading.segments import COLUMNS, RUN, RunRow, Segment, Span

ROUNDED_SECONDS = 2.0
"""The rounds of a sealed segment are rounded: a silence is looked for where they are so much
closer than it is long."""

AFTER_SECONDS = 0.001
"""A poll is known to the millisecond: a silence ends after it, so that its change comes first."""

Outage = tuple[float, float]
"""When a server was out of reach, from and until; infinity while it is."""


class Silence(NamedTuple):
    """An end of a silence of an entry point, by its row number; ``begins`` says which."""

    at: float
    entry_point: int
    begins: bool


class Silences:
    """Finds the silences of each segment after the other, in the order of recording.

    The rounds of an entry point tell where one may be; only there its runs are read, which know the
    polls of all its endpoints, to the millisecond. A state is known for some seconds after a poll,
    and as long as its server is known to be out of reach.
    """

    def __init__(
        self,
        cache: ReadCache,
        known_seconds: Mapping[int, float],
        outages: Mapping[str, Sequence[Outage]],
    ) -> None:
        """``known_seconds`` is how long a poll counts, by the row number of the entry point.

        ``outages`` are those of each server by its name, in the order of time.
        """
        self._cache = cache
        self._known_seconds = known_seconds
        self._outages = outages
        self._known_until: dict[int, float] = {}
        self._silent: set[int] = set()
        self._reach = -math.inf

    def clock_set(self, by: float) -> None:
        """Go on in the times of a clock that was set."""
        self._reach += by
        self._known_until = {one: until + by for one, until in self._known_until.items()}

    def begin(
        self, database: sqlite3.Connection, segments: Sequence[Segment], place: int
    ) -> frozenset[int]:
        """Begin with a segment, after what the one before it tells; who is silent by then."""
        catalogue, at = self._cache.catalogue(database), segments[place].span.first_at
        self._take_up_end(database, segments, place - 1, self._known_seconds)
        for one in self._known_seconds:
            for _, over_at in self._outages_until(catalogue.keys[one].server, at):
                self._extend(one, over_at)
        self._reach = at
        self._silent = {one for one, until in self._known_until.items() if until < at}
        return frozenset(self._silent)

    def within(
        self,
        database: sqlite3.Connection,
        segments: Sequence[Segment],
        place: int,
        rounds: Times,
        end: float,
    ) -> list[Silence]:
        """The beginnings and ends of silences in a segment, and until ``end``, no earlier than it.

        That is when the last thing was heard that was recorded before the next segment.
        """
        segment = segments[place]
        span = Span(segment.span.first_at, end)
        catalogue = self._cache.catalogue(database)
        doubtful = set[int]()
        for one in self._known_seconds:
            outages = self._outages.get(catalogue.keys[one].server, ())
            if self._doubtful(one, rounds.get(one, ()), outages, span):
                doubtful.add(one)
            elif one in rounds:
                self._extend(one, rounds[one][-1] - ROUNDED_SECONDS)
        if (
            doubtful
            and place
            and segment.span.first_at >= segments[place - 1].span.last_at - BACK_SECONDS
        ):
            self._take_up_end(database, segments, place - 1, doubtful)
        polled = _polls(database, catalogue, segment, doubtful) if doubtful else {}
        found: list[Silence] = []
        for one in doubtful:
            out = self._outages_until(catalogue.keys[one].server, end)
            known = sorted((*polled.get(one, ()), *out))
            found += self._of(one, known, end)
        self._reach = end
        return found

    def _take_up_end(
        self,
        database: sqlite3.Connection,
        segments: Sequence[Segment],
        place: int,
        entry_points: Collection[int],
    ) -> None:
        """Learn from the end of a segment when each of these was polled last, to a millisecond."""
        catalogue = self._cache.catalogue(database)
        end_states = self._cache.end_states_of_segment(database, segments, place)
        for target, one in end_states.items():
            of = catalogue.sources[target].entry_point
            if of in entry_points:
                self._extend(of, catalogue.at(one.last))

    def _doubtful(
        self, one: int, times: Sequence[float], outages: Sequence[Outage], span: Span
    ) -> bool:
        """Whether an entry point may have been silent, by its rounds in a segment."""
        known_until = self._known_until.get(one)
        if one not in self._silent and any(
            begun_at <= span.first_at and span.last_at <= over_at for begun_at, over_at in outages
        ):
            self._extend(one, span.last_at)
            return False
        if not times or known_until is None or one in self._silent:
            return True
        least = self._known_seconds[one] - ROUNDED_SECONDS
        return (
            times[0] > known_until - ROUNDED_SECONDS
            or span.last_at - times[-1] > least
            or (len(times) > 1 and max(map(sub, times[1:], times)) > least)
        )

    def _of(self, one: int, known: Sequence[tuple[float, float]], end: float) -> Iterator[Silence]:
        """The silences of an entry point between the times at which it was known, in order."""
        for first, last in known:
            until = self._known_until.get(one)
            if until is not None and first > until and one not in self._silent:
                yield Silence(until, one, begins=True)
                self._silent.add(one)
            if one in self._silent:
                yield Silence(first + AFTER_SECONDS, one, begins=False)
                self._silent.discard(one)
            self._extend(one, last)
        until = self._known_until.get(one, math.inf)
        if until < end and one not in self._silent:
            yield Silence(until, one, begins=True)
            self._silent.add(one)

    def _outages_until(self, server: str, end: float) -> Iterator[Outage]:
        """The outages of a server since the end of the segment before, until ``end``."""
        for begun_at, over_at in self._outages.get(server, ()):
            if begun_at <= end and over_at >= self._reach:
                yield begun_at, min(over_at, end)

    def _extend(self, one: int, at: float) -> None:
        known_until = self._known_until.get(one, -math.inf)
        self._known_until[one] = max(known_until, at + self._known_seconds[one])


_RUNS_OF = (
    f"SELECT {COLUMNS} FROM run WHERE run.id BETWEEN ? AND ?"  # noqa: S608  our own names
    " AND run.target IN (SELECT value FROM json_each(?)) ORDER BY run.id"
)


def _polls(
    database: sqlite3.Connection,
    catalogue: Catalogue,
    segment: Segment,
    entry_points: Collection[int],
) -> dict[int, list[tuple[float, float]]]:
    """From when until when each of these entry points was polled again and again, in a segment."""
    wanted = set(entry_points)
    targets = [
        number for number, source in catalogue.sources.items() if source.entry_point in wanted
    ]
    found: dict[int, list[tuple[float, float]]] = {}

    def add(run: RunRow) -> None:
        of = catalogue.sources[run.target].entry_point
        found.setdefault(of, []).append((catalogue.at(run.first), catalogue.at(run.last)))

    bounds = (segment.first_run, segment.last_run, json.dumps(targets))
    for row in database.execute(_RUNS_OF, bounds):
        add(RunRow.of(row, RUN))
    for target, run in segment.going_on.items():
        if catalogue.sources[target].entry_point in wanted:
            add(run)
    return found
