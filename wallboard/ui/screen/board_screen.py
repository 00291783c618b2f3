"""The frame that the screens of the board share: header, banner, time strip and keys."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widget import Widget

from wallboard.domain.endpoint import EntryPointKey
from wallboard.ui.look.terminal_abilities import LEAST_HEIGHT, LEAST_WIDTH
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.view import View
from wallboard.ui.picture.window import Window
from wallboard.ui.screen.banner import Banner, Passing
from wallboard.ui.screen.header import BoardHeader
from wallboard.ui.screen.time_strip import TimeStrip
from wallboard.ui.screen.too_small import TooSmall
from wallboard.ui.terminal.screen import PromptScreen
from wallboard.ui.widgets.key_bar import KeyBar


class BoardScreen(PromptScreen[object]):
    """A screen with header, banner and keys; a subclass gives the widgets between."""

    DEFAULT_CSS = """
    BoardScreen { layout: vertical; background: $background; layers: default passing; }
    BoardScreen > TooSmall { display: none; height: 1fr; }
    BoardScreen.-too-small > * { display: none; }
    BoardScreen.-too-small > TooSmall { display: block; }
    """

    REACHED_BY: ClassVar[str] = ""
    """The action that opens this screen, which the key bar leaves out on it."""

    BINDINGS = [
        # Priority: keys typed right after it must already go into the line.
        Binding("g", "go_to", "Go to a time", show=False, priority=True, id="go_to"),
    ]

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__()
        self.theme_styles = theme
        self.view: View | None = None
        self._focused_before: Widget | None = None

    def compose(self) -> ComposeResult:
        """Header, banner, what the subclass shows, and the keys."""
        yield BoardHeader(self.theme_styles)
        yield Banner(self.theme_styles)
        yield from self.parts()
        yield TimeStrip(self.theme_styles)
        yield KeyBar(self.theme_styles)
        yield Passing(self.theme_styles)
        yield TooSmall(self.theme_styles)

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme, for widgets mounted later."""
        self.theme_styles = theme

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether an action is allowed: the app decides for all screens."""
        # Only input lines have a cursor; their class is imported when one is opened.
        if action == "go_to" and hasattr(self.focused, "cursor_position"):
            return False
        return self.app.check_action(action, parameters)

    async def action_go_to(self) -> None:
        """Ask for a time to go to."""
        await self.app.run_action("go_to")

    def parts(self) -> list[Widget]:
        """The widgets between banner and keys."""
        return [Vertical()]

    def entry_point_in_full(self) -> EntryPointKey | None:
        """The entry point of a drill-down; ``None`` on other screens."""
        return None

    def window_in_full(self) -> Window | None:
        """The window of the states of that entry point."""
        return None

    def select_entry_point(self, key: EntryPointKey) -> None:
        """Select an entry point, if this screen has a selection."""

    def show(self, view: View) -> None:
        """Show this view."""
        self.view = view
        if self.has_class("-too-small"):
            return
        self.query_one(BoardHeader).show(view)
        self.query_one(Banner).show(view)
        self.query_one(Passing).show(view)
        self.query_one(TimeStrip).show(view)

    def on_resize(self) -> None:
        """Draw the board for the new size, or a message if the terminal is too small."""
        width, height = self.app.size
        too_small = width < LEAST_WIDTH or height < LEAST_HEIGHT
        # A hidden widget loses the focus, and does not get it back by itself.
        if too_small:
            self._focused_before = self.focused or self._focused_before
        elif self.focused is None and self._focused_before:
            self.call_after_refresh(self.set_focus, self._focused_before)
        self.set_class(too_small, "-too-small")
        if too_small:
            self.query_one(TooSmall).say(width, height)
        elif self.view:
            self.call_after_refresh(self.show, self.view)
