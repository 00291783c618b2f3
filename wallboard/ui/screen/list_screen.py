"""A screen with a list below its heads, the selected line in full below it, and a filter."""

from abc import abstractmethod

from textual.message import Message
from textual.widget import Widget

from wallboard.domain.endpoint import EntryPointKey
from wallboard.query import Query, parse
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.view import View
from wallboard.ui.screen.filtering_screen import FilteringScreen
from wallboard.ui.widgets.lines import Lines


class ListScreen(FilteringScreen):
    """A subclass gives the list and what it shows of a view.

    ``narrowed`` says that something beside the filter hides lines; Escape ends both.
    """

    class EntryPointOpened(Message):
        """The operator opened the entry point of a line."""

        def __init__(self, key: EntryPointKey) -> None:
            super().__init__()
            self.key = key

    def __init__(self, theme: BoardTheme, first: View) -> None:
        super().__init__(theme)
        self.view = first
        self.query_now: Query = parse("")
        self.narrowed = False
        self._heads = Lines(theme, "header", classes="heads")
        self._detail = Lines(theme, "tile", classes="detail")

    @abstractmethod
    def filtered(self) -> Widget:
        """The list."""

    @abstractmethod
    def _show_detail(self) -> None:
        """Show the selected line in full."""

    def parts(self) -> list[Widget]:
        """The titles, the list, and the selected line in full."""
        return [self._heads, self.filtered(), self._detail]

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme."""
        super().restyle(theme)
        self._redraw()

    def on_selectable_list_chosen(self) -> None:
        """Show the newly selected line in full."""
        self._show_detail()

    @property
    def filter_text(self) -> str:
        """The current filter."""
        return self.query_now.text

    def use_filter(self, text: str) -> None:
        """Show only the lines that match this filter."""
        if text != self.query_now.text:
            self.query_now = parse(text)
            self._redraw()

    def action_narrow(self) -> None:
        """Hide the lines that matter less, or show them again."""
        self.narrowed = not self.narrowed
        self._redraw()

    def action_back(self) -> None:
        """Clear the filter, or leave if there is none."""
        self.close_filter()
        if self.query_now.text or self.narrowed:
            self.query_now, self.narrowed = parse(""), False
            self._redraw()
        else:
            self.app.pop_screen()

    def _redraw(self) -> None:
        if self.view:
            self.show(self.view)
