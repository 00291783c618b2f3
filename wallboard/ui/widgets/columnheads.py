"""The titles of the columns of the compact wall; a click sorts by one."""

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message

from wallboard.ui.layout import COMPACT, Layout
from wallboard.ui.theme import BoardTheme
from wallboard.ui.viewstate import ViewState
from wallboard.ui.widgets.compact import heads
from wallboard.ui.widgets.lines import Lines


class ColumnHeads(Lines):
    """One line above a compact wall, none above tiles."""

    DEFAULT_CSS = "ColumnHeads { height: auto; }"

    class Clicked(Message):
        """The operator wants another order."""

        def __init__(self, sort: str) -> None:
            super().__init__()
            self.sort = sort

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "header")
        self._heads: list[tuple[int, str]] = []

    def show(self, layout: Layout, state: ViewState) -> None:
        """Draw the titles for this layout, the one that is sorted by underlined."""
        self._heads = []
        if layout.density is not COMPACT:
            self.put([])
            return
        line = []
        for width in layout.widths:
            titles = heads(width, self.theme_styles.glyphs)
            gap = " " * (width - sum(len(text) for text, _ in titles))
            for text, sort in (*titles, (gap, "")):
                self._heads.append((len(text), sort))
                chosen = sort == state.sort
                style = self.background + Style(underline=chosen, bold=chosen)
                line.append(Segment(text, style))
        self.put([line])

    def on_click(self, event: events.Click) -> None:
        """Sort by the column under the pointer."""
        x = event.x
        for width, sort in self._heads:
            if x < width:
                if sort:
                    self.post_message(self.Clicked(sort))
                return
            x -= width
