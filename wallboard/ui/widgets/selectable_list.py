"""A list of which one line is selected; only visible lines are drawn."""

from abc import abstractmethod
from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from wallboard.ui.look.theme import BoardTheme

Row = TypeVar("Row")


class SelectableList(ScrollView, Generic[Row], can_focus=True, inherit_bindings=False):
    """The selection stays with its line once the operator has moved it."""

    DEFAULT_CSS = """
    SelectableList { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1;
                     scrollbar-gutter: stable; background: $background; }
    """

    BINDINGS = [
        Binding("up,k", "move(-1)", "Line up", show=False, id="up"),
        Binding("down,j", "move(1)", "Line down", show=False, id="down"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, id="page_up"),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False, id="page_down"),
        Binding("home", "first", "First line", show=False, id="first"),
        Binding("end", "last", "Last line", show=False, id="last"),
        Binding("enter", "open", "Open", id="open"),
    ]

    class Chosen(Message):
        """Another line was selected."""

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__()
        self.theme_styles = theme
        self.rows: Sequence[Row] = ()
        self._nothing = ""
        self._index = 0
        self._pinned: Row | None = None
        self._clicked: Hashable = None

    @abstractmethod
    def mark_of(self, row: Row) -> Hashable:
        """What makes a line the same one as before."""

    @abstractmethod
    def line_of(self, row: Row, *, chosen: bool) -> list[Segment]:
        """A line as it is drawn."""

    @abstractmethod
    def action_open(self) -> None:
        """Open the selected line."""

    @property
    def chosen(self) -> Row | None:
        """The selected line; ``None`` if there are none."""
        return self.rows[self._index] if self.rows else None

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme."""
        self.theme_styles = theme
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line, or the text for an empty list."""
        index, width = y + self.scroll_offset.y, self.size.width
        base, line = self.theme_styles.ui["screen"], list[Segment]()
        if index < len(self.rows):
            line = self.line_of(self.rows[index], chosen=index == self._index)
        elif not self.rows and y == 0:
            line = [Segment(f" {self._nothing}", base)]
        fill = line[0].style if index < len(self.rows) and line else base
        return Strip(Segment.adjust_line_length(line, width, fill or base), width)

    def on_resize(self) -> None:
        """Keep the selection visible."""
        self._show_chosen()

    def on_click(self, event: events.Click) -> None:
        """Select the clicked line; a second click opens it."""
        index = event.y + self.scroll_offset.y
        if index >= len(self.rows):
            return
        mark, chosen = self.mark_of(self.rows[index]), self.chosen
        again = chosen is not None and mark == self._clicked == self.mark_of(chosen)
        self._choose(index)
        self._clicked = None if again else mark
        if again:
            self.action_open()

    def action_move(self, step: int) -> None:
        """Select another line."""
        self._choose(self._index + step)

    def action_page(self, pages: int) -> None:
        """Move the selection by a page."""
        self._choose(self._index + pages * max(1, self.size.height - 1))

    def action_first(self) -> None:
        """Select the first line and unpin the selection."""
        self._choose(0)
        self._pinned = None

    def action_last(self) -> None:
        """Select the last line."""
        self._choose(len(self.rows) - 1)

    def _choose(self, index: int) -> None:
        if not self.rows:
            return
        self._index = max(0, min(index, len(self.rows) - 1))
        self._pinned = self.rows[self._index]
        self._show_chosen()

    def _show_chosen(self) -> None:
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if not top <= self._index < top + height:
            self._scroll(self._index if self._index < top else self._index - height + 1)
        self.refresh()
        self.post_message(self.Chosen())

    def _scroll(self, y: int) -> None:
        self.scroll_to(y=max(0, y), animate=False, immediate=True)
