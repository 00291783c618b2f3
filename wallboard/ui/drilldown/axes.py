"""The ticks on an axis: round numbers of seconds and chats, round local times."""

import time
from collections.abc import Callable, Sequence

from wallboard.ui.look.text import short_figure, span

Ticks = list[tuple[float, str]]
YTicks = Callable[[float, float, int], Ticks]
"""Gives at most about so many ticks between two values."""

MOST_Y_TICKS = 4

_HOUR, _DAY = 3600, 86_400
_TIME_STEPS = (1, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, _DAY)
_WAIT_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 21_600, 43_200, _DAY)


def time_ticks(start: float, end: float, count: int) -> Ticks:
    """At most ``count`` local times between two moments, Unix time in seconds."""
    step = _step((end - start) / max(1, count), _TIME_STEPS)
    form = "%d %b" if step >= _DAY else "%H:%M" if step >= 60 else "%H:%M:%S"
    offset = time.localtime(end).tm_gmtoff
    first = -((start + offset) // -step) * step - offset
    places = [first + number * step for number in range(int((end - first) // step) + 1)]
    if step > _HOUR:
        # Correct for a change to or from daylight saving time.
        places = [at + offset - time.localtime(at).tm_gmtoff for at in places]
    return [(at, time.strftime(form, time.localtime(at))) for at in places[-max(1, count) :]]


def wait_ticks(low: float, high: float, count: int) -> Ticks:
    """Round spans of time in seconds between two values."""
    return [(value, short_span(value)) for value in _round_values(low, high, count, _WAIT_STEPS)]


def count_ticks(low: float, high: float, count: int) -> Ticks:
    """Round whole numbers between two values."""
    return [(value, short_figure(int(value))) for value in _round_values(low, high, count, ())]


def rounded_up(ticks: YTicks, low: float, high: float) -> float:
    """The next round value at which an axis may end, so that its top has a tick."""
    values = [value for value, _ in ticks(low, high, MOST_Y_TICKS)]
    if len(values) < 2 or values[-1] >= high:
        return high
    return values[-1] + values[1] - values[0]


def one_per_row(ticks: Ticks, low: float, high: float, rows: int) -> Ticks:
    """At most one tick a row; the first and the last take precedence."""

    def row(value: float) -> int:
        return round((value - low) / (high - low) * (rows - 1))

    kept: dict[int, tuple[float, str]] = {}
    for tick in [*ticks[:1], *ticks[-1:], *ticks[1:-1]]:
        kept.setdefault(row(tick[0]), tick)
    return sorted(kept.values())


def _round_values(low: float, high: float, count: int, steps: Sequence[int]) -> list[float]:
    step = _step((high - low) / max(1, count), steps)
    first = -(low // -step) * step
    return [first + number * step for number in range(int((high - first) // step) + 1)]


def _step(least: float, steps: Sequence[int]) -> float:
    """The smallest round whole step that is at least ``least``."""
    for step in steps:
        if step >= least:
            return float(step)
    power = float(steps[-1] if steps else 1)
    while power * 10 < least:
        power *= 10
    return next(power * times for times in (1, 2, 5, 10) if power * times >= least)


def short_span(seconds: float) -> str:
    """A span of time without trailing zeros: ``5m``, ``1h30m``."""
    text = span(seconds) if seconds else "0"
    for zeros in ("m00s", "h00m", "d00h"):
        text = text.replace(zeros, zeros[0])
    return text
