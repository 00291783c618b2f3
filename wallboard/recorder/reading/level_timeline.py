"""What part of the board was at each level in each slice of time."""

import math
import sqlite3
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from heapq import merge

from wallboard.domain.policy import Level
from wallboard.recorder.file.columns import LEVEL, MOMENT, ROW, TICK, Shape
from wallboard.recorder.reading.catalogue import Catalogue
from wallboard.recorder.reading.connection import Version
from wallboard.recorder.reading.segments import Span

_STEPS = """
SELECT at, entry_point, level FROM change
WHERE id > ? AND subject IN ('verdict', 'level')
"""

# By its index, so that not even millions of them have to be held to be sorted.
_ALL_STEPS = """
SELECT at, entry_point, level FROM change INDEXED BY change_at
WHERE subject IN ('verdict', 'level') ORDER BY at
"""

# What is no longer on the board counts until it was last polled.
_GONE = """
SELECT max(latest.last), e.id FROM entry_point AS e
JOIN target ON target.entry_point = e.id JOIN latest ON latest.target = target.id
WHERE e.place IS NULL GROUP BY e.id
"""

_STEP = Shape("change", at=MOMENT, entry_point=ROW, level=LEVEL)
_LEFT = Shape("latest", last=TICK, entry_point=ROW)

STEP_SECONDS = 1.0
"""Changes closer than this are counted together, so that a storm of them takes no more memory."""

_Step = tuple[float, int, int | None]
"""Time, entry point and its new level; ``None`` when it left the board."""

LevelShares = tuple[float, ...]
"""What part of the entry points was at each level, in the order of ``Level``; in all 1."""


class LevelTotals:
    """The entry points at each level over time, summed up from the first change on.

    Sums make the shares of any span, however long, those of its two ends.
    """

    def __init__(self) -> None:
        self._at = array("d")
        self._seconds = [array("d") for _ in Level]
        self._counts = [0] * len(Level)

    def add(self, at: float, before: int | None, level: int | None) -> None:
        """Count an entry point that changes from one level to another; times never go back."""
        if not self._at or at - self._at[-1] >= STEP_SECONDS:
            for seconds, until in zip(self._seconds, self._until(at), strict=True):
                seconds.append(until)
            self._at.append(at)
        if before is not None:
            self._counts[before] -= 1
        if level is not None:
            self._counts[level] += 1

    def shares(self, spans: Sequence[Span]) -> LevelShares | None:
        """The shares in some spans together; ``None`` if there were no entry points."""
        seconds = [0.0] * len(Level)
        for span in spans:
            for level, (first, last) in enumerate(
                zip(self._until(span.first_at), self._until(span.last_at), strict=True)
            ):
                seconds[level] += last - first
        if not any(seconds) and spans:
            seconds = self._counts_at(bisect_right(self._at, spans[-1].last_at) - 1)
        whole = sum(seconds)
        return tuple(one / whole for one in seconds) if whole > 0 else None

    def _until(self, at: float) -> list[float]:
        """Seconds that entry points were at each level until a moment, added up."""
        place = bisect_right(self._at, at) - 1
        if place < 0:
            return [0.0] * len(Level)
        passed = at - self._at[place]
        counts = self._counts_at(place)
        return [of[place] + count * passed for of, count in zip(self._seconds, counts, strict=True)]

    def _counts_at(self, place: int) -> list[float]:
        if place < 0:
            return [0.0] * len(Level)
        if place == len(self._at) - 1:
            return list(map(float, self._counts))
        passed = self._at[place + 1] - self._at[place]
        return [round((of[place + 1] - of[place]) / passed) for of in self._seconds]


class LevelTimeline:
    """Reads all changes of level of a recording once, and then only new ones."""

    def __init__(self) -> None:
        self._version: Version | None = None
        self._read_until = 0
        self._gone: list[_Step] = []
        self._counter = _LevelCounter()

    def totals(
        self, database: sqlite3.Connection, catalogue: Catalogue, version: Version
    ) -> LevelTotals:
        """The levels of the whole recording."""
        if self._version != version:
            self._read(database, catalogue, reopened=version[:1] != (self._version or ())[:1])
            self._version = version
        return self._counter.totals

    def _read(self, database: sqlite3.Connection, catalogue: Catalogue, *, reopened: bool) -> None:
        gone: list[_Step] = [
            (catalogue.at(last), of, None) for last, of in _LEFT.kept(database, _GONE)
        ]
        changes: Iterable[_Step] = ()
        first = math.inf
        if not reopened:
            changes = new = sorted(_STEP.rows(database, _STEPS, (self._read_until,)), key=_moment)
            first = new[0][0] if new else math.inf
        if reopened or gone != self._gone or first < self._counter.until:
            # New changes may be older than known ones: count all again.
            self._counter, self._gone = _LevelCounter(), gone
            known = _STEP.rows(database, _ALL_STEPS)
            changes = merge(known, sorted(gone, key=_moment), key=_moment)
        self._counter.add(changes)
        (self._read_until,) = database.execute("SELECT coalesce(max(id), 0) FROM change").fetchone()


def _moment(step: _Step) -> float:
    return step[0]


class _LevelCounter:
    """Counts the entry points at each level, change by change in the order of time."""

    def __init__(self) -> None:
        self.until = -math.inf
        self.totals = LevelTotals()
        self._level_of: dict[int, int] = {}

    def add(self, changes: Iterable[_Step]) -> None:
        """Count more changes."""
        level_of = self._level_of
        for at, entry_point, level in changes:
            self.until = at
            before = level_of.get(entry_point)
            if before == level:
                continue
            if level is None:
                del level_of[entry_point]
            else:
                level_of[entry_point] = level
            self.totals.add(at, before, level)


def level_shares(
    totals: LevelTotals, recorded: Sequence[Span], start: float, end: float, count: int
) -> list[LevelShares | None]:
    """The shares of the levels in each of ``count`` slices, ``None`` where nothing was recorded."""
    width = (end - start) / count if count else 0.0
    begins = [span.first_at for span in recorded]
    ends = [span.last_at for span in recorded]
    found: list[LevelShares | None] = []
    for number in range(count):
        # A moment between two slices is the later one's.
        until = end if number == count - 1 else math.nextafter(start + (number + 1) * width, start)
        since = start + number * width
        within = [
            Span(max(span.first_at, since), min(span.last_at, until))
            for span in recorded[bisect_left(ends, since) : bisect_right(begins, until)]
        ]
        found.append(totals.shares(within))
    return found
