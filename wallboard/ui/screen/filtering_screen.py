"""A screen with a filter that is typed while the screen follows every key."""

from textual.binding import Binding
from textual.message import Message
from textual.widget import Widget

from wallboard.ui.screen.copying_screen import EvidenceScreen

MAKE_LINE_SECONDS = 0.2
"""After the first view, for what the line is made of takes longer to load than the wall."""


class FilteringScreen(EvidenceScreen):
    """A subclass says what the filter is, and what a new one changes.

    The line is made before it is asked for, and its key is heard before all others: keys that
    are typed in one burst would otherwise go to what lies below it.
    """

    BINDINGS = [
        Binding("slash", "filter", "Filter", key_display="/", priority=True, id="filter"),
    ]

    @property
    def filter_text(self) -> str:
        """The filter in force."""
        return ""

    def use_filter(self, text: str) -> None:
        """Go by another filter."""

    def typing(self, now: bool) -> None:
        """Take notice that a filter is being typed, or no longer."""

    def filtered(self) -> Widget | None:
        """What gets the keys when the filter is typed."""
        return None

    def on_mount(self) -> None:
        """Make the line in good time."""
        self.set_timer(MAKE_LINE_SECONDS, self._make_line)

    async def action_filter(self) -> None:
        """Type a filter."""
        from wallboard.ui.widgets.input_lines import FilterLine

        await self._make_line()
        line = self.query_one(FilterLine)
        line.open(self.filter_text)
        self.set_focus(line)
        self.typing(True)

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

    def on_filter_line_closed(self, event: Message) -> None:
        """Keep what was typed or what was there before."""
        self.close_filter()
        self.use_filter(getattr(event, "text", "").strip())

    def close_filter(self) -> None:
        """Put the line away and give the keys back."""
        if self._is_typing:
            self.query_one("FilterLine").display = False
            self.set_focus(self.filtered())
            self.typing(False)

    @property
    def _is_typing(self) -> bool:
        return any(line.display for line in self.query("FilterLine"))

    async def _make_line(self) -> None:
        from wallboard.ui.widgets.input_lines import FilterLine

        if not self.query(FilterLine):
            await self.mount(FilterLine())
