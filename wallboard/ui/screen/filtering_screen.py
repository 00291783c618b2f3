"""A screen with a filter line that filters as it is typed."""

from textual.binding import Binding
from textual.message import Message
from textual.widget import Widget

from wallboard.ui.screen.copying_screen import CopyingScreen
from wallboard.ui.screen.header import BoardHeader

MAKE_LINE_SECONDS = 0.2
"""After the first view, because the widget of the line takes long to import."""


class FilteringScreen(CopyingScreen):
    """A subclass gives the filter and applies a new one.

    The line is made in advance and its key has priority, so that keys typed in one burst go into
    the line.
    """

    BINDINGS = [
        Binding("slash", "filter", "Filter", key_display="/", priority=True, id="filter"),
    ]

    @property
    def filter_text(self) -> str:
        """The current filter."""
        return ""

    def use_filter(self, text: str) -> None:
        """Apply another filter."""

    def on_typing(self, now: bool) -> None:
        """Called when typing of a filter begins or ends."""

    def filtered(self) -> Widget | None:
        """The widget that gets the focus back after typing."""
        return None

    def on_mount(self) -> None:
        """Make the filter line in advance."""
        self.set_timer(MAKE_LINE_SECONDS, self._make_line)

    async def action_filter(self) -> None:
        """Type a filter."""
        from wallboard.ui.widgets.input_lines import FilterLine

        await self._make_line()
        line = self.query_one(FilterLine)
        line.open(self.filter_text)
        self.set_focus(line)
        self.on_typing(True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A slash that is typed into the filter is a slash."""
        if action == "filter" and any(line.has_focus for line in self.query("FilterLine")):
            return False
        return super().check_action(action, parameters)

    def on_input_changed(self, event: Message) -> None:
        """Filter as it is typed."""
        if self._is_typing:
            self.use_filter(getattr(event, "value", ""))
            self.paint_soon()

    def on_board_header_filter_clicked(self, event: BoardHeader.FilterClicked) -> None:
        """Filter by the count that was clicked; a second click shows all again."""
        self.close_filter()
        self.use_filter("" if event.text == self.filter_text else event.text)

    def on_filter_line_closed(self, event: Message) -> None:
        """Apply the typed filter, or the previous one."""
        self.close_filter()
        self.use_filter(getattr(event, "text", "").strip())

    def close_filter(self) -> None:
        """Hide the line and return the focus."""
        if self._is_typing:
            self.query_one("FilterLine").display = False
            self.set_focus(self.filtered())
            self.on_typing(False)

    @property
    def _is_typing(self) -> bool:
        return any(line.display for line in self.query("FilterLine"))

    async def _make_line(self) -> None:
        from wallboard.ui.widgets.input_lines import FilterLine

        if not self.query(FilterLine):
            await self.mount(FilterLine())
