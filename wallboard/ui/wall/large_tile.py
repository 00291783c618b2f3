"""Large density: tiles with wait and queue in big digits."""

from collections.abc import Sequence
from functools import partial
from math import isnan

from rich.cells import cell_len
from rich.segment import Segment

from wallboard.domain.snapshot import EntryPointStatus
from wallboard.report.words.figures import MOST_SECONDS
from wallboard.ui.look.text import fit
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.wall.layout import LARGE
from wallboard.ui.wall.tile import Drawn, Row, TilePainter
from wallboard.ui.wall.tile_styles import TileStyles

DIGITS_HEIGHT = 5
_PIXEL = 2
"""Cells a pixel is wide; a cell is about half as wide as it is high."""

_FONT = {
    "0": ("###", "# #", "# #", "# #", "###"),
    "1": (" # ", "## ", " # ", " # ", "###"),
    "2": ("###", "  #", "###", "#  ", "###"),
    "3": ("###", "  #", "###", "  #", "###"),
    "4": ("# #", "# #", "###", "  #", "  #"),
    "5": ("###", "#  ", "###", "  #", "###"),
    "6": ("###", "#  ", "###", "# #", "###"),
    "7": ("###", "  #", "  #", "  #", "  #"),
    "8": ("###", "# #", "###", "# #", "###"),
    "9": ("###", "# #", "###", "  #", "###"),
    ":": (" ", "#", " ", "#", " "),
    "-": ("   ", "   ", "###", "   ", "   "),
    "h": ("#  ", "#  ", "###", "# #", "# #"),
    "d": ("  #", "  #", "###", "# #", "###"),
    ">": ("#  ", " # ", "  #", " # ", "#  "),
}


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


def big(text: str, block: str) -> list[str]:
    """The text in big digits, ``DIGITS_HEIGHT`` lines of equal width, made of ``block``."""
    lines = []
    for row in range(DIGITS_HEIGHT):
        pixels = " ".join(_FONT[char][row] for char in text)
        lines.append("".join(_cells(pixel, block) for pixel in pixels))
    return lines


def big_width(text: str) -> int:
    """The width of the text in big digits, in cells."""
    return cell_len(big(text, "#")[0]) if text else 0


def _cells(pixel: str, block: str) -> str:
    return (block if pixel == "#" else " ") * _PIXEL


class LargePainter(TilePainter):
    """Draws large tiles: the lines of a tile, with big digits between them."""

    def __init__(self, theme: BoardTheme, width: int, *, with_server: bool = False) -> None:
        """``width`` is in cells and includes the gap to the next tile."""
        super().__init__(theme, width, LARGE.height, with_server=with_server)
        self._block = theme.glyphs.block

    def rows(self) -> Sequence[Row]:
        """Name, digits, what they are, slots and button, and the chart."""
        digits: list[Row] = [partial(self._digit_row, number) for number in range(DIGITS_HEIGHT)]
        return [self._title_and_chip, self._name, *digits, self._labels, self._figures, self._strip]

    def _digit_row(self, number: int, drawn: Drawn) -> list[Segment]:
        return self._digits(*drawn)[number]

    def _digits(
        self, status: EntryPointStatus, now: float, styles: TileStyles
    ) -> list[list[Segment]]:
        judgement, limits = status.judgement, status.policy.thresholds
        waiting, queue = self._texts(status)
        wait_style = styles.figure(judgement, limits.wait_level(judgement.wait_seconds), now)
        queue_style = styles.figure(judgement, limits.queue_level(judgement.queue_depth), now)
        between = self._inner - 2 - big_width(waiting) - big_width(queue)
        pad = Segment(" ", styles.body)
        return [
            [
                pad,
                Segment(left, wait_style),
                Segment(" " * between, styles.body),
                Segment(right, queue_style),
                pad,
            ]
            for left, right in zip(
                big(waiting, self._block), big(queue, self._block) or [""] * 5, strict=True
            )
        ]

    def _labels(self, drawn: Drawn) -> list[Segment]:
        status, _, styles = drawn
        queue = self._texts(status)[1]
        right = "queue " if queue else f"queue {count_of(status.judgement.queue_depth)} "
        left = fit(" est. wait", self._inner - len(right), self.glyphs)
        return [Segment(left, styles.muted), Segment(right, styles.muted)]

    def _texts(self, status: EntryPointStatus) -> tuple[str, str]:
        """Wait and queue; the queue is empty, and in the label, if both do not fit."""
        waiting = clock_of(status.judgement.wait_seconds)
        queue = count_of(status.judgement.queue_depth)
        room = self._inner - 4 - big_width(waiting)
        return waiting, queue if big_width(queue) <= room else ""
