"""The frame that the screens of the board share: header, banner, time strip and keys."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widget import Widget

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.ledger_row import AlarmKey
from wallboard.ui.look.terminal_abilities import LEAST_HEIGHT, LEAST_WIDTH
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.view import View
from wallboard.ui.picture.window import Window
from wallboard.ui.screen.banner import Banner, Passing
from wallboard.ui.screen.header import BoardHeader
from wallboard.ui.screen.time_strip import TimeStrip
from wallboard.ui.screen.too_small import TooSmall
from wallboard.ui.terminal.screen import PromptScreen
from wallboard.ui.widgets.key_bar import Hint, KeyBar

REPLAY_KEYS = (
    Hint(("play",)),
    Hint(("previous_change", "next_change"), "Change"),
    Hint(("step_back", "step_on"), "Step"),
    Hint(("go_to",), "Go to"),
    Hint(("live", "end_of_recording")),
    Hint(("slower", "faster"), "Speed"),
)
"""What the key bar shows first in a replay, on every screen."""

LIVE_KEYS = frozenset({"acknowledge", "acknowledge_all", "shelve", "note"})
"""What the key bar does not show in a replay, where it does nothing."""


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

    MAIN_KEYS: ClassVar[tuple[Hint, ...]] = ()
    """What the key bar shows first on this screen."""

    BINDINGS = [
        # Priority: keys typed right after it must already go into the line.
        Binding("g", "go_to", "Go to a time", show=False, priority=True, id="go_to"),
        Binding("g", "end('first')", "Top of the list", show=False, key_display="gg", id="top"),
        Binding("G", "end('last')", "Bottom of the list", show=False, id="bottom"),
        Binding("q", "leave", "Back", id="leave"),
        Binding("Q", "quit_anywhere", "Quit from any screen", show=False, id="quit_anywhere"),
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
        if action == "leave" and self.is_first:
            return False  # the app has the key that quits
        return self.app.check_action(action, parameters)

    @property
    def is_first(self) -> bool:
        """Whether there is no screen to go back to."""
        return self.app.screen_stack[0] is self

    @property
    def main_keys(self) -> tuple[Hint, ...]:
        """What the key bar shows first; in a replay the keys of the replay before the others."""
        in_replay = self.view is not None and self.view.replay_position is not None
        if not in_replay:
            return self.MAIN_KEYS
        kept = (hint for hint in self.MAIN_KEYS if hint.ids[0] not in LIVE_KEYS)
        return (*REPLAY_KEYS, *kept)

    def action_quit_anywhere(self) -> None:
        """Quit."""
        self.app.exit()

    def action_leave(self) -> None:
        """Go back to the screen below."""
        self.app.pop_screen()

    async def action_end(self, which: str) -> None:
        """Go to the ``first`` or the ``last`` of what has the focus."""
        for active in self.active_bindings.values():
            if active.binding.id == which:
                await self.app.run_action(active.binding.action, active.node)
                return

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

    def alarms_in_hand(self) -> tuple[AlarmKey, ...]:
        """The alarms that the keys of alarms act on: those of what is selected."""
        return ()

    def alarms_shown(self) -> tuple[AlarmKey, ...]:
        """The alarms of all that the filter shows."""
        return ()

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
