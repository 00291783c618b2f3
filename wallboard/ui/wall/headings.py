"""The column titles of the compact wall, and the line that tells filter and order."""

from collections.abc import Iterator

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message

from wallboard.query import Query
from wallboard.ui.look.text import safe
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.arrangement import Arrangement
from wallboard.ui.wall.compact import heads
from wallboard.ui.wall.layout import COMPACT, Layout
from wallboard.ui.widgets.lines import Lines, split


class ColumnHeads(Lines):
    """One line above a compact wall, none above tiles."""

    DEFAULT_CSS = "ColumnHeads { height: auto; }"

    class Clicked(Message):
        """The operator clicked a title to sort by it."""

        def __init__(self, sort: str) -> None:
            super().__init__()
            self.sort = sort

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "header")
        self._heads: list[tuple[int, str]] = []

    def show(self, layout: Layout, state: Arrangement) -> None:
        """Draw the titles for this layout, the one that is sorted by underlined."""
        self._heads = []
        if layout.density is not COMPACT:
            self.put([])
            return
        line: list[Segment] = []
        for width in layout.widths:
            line += self._column(width, state)
        self.put([line])

    def _column(self, width: int, state: Arrangement) -> Iterator[Segment]:
        """The titles of one column of entry points, each whole or left out."""
        room = width
        for text, sort in heads(width, self.theme_styles.glyphs):
            if len(text) > room:
                break
            room -= len(text)
            self._heads.append((len(text), sort))
            if sort == state.sort:
                yield from _underlined(text, self.background)
            else:
                yield Segment(text, self.background)
        self._heads.append((room, ""))
        yield Segment(" " * room, self.background)

    def on_click(self, event: events.Click) -> None:
        """Sort by the column under the pointer."""
        x = event.x
        for width, sort in self._heads:
            if x < width:
                if sort:
                    self.post_message(self.Clicked(sort))
                return
            x -= width


def _underlined(text: str, base: Style) -> list[Segment]:
    """A title with its words underlined, not its padding."""
    words = text.strip()
    before, after = text.split(words) if words else (text, "")
    marked = Segment(words, base + Style(underline=True, bold=True))
    return [Segment(before, base), marked, Segment(after, base)]


_SORT_WORDS = {
    "worst": "worst first",
    "name": "by name",
    "id": "by id",
    "wait": "by est. wait",
    "queue": "by queue depth",
    "changed": "by last change",
}


class ViewLine(Lines):
    """One line with filter, order and grouping; no line at the defaults."""

    DEFAULT_CSS = "ViewLine { height: auto; }"

    def show(self, state: Arrangement, query: Query, shown: int, total: int) -> None:
        """Show the arrangement, and that ``shown`` of ``total`` entry points are shown."""
        base, mark = (
            self.background,
            self.theme_styles.ui["mark"] + self.background.background_style,
        )
        words = arrangement_words(state)
        filtering = bool(query) or state.faults_only
        if not filtering and not words and not query.problem:
            self.put([])
            return
        left = [Segment(" ", base)]
        if query:
            left.append(Segment(f"/{safe(query.text)} ", mark))
        if state.faults_only:
            left.append(Segment("faults only ", mark))
        if query.problem:
            left.append(Segment(f"{safe(query.problem)} ", self.theme_styles.ui["notice"]))
        left.append(Segment(", ".join(words), base))
        right = [Segment(f" {shown} of {total} shown " if filtering else "", base)]
        width = self.size.width or self.app.size.width
        self.put([split(left, right, width, base, self.theme_styles.glyphs)])


def arrangement_words(state: Arrangement) -> list[str]:
    """The order and grouping in words, without the defaults."""
    words = []
    if state.sort != "worst" or state.descending:
        turned = ", reversed" if state.descending else ""
        words.append(f"sorted {_SORT_WORDS[state.sort]}{turned}")
    if state.grouping != "none":
        words.append(f"grouped by {state.grouping}")
    return words
