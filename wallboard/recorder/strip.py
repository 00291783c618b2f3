"""The worst level of the board in each slice of time."""

import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from wallboard.domain.policy import Level
from wallboard.recorder.catalogue import Catalogue
from wallboard.recorder.connection import Version
from wallboard.recorder.segments import Span

_STEPS = """
SELECT at, id, entry_point, level FROM change
WHERE subject IN ('verdict', 'level') AND entry_point IS NOT NULL
"""

# What is no longer on the board counts until it was last polled.
_GONE = """
SELECT max(latest.last), e.id FROM entry_point AS e
JOIN target ON target.entry_point = e.id JOIN latest ON latest.target = target.id
WHERE e.place IS NULL GROUP BY e.id
"""


@dataclass(frozen=True, slots=True)
class Steps:
    """From when on which level was the worst on the board; before the first nothing was known."""

    at: Sequence[float]
    level: Sequence[Level | None]

    def worst(self, span: Span) -> Level | None:
        """The worst level that was there at any moment of a span."""
        first = max(0, bisect_right(self.at, span.first_at) - 1)
        last = bisect_right(self.at, span.last_at)
        return max((level for level in self.level[first:last] if level is not None), default=None)


class Strip:
    """Reads the changes of level once for as long as the file stays the same."""

    def __init__(self) -> None:
        self._known: tuple[Version, Steps] | None = None

    def steps(self, database: sqlite3.Connection, catalogue: Catalogue, version: Version) -> Steps:
        """The steps of the whole recording."""
        if self._known is None or self._known[0] != version:
            self._known = (version, read_steps(database, catalogue))
        return self._known[1]


def read_steps(database: sqlite3.Connection, catalogue: Catalogue) -> Steps:
    """The steps, from the changes of every entry point."""
    events: list[tuple[float, int, int, int | None]] = database.execute(_STEPS).fetchall()
    events += [
        (catalogue.at(last), 0, entry_point, None) for last, entry_point in database.execute(_GONE)
    ]
    events.sort(key=lambda event: event[:2])
    counts = [0] * len(Level)
    level_of: dict[int, int] = {}
    times: list[float] = []
    worst: list[Level | None] = []
    for at, _, entry_point, level in events:
        before = level_of.pop(entry_point, None)
        if before is not None:
            counts[before] -= 1
        if level is not None:
            level_of[entry_point] = level
            counts[level] += 1
        now = next((one for one in _WORST_FIRST if counts[one]), None)
        if not worst or worst[-1] is not now:
            times.append(at)
            worst.append(now)
    return Steps(times, worst)


_WORST_FIRST = tuple(sorted(Level, reverse=True))


def levels(
    steps: Steps, recorded: Sequence[Span], start: float, end: float, count: int
) -> list[Level | None]:
    """The worst level in each of ``count`` slices, ``None`` where nothing was recorded."""
    width = (end - start) / count if count else 0.0
    ends = [span.last_at for span in recorded]
    found: list[Level | None] = []
    for number in range(count):
        slice_ = Span(start + number * width, start + (number + 1) * width)
        levels_in = []
        for span in recorded[bisect_left(ends, slice_.first_at) :]:
            if span.first_at > slice_.last_at:
                break
            both = Span(max(span.first_at, slice_.first_at), min(span.last_at, slice_.last_at))
            if (level := steps.worst(both)) is not None:
                levels_in.append(level)
        found.append(max(levels_in, default=None))
    return found
