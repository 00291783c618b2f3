"""The line above the wall: the titles of its columns, and what differs from the usual order."""

from collections.abc import Collection, Iterator

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message

from wallboard.domain.snapshot import EntryPointStatus
from wallboard.query import Query
from wallboard.ui.look.text import safe
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.arrangement import Arrangement
from wallboard.ui.wall.columns import EDGE_AND_GAP, columns_of, title_of
from wallboard.ui.wall.layout import COMPACT, Layout
from wallboard.ui.widgets.lines import Lines, cut


class WallHeading(Lines):
    """One line above lines, and above tiles that are arranged in another way than usual."""

    DEFAULT_CSS = "WallHeading { height: auto; }"

    class Clicked(Message):
        """The operator clicked a title to sort by it."""

        def __init__(self, sort: str) -> None:
            super().__init__()
            self.sort = sort

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "header")
        self.has_words = False
        """Whether it says what differs from the usual order, in any shape of the wall."""
        self._sorts: list[tuple[int, str]] = []

    def show(
        self,
        layout: Layout,
        state: Arrangement,
        query: Query,
        shown: int,
        everything: Collection[EntryPointStatus],
        *,
        with_server: bool = False,
    ) -> None:
        """Draw it for this arrangement, in which ``shown`` of all entry points are shown."""
        base, glyphs = self.background, self.theme_styles.glyphs
        words = self._words(state, query, shown, everything)
        self.has_words = bool(words)
        titles: list[Segment] = []
        self._sorts = []
        if layout.density is COMPACT and layout.rows:
            for width in layout.widths:
                titles += self._titles(width, state, with_server=with_server)
        if (titles or words) and state.density != "auto":
            words.append(Segment(f" {state.density} ", base))
        if not titles and not words:
            self.put([])
            return
        width = self.size.width or self.app.size.width
        room = max(0, width - Segment.get_line_length(words))
        line = [*_whole(titles, room, base), *words] if titles else words
        self.put([cut(line, width, base, glyphs)])

    def _words(
        self,
        state: Arrangement,
        query: Query,
        shown: int,
        everything: Collection[EntryPointStatus],
    ) -> list[Segment]:
        """Filter, order and grouping where they are not the usual ones."""
        base = self.background
        mark = self.theme_styles.ui["mark"] + base.background_style
        words: list[Segment] = []
        if query:
            words.append(Segment(f" /{safe(query.text)} ", mark))
        if state.faults_only:
            words.append(Segment(" faults only ", mark))
        if state.handled_hidden:
            words.append(Segment(" handled hidden ", mark))
        if problem := query.problem_among(everything):
            words.append(Segment(f" {safe(problem)} ", self.theme_styles.ui["notice"]))
        if query or state.faults_only or state.handled_hidden:
            words.append(Segment(f" {shown} of {len(everything)} ", base))
        if unusual := arrangement_words(state):
            words.append(Segment(f" {', '.join(unusual)} ", base))
        return words

    def _titles(self, width: int, state: Arrangement, *, with_server: bool) -> Iterator[Segment]:
        """The titles above one column of lines; the one that is sorted by is underlined."""
        base, glyphs = self.background, self.theme_styles.glyphs
        columns = columns_of(width, with_server=with_server)
        yield self._plain(" ")
        for column in columns:
            text = title_of(column, glyphs)
            self._sorts.append((len(text), column.sort))
            if column.sort and column.sort == state.sort:
                yield from _underlined(text, base)
            else:
                yield Segment(text, base)
        used = EDGE_AND_GAP - 1 + sum(column.width for column in columns)
        yield self._plain(" " * (width - used))

    def _plain(self, blank: str) -> Segment:
        self._sorts.append((len(blank), ""))
        return Segment(blank, self.background)

    def on_click(self, event: events.Click) -> None:
        """Sort by the column under the pointer."""
        x = event.x
        for width, sort in self._sorts:
            if x < width:
                if sort:
                    self.post_message(self.Clicked(sort))
                return
            x -= width


def _whole(titles: list[Segment], room: int, fill: Style) -> list[Segment]:
    """As many whole titles as fit, filled up with blanks."""
    kept: list[Segment] = []
    for title in titles:
        if title.cell_length > room:
            break
        kept.append(title)
        room -= title.cell_length
    return [*kept, Segment(" " * room, fill)]


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
    "wait": "by wait",
    "queue": "by queue",
    "changed": "by last change",
}


def arrangement_words(state: Arrangement) -> list[str]:
    """Order and grouping in words, without the usual ones."""
    words = []
    if state.sort != "worst" or state.descending:
        turned = ", reversed" if state.descending else ""
        words.append(f"{_SORT_WORDS[state.sort]}{turned}")
    if state.grouping != "none":
        words.append(f"grouped by {state.grouping}")
    return words
