"""Styled lines to scroll in."""

from collections.abc import Sequence

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.strip import Strip

from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets.lines import cut
from wallboard.ui.widgets.scroller import Scroller


class Page(Scroller):
    """Shows any number of lines, of which only those in sight are drawn."""

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme)
        self._lines: list[list[Segment]] = []

    def put(self, lines: Sequence[list[Segment]], *, keep_place: bool = True) -> None:
        """Show these lines, repainting only those that differ."""
        before, self._lines = self._lines, list(lines)
        if not keep_place:
            self.scroll_to(y=0, animate=False, immediate=True)
        if len(before) != len(self._lines):
            self.virtual_size = Size(self.size.width, len(self._lines))
            self.refresh()
            return
        top, width = self.scroll_offset.y, self.size.width
        changed = [
            Region(0, y - top, width, 1)
            for y in range(top, min(top + self.size.height, len(before)))
            if before[y] != self._lines[y]
        ]
        if changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        """One line on the background."""
        index, width = y + self.scroll_offset.y, self.size.width
        segments = self._lines[index] if index < len(self._lines) else []
        fill = self.theme_styles.ui["screen"]
        return Strip(cut(segments, width, fill, self.theme_styles.glyphs), width)
