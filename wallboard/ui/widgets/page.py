"""Styled lines to scroll in."""

from collections.abc import Sequence

from rich.segment import Segment
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets.lines import cut


class Scroller(ScrollView, can_focus=True, inherit_bindings=False):
    """Scrolls by pages and lines; the arrows are left to choose with."""

    DEFAULT_CSS = """
    Scroller { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1;
               scrollbar-gutter: stable; background: $background; }
    """

    BINDINGS = [
        Binding("pageup,ctrl+b", "page_up", "Page up", show=False, id="page_up"),
        Binding("pagedown,ctrl+f", "page_down", "Page down", show=False, id="page_down"),
        Binding("home", "scroll_home", "Top", show=False, id="first"),
        Binding("end", "scroll_end", "Bottom", show=False, id="last"),
        Binding("K,shift+up", "scroll_up", "Line up", show=False, id="line_up"),
        Binding("J,shift+down", "scroll_down", "Line down", show=False, id="line_down"),
    ]

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__()
        self.theme_styles = theme

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme; the reader stays where they are."""
        self.theme_styles = theme
        self.refresh()


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
