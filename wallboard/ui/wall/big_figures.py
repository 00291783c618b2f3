"""Figures in big digits side by side, all of one size, each with its label before it."""

from collections.abc import Iterable, Sequence
from math import isnan
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from wallboard.report.words.figures import MOST_SECONDS
from wallboard.ui.look.glyphs import Glyphs
from wallboard.ui.wall.big_letters import big, big_height, big_width

_BETWEEN = 3
"""Cells between two figures, at least."""


class BigFigure(NamedTuple):
    """A figure in characters that exist as big digits, and what stands before and after it."""

    label: str
    digits: str
    style: Style
    note: str = ""

    def width(self, scale: int) -> int:
        """In cells."""
        note = cell_len(self.note) + 1 if self.note else 0
        return len(self.label) + 1 + big_width(self.digits, scale) + note


def clock_of(seconds: float | None) -> str:
    """A wait in characters that exist as big digits: ``6:52``, ``2h07``, ``15h``, ``2d07``."""
    if seconds is None or isnan(seconds):
        return "--"
    whole = int(max(0.0, min(seconds, MOST_SECONDS)) + 0.5)
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02}"
    if whole < 36_000:
        return f"{whole // 3600}h{whole % 3600 // 60:02}"
    if whole < 86_400:
        return f"{whole // 3600}h"
    if whole < 864_000:
        return f"{whole // 86_400}d{whole % 86_400 // 3600:02}"
    return f"{whole // 86_400}d"


def count_of(count: int | None) -> str:
    """A count in characters that exist as big digits."""
    if count is None:
        return "--"
    return str(count) if count < 1000 else ">999"


def biggest_figures(
    forms: Iterable[Sequence[BigFigure]],
    width: int,
    height: int,
    most: int,
    plain: Style,
    glyphs: Glyphs,
) -> list[list[Segment]]:
    """Rows of the first form that fits, as big as it does up to the scale ``most``; else none.

    The figures stand in columns of equal width where that is possible.
    """
    forms = list(forms)
    for scale in range(most, 0, -1):
        for figures in forms:
            widths = [figure.width(scale) for figure in figures]
            fits = sum(widths) + _BETWEEN * (len(widths) - 1) <= width
            if fits and big_height(scale) <= height:
                column = width // len(widths)
                if any(one + _BETWEEN > column for one in widths[:-1]) or widths[-1] > column:
                    column = 0
                return [
                    _row(figures, number, scale, column, plain, glyphs)
                    for number in range(big_height(scale))
                ]
    return []


def _row(
    figures: Sequence[BigFigure], number: int, scale: int, column: int, plain: Style, glyphs: Glyphs
) -> list[Segment]:
    row: list[Segment] = []
    for figure in figures:
        label = figure.label if not number else " " * len(figure.label)
        note = figure.note if not number else " " * cell_len(figure.note)
        blank = " " * max(_BETWEEN, column - figure.width(scale))
        row += [
            Segment(f"{label} ", plain),
            Segment(big(figure.digits, glyphs, scale)[number], figure.style),
            Segment(f" {note}{blank}" if note else blank, plain),
        ]
    return row
