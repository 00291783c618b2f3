"""Ranges in the syntax of the monitoring plugins' guidelines, and thresholds made of them."""

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from math import inf, isinf

from wallboard.domain.policy import Level, Thresholds
from wallboard.frozen import frozen

_NUMBER = r"-?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})"
_RANGE = re.compile(rf"(@?)(?:(~|{_NUMBER})?(:))?({_NUMBER})?", re.ASCII)


@frozen
class Range:
    """A range of good values, outside of which there is an alert; inside of it if ``inside``.

    Both ends belong to it.
    """

    start: float = 0.0
    end: float = inf
    inside: bool = False

    def alerts(self, value: float) -> bool:
        """Whether the value raises an alert."""
        return (self.start <= value <= self.end) is self.inside

    def __str__(self) -> str:
        start = "~" if isinf(self.start) else number(self.start)
        end = "" if isinf(self.end) else number(self.end)
        return ("@" if self.inside else "") + (end if start == "0" and end else f"{start}:{end}")


def parse_range(text: str) -> Range:
    """A range as it is written: ``10``, ``10:``, ``~:10``, ``10:20``, ``@10:20``.

    Raises ``ValueError``, in words.
    """
    match = _RANGE.fullmatch(text)
    if not match or not (match[2] or match[4]):
        raise ValueError(f"{text!r} is not a range; use 10, 10:, ~:10, 10:20 or @10:20")
    start = -inf if match[2] == "~" else float(match[2] or 0)
    end = float(match[4]) if match[4] else inf
    if end < start:
        raise ValueError(f"the range {text!r} ends before it starts")
    return Range(start, end, bool(match[1]))


class Figure(StrEnum):
    """What thresholds are about."""

    WAIT = "wait"
    QUEUE = "queue"
    CAPACITY = "capacity"


@frozen
class Limit:
    """The level that a figure reaches by a range: waits in seconds, queues and slots in chats."""

    figure: Figure
    level: Level
    range: Range


@frozen
class RangedThresholds(Thresholds):
    """Thresholds some of which are ranges. The plain ones they stand for are switched off."""

    limits: tuple[Limit, ...] = ()

    def wait_level(self, wait_seconds: float | None) -> Level:
        """The level that an estimated wait reaches by itself."""
        plain = Thresholds.wait_level(self, wait_seconds)
        return max(plain, self._reached(Figure.WAIT, wait_seconds))

    def queue_level(self, queue_depth: int | None) -> Level:
        """The level that a queue depth reaches by itself."""
        plain = Thresholds.queue_level(self, queue_depth)
        return max(plain, self._reached(Figure.QUEUE, queue_depth))

    def capacity_level(self, capacity: int | None) -> Level:
        """The level that a capacity reaches by itself."""
        plain = Thresholds.capacity_level(self, capacity)
        return max(plain, self._reached(Figure.CAPACITY, capacity))

    def _reached(self, figure: Figure, value: float | None) -> Level:
        reached = (
            limit.level
            for limit in self.limits
            if limit.figure is figure and value is not None and limit.range.alerts(value)
        )
        return max(reached, default=Level.OK)


def with_limits(thresholds: Thresholds, limits: Iterable[Limit]) -> Thresholds:
    """The thresholds, with each limit replacing the one for its figure and level."""
    last = {(limit.figure, limit.level): limit for limit in limits}
    if not last:
        return thresholds
    kept = {
        name: None if _MEANT[name] in last else getattr(thresholds, name)
        for name in Thresholds.__dataclass_fields__
    }
    return RangedThresholds(**kept, limits=tuple(last.values()))


def range_of(thresholds: Thresholds, figure: Figure, level: Level) -> Range | None:
    """The range outside or inside which a figure reaches a level, if there is one."""
    for limit in thresholds.limits if isinstance(thresholds, RangedThresholds) else ():
        if (limit.figure, limit.level) == (figure, level):
            return limit.range
    names = (name for name, meant in _MEANT.items() if meant == (figure, level))
    value = getattr(thresholds, next(names, ""), None)
    if value is None:
        return None
    # At its figure a plain threshold alerts already, which only a range from inside can say.
    low = figure is Figure.CAPACITY
    return Range(-inf, value, inside=True) if low else Range(value, inf, inside=True)


_MEANT = {
    "wait_warning": (Figure.WAIT, Level.WARNING),
    "wait_critical": (Figure.WAIT, Level.CRITICAL),
    "queue_warning": (Figure.QUEUE, Level.WARNING),
    "queue_critical": (Figure.QUEUE, Level.CRITICAL),
    "capacity_warning": (Figure.CAPACITY, Level.WARNING),
}
"""What each field of ``Thresholds`` is about."""


def number(value: float) -> str:
    """A number as plugins write it: never with an exponent."""
    return format(Decimal(repr(value)), "f").removesuffix(".0")
