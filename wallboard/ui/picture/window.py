"""The stretch of time that the strip and the chart show: one for both, zoomed and moved by keys."""

from bisect import bisect_left

from wallboard.domain.history import Sample
from wallboard.domain.state_strip import State
from wallboard.frozen import frozen

_HOUR, _DAY = 3600, 86_400
SPANS = (60, 120, 300, 900, 1800, _HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR, _DAY, 3 * _DAY, 7 * _DAY)
"""Seconds that a window may last."""

USUAL_SPAN = _HOUR

MOST_POINTS = 400
"""Slices of a window for which a chart has points of their own."""

_CELLS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, _HOUR, 7200, 10_800, 21_600, _DAY)


@frozen
class Window:
    """From ``start`` to ``end``, Unix time in seconds, in ``count`` slices of equal length."""

    start: float
    end: float
    count: int

    @property
    def slice_seconds(self) -> float:
        """How long one slice lasts."""
        return (self.end - self.start) / self.count


@frozen
class RecordedStates:
    """The worst state in each slice of a window; ``None`` where nobody knows."""

    window: Window
    states: tuple[State | None, ...]


@frozen
class RecordedWindow:
    """What is recorded of a window; ``samples`` are those of its figures that a chart shows."""

    states: RecordedStates
    samples: tuple[Sample, ...] = ()


@frozen
class Zoom:
    """How much is shown, and how far before the newest moment it ends; both in seconds.

    Without a ``span`` it is as much as is known, and at most an hour.
    """

    span: int | None = None
    back: float = 0.0

    def window(self, now: float, known_from: float, room: int) -> Window:
        """The window in at most ``room`` slices, which lie on whole multiples of their length."""
        span = self.span or usual_span(now - known_from)
        fitting = (cell for cell in _CELLS if span % cell == 0 and span // cell <= max(1, room))
        cell = next(fitting, span)
        end = ((now - self.back) // cell + 1) * cell
        return Window(end - span, end, span // cell)

    def zoomed(self, steps: int, shown: Window) -> "Zoom":
        """Closer by so many steps, or farther; it ends when it did."""
        place = SPANS.index(round(shown.end - shown.start)) - steps
        return Zoom(SPANS[max(0, min(place, len(SPANS) - 1))], self.back)

    def moved(self, halves: int, shown: Window) -> "Zoom":
        """Later by half its length for each step, or earlier, but never past the newest moment."""
        span = round(shown.end - shown.start)
        return Zoom(span, max(0.0, self.back - halves * span / 2))


def usual_span(known_seconds: float) -> int:
    """The shortest span that shows all that is known, at most an hour."""
    return min(SPANS[min(bisect_left(SPANS, known_seconds), len(SPANS) - 1)], USUAL_SPAN)
