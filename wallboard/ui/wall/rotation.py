"""The pages of a kiosk, and when they turn; a pure function of the time."""

from collections.abc import Sequence
from itertools import pairwise

from wallboard.frozen import frozen
from wallboard.ui.wall.layout import Item, Layout

PAUSE_SECONDS = 30.0
"""How long the page stands after a key."""

LEAVE_SECONDS = 60.0
"""How long after the last key the wall comes back by itself from whatever was opened."""


@frozen
class Page:
    """What is on the screen at once: the lines from ``top`` up to ``bottom``, and the items there.

    Lines are counted from the top of the layout.
    """

    top: int
    bottom: int
    items: tuple[Item, ...]


def pages_of(layout: Layout, height: int) -> tuple[Page, ...]:
    """The pages of a wall that is ``height`` lines high; a section that fits one is not parted."""
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

    A page is shown for some seconds. Pages with newly critical entry points come at once, and as
    long as there are any, only these take turns. A key holds the page for a while.
    """

    def __init__(self, seconds: float) -> None:
        """``seconds`` is how long a page stands."""
        self.seconds = seconds
        self.number = 0
        self._turned_at: float | None = None

    def go(self, now: float, pages: Sequence[Page], wanted: Sequence[Item]) -> int:
        """The number of the page to show now; ``wanted`` is what is newly critical."""
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


def is_paused(touched_at: float | None, now: float) -> bool:
    """Whether somebody is at the keys."""
    return touched_at is not None and 0 <= now - touched_at < PAUSE_SECONDS


def is_left(touched_at: float | None, now: float) -> bool:
    """Whether nobody has been at the keys for so long that the wall should show itself."""
    return touched_at is None or not 0 <= now - touched_at < LEAVE_SECONDS
