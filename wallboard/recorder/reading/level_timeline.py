"""The worst level of the board in each slice of time."""

import math
import sqlite3
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from heapq import merge

from wallboard.domain.policy import Level
from wallboard.frozen import frozen
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

_WORST_FIRST = tuple(sorted(Level, reverse=True))

_Step = tuple[float, int, int | None]
"""Time, entry point and its new level; ``None`` when it left the board."""


@frozen
class Steps:
    """The worst level of the board from each time on; unknown before the first."""

    at: Sequence[float]
    level: Sequence[Level | None]

    def worst(self, span: Span) -> Level | None:
        """The worst level at any moment of a span."""
        first = max(0, bisect_right(self.at, span.first_at) - 1)
        last = bisect_right(self.at, span.last_at)
        return max((level for level in self.level[first:last] if level is not None), default=None)


class LevelTimeline:
    """Reads all changes of level of a recording once, and then only new ones."""

    def __init__(self) -> None:
        self._version: Version | None = None
        self._read_until = 0
        self._gone: list[_Step] = []
        self._counter = _LevelCounter()

    def steps(self, database: sqlite3.Connection, catalogue: Catalogue, version: Version) -> Steps:
        """The steps of the whole recording."""
        if self._version != version:
            self._read(database, catalogue, reopened=version[:1] != (self._version or ())[:1])
            self._version = version
        return self._counter.steps

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
        self._times = array("d")
        self._levels: list[Level | None] = []
        self._counts = [0] * len(Level)
        self._level_of: dict[int, int] = {}
        self.steps = Steps(self._times, self._levels)

    def add(self, changes: Iterable[_Step]) -> None:
        """Count more changes."""
        counts, level_of = self._counts, self._level_of
        worst = self._levels[-1] if self._levels else None
        at = self.until
        for at, entry_point, level in changes:
            before = level_of.get(entry_point)
            if before == level:
                continue
            if before is not None:
                counts[before] -= 1
            if level is None:
                del level_of[entry_point]
            else:
                level_of[entry_point] = level
                counts[level] += 1
            if worst is not None and counts[worst] and (level is None or level <= worst):
                continue
            worst = next((one for one in _WORST_FIRST if counts[one]), None)
            self._times.append(at)
            self._levels.append(worst)
        self.until = at


def levels(
    steps: Steps, recorded: Sequence[Span], start: float, end: float, count: int
) -> list[Level | None]:
    """The worst level in each of ``count`` slices, ``None`` where nothing was recorded."""
    width = (end - start) / count if count else 0.0
    ends = [span.last_at for span in recorded]
    found: list[Level | None] = []
    for number in range(count):
        # A moment between two slices is the later one's.
        until = end if number == count - 1 else math.nextafter(start + (number + 1) * width, start)
        slice_ = Span(start + number * width, until)
        levels_in = []
        for span in recorded[bisect_left(ends, slice_.first_at) :]:
            if span.first_at > slice_.last_at:
                break
            both = Span(max(span.first_at, slice_.first_at), min(span.last_at, slice_.last_at))
            if (level := steps.worst(both)) is not None:
                levels_in.append(level)
        found.append(max(levels_in, default=None))
    return found
