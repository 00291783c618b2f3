"""Wait, queue and slots on a tile or a line, each marked where it reaches its threshold."""

from collections.abc import Iterator
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style

from wallboard.domain.policy import Level
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.ui.look.glyphs import Glyphs
from wallboard.ui.look.text import short_figure, wait
from wallboard.ui.wall.tile_styles import TileStyles

REACHED = "!"
"""Stands after a figure that reaches its threshold."""


class Figure(NamedTuple):
    """A figure with its label, which may be shortened to its first letter."""

    label: str
    text: str
    style: Style

    def brief(self) -> "Figure":
        """The same with a short label."""
        return self._replace(label=self.label[0])

    @property
    def width(self) -> int:
        """In cells."""
        return len(self.label) + 1 + len(self.text)


def figures_of(
    status: EntryPointStatus, now: float, styles: TileStyles, glyphs: Glyphs
) -> tuple[Figure, Figure, Figure]:
    """Wait, queue and slots."""
    judgement, limits = status.judgement, status.policy.thresholds

    def marked(label: str, text: str, level: Level) -> Figure:
        style = styles.figure(judgement, level, now)
        reached = level is not Level.OK and style != styles.stale
        return Figure(label, text + REACHED if reached else text, style)

    seconds, depth, slots = judgement.wait_seconds, judgement.queue_depth, judgement.capacity
    return (
        marked("wait", wait(seconds, glyphs), limits.wait_level(seconds)),
        marked("queue", short_figure(depth, glyphs), limits.queue_level(depth)),
        marked("slots", short_figure(slots, glyphs), limits.capacity_level(slots)),
    )


def fitted(figures: tuple[Figure, ...], room: int, styles: TileStyles) -> list[Segment]:
    """As many figures as fit, each whole, in columns of equal width where that is possible."""
    for shown in _forms(figures):
        if sum(figure.width + 1 for figure in shown) - 1 > room:
            continue
        column = (room + 1) // len(shown)
        if any(figure.width >= column for figure in shown):
            column = 0
        return [segment for one in shown for segment in _segments(one, column, styles)]
    return []


def _forms(figures: tuple[Figure, ...]) -> Iterator[tuple[Figure, ...]]:
    """The figures with ever shorter labels, then without the last ones."""
    shown = list(figures)
    yield figures
    for place in sorted(range(len(shown)), key=lambda n: -len(shown[n].label)):
        shown[place] = shown[place].brief()
        yield tuple(shown)
    for count in range(len(shown) - 1, 0, -1):
        yield tuple(shown[:count])


def _segments(figure: Figure, column: int, styles: TileStyles) -> tuple[Segment, ...]:
    blank = " " * max(1, column - figure.width)
    return (
        Segment(f"{figure.label} ", styles.muted),
        Segment(figure.text, figure.style),
        Segment(blank, styles.body),
    )
