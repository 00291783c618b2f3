"""The pages of a kiosk, and when they turn."""

from collections.abc import Sequence
from itertools import pairwise

from wallboard.frozen import frozen
from wallboard.ui.wall.layout import Item, Layout

PAUSE_SECONDS = 30.0
"""How long a page is held after a key press."""

LEAVE_SECONDS = 60.0
"""How long after the last key press the kiosk returns to its wall."""


@frozen
class Page:
    """One page: the lines of the layout from ``top`` up to ``bottom``, and the items on them."""

    top: int
    bottom: int
    items: tuple[Item, ...]


def pages_of(layout: Layout, height: int) -> tuple[Page, ...]:
    """The pages for a height in lines; a section that fits on one page is not split."""
    pages: list[Page] = []
    for first, stop in _sections(layout):
        rows = layout.rows[first:stop]
        if pages and rows[-1].y + rows[-1].height - pages[-1].top <= height:
            last = pages.pop()
            items = (*last.items, *(item for row in rows for item in row.items))
            pages.append(Page(last.top, rows[-1].y + rows[-1].height, items))
            continue
        while rows:
            count = max(1, sum(row.y + row.height - rows[0].y <= height for row in rows))
            shown, rows = rows[:count], rows[count:]
            items = tuple(item for row in shown for item in row.items)
            pages.append(Page(shown[0].y, shown[-1].y + shown[-1].height, items))
    return tuple(pages)


def _sections(layout: Layout) -> list[tuple[int, int]]:
    """Where the rows of each section begin and end."""
    starts = [number for number, row in enumerate(layout.rows) if row.heading or not number]
    return list(pairwise([*starts, len(layout.rows)]))


class Rotation:
    """Which page is shown.

    Pages turn at an interval. While alarms are unacknowledged, only their pages are shown, the
    first one at once.
    """

    def __init__(self, seconds: float) -> None:
        """``seconds`` is how long a page is shown."""
        self.seconds = seconds
        self.number = 0
        self._turned_at: float | None = None

    def go(self, now: float, pages: Sequence[Page], wanted: Sequence[Item]) -> int:
        """The number of the page to show now; ``wanted`` are unacknowledged."""
        if self._turned_at is None or now < self._turned_at:
            # The clock was put back: count from here.
            self._turned_at = now
        urgent = [n for n, page in enumerate(pages) if any(item in page.items for item in wanted)]
        numbers = urgent or range(len(pages))
        due = now - self._turned_at >= self.seconds
        if urgent and self.number not in urgent:
            self._turn(urgent[0], now)
        elif due:
            self._turn(
                next((n for n in numbers if n > self.number), numbers[0] if pages else 0), now
            )
        self.number = max(0, min(self.number, len(pages) - 1))
        return self.number

    def _turn(self, number: int, now: float) -> None:
        self.number, self._turned_at = number, now


def is_paused(last_key_at: float | None, now: float) -> bool:
    """Whether the page is held after a key press."""
    return last_key_at is not None and 0 <= now - last_key_at < PAUSE_SECONDS


def is_idle(last_key_at: float | None, now: float) -> bool:
    """Whether no key has been pressed for long enough to return to the wall."""
    return last_key_at is None or not 0 <= now - last_key_at < LEAVE_SECONDS
