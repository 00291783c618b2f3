"""Which painter draws which density, and the headings of sections."""

from typing import Protocol

from rich.segment import Segment
from textual.strip import Strip

from wallboard.board import EntryPointStatus
from wallboard.ui.look.text import safe
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.wall.arrange import Section
from wallboard.ui.wall.compact import CompactPainter
from wallboard.ui.wall.large import LargePainter
from wallboard.ui.wall.layout import COMPACT, LARGE, Density
from wallboard.ui.wall.tile import TilePainter
from wallboard.ui.widgets.counts import count_chips


class Painter(Protocol):
    """Draws entry points of one width in one theme and one density."""

    def paint(self, status: EntryPointStatus, now: float, *, selected: bool) -> list[Strip]:
        """The entry point as strips of the painter's width."""

    def blank(self) -> list[Strip]:
        """A place without an entry point."""

    def broken(self, status: EntryPointStatus, *, selected: bool) -> list[Strip]:
        """An entry point that could not be drawn."""


def painter_of(density: Density, theme: BoardTheme, width: int) -> Painter:
    """The painter of a density; ``width`` is in cells, with the gap to the next one."""
    if density is COMPACT:
        return CompactPainter(theme, width)
    if density is LARGE:
        return LargePainter(theme, width)
    return TilePainter(theme, width)


class HeadingPainter:
    """Draws the heading of a section: its name and its own counts."""

    def __init__(self, theme: BoardTheme) -> None:
        self.theme = theme

    def paint(self, section: Section, width: int, *, selected: bool) -> Strip:
        """One line: the fold sign, the name, the number of entry points and the counts."""
        style = self.theme.ui["cursor" if selected else "title"]
        base = self.theme.ui["cursor" if selected else "header"]
        glyphs = self.theme.glyphs
        sign = glyphs.folded if section.folded else glyphs.unfolded
        name = f" {sign} {safe(section.name)} "
        total = f"{len(section.keys)} "
        head = [Segment(name, style), Segment(total, base)]
        room = width - Segment.get_line_length(head)
        line = [*head, *count_chips(section.verdicts, self.theme, room, base)]
        return Strip(Segment.adjust_line_length(line, width, base), width)
