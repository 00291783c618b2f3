"""The wallboard app: takes events from a feed, ticks, and hands each view to the screen."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual import events, on
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.driver import Driver
from textual.screen import Screen
from textual.timer import Timer

from wallboard.board import Board
from wallboard.config.reload import ConfigSource, Reload, what_changed
from wallboard.domain.event import RecordedBoard
from wallboard.domain.snapshot import Folded
from wallboard.inheritance import entry_points_of
from wallboard.live import LiveBoard, MakeFeed
from wallboard.live_alarms import LiveAlarms
from wallboard.settings import Settings, longest_interval
from wallboard.threads import ANSWER_SECONDS, in_thread_within, start_in_thread
from wallboard.ui.app.absence import AbsenceApp
from wallboard.ui.app.desktop import Desktop
from wallboard.ui.app.wall_modes import WallModes
from wallboard.ui.look import lite
from wallboard.ui.look.text import safe
from wallboard.ui.picture.arrangement import Arrangement, ArrangementStore, stored_arrangement
from wallboard.ui.picture.view import View
from wallboard.ui.screen.board_screen import BoardScreen
from wallboard.ui.wall.wall_screen import WallScreen
from wallboard.ui.widgets.key_bar import KeyBar

log = logging.getLogger(__name__)

KEYS_AND_CLICKS = (events.Key, events.MouseDown, events.MouseScrollDown, events.MouseScrollUp)
"""Input that counts as a key press in a kiosk."""

LOADING_SECONDS = 1.0
"""After which the drill-down is loaded: the first tiles are shown by then."""


def load_drill_down() -> None:
    """Import the drill-down, and what colours the body in it."""
    from wallboard.ui.drilldown import drilldown_screen  # noqa: F401
    from wallboard.ui.widgets.body_view import highlighted

    for line in ("<a/>", "{}"):
        highlighted(line)


class WallboardApp(AbsenceApp):
    """The board in a terminal."""

    TITLE = "wallboard"
    ENABLE_COMMAND_PALETTE = False

    BINDINGS = [
        Binding("e", "events", "Events", id="events"),
        Binding("r", "poll_now", "Poll", id="poll_now"),
        Binding("space", "freeze", "Freeze", key_display="spc", id="freeze"),
        Binding("space", "unfreeze", "Unfreeze", key_display="spc", id="freeze"),
        Binding("space", "play", "Play", key_display="spc", id="play"),
        Binding("space", "pause", "Pause", key_display="spc", id="play"),
        Binding("question_mark", "help", "Help", key_display="?", id="help"),
        Binding("ctrl+p", "commands", "Commands", show=False, id="commands"),
        Binding("t", "themes", "Theme", show=False, id="themes"),
        Binding("v", "survey", "Submit a survey", show=False, id="survey"),
        Binding("H", "handover", "Hand over the shift", show=False, id="handover"),
        Binding("D", "doctor", "Doctor: check the connection", show=False, id="doctor"),
        Binding("M", "messages", "Read all messages", show=False, id="messages"),
        Binding("x", "dismiss_notices", "Dismiss messages", show=False, id="dismiss_notices"),
        Binding("ctrl+l", "redraw", "Redraw", show=False, id="redraw"),
        Binding("m", "meter", "Show bytes sent per second", show=False, id="meter"),
        Binding(
            "ctrl+z",
            "suspend_process",
            "Suspend to the shell",
            show=False,
            priority=True,
            id="suspend",
        ),
        Binding("q", "quit", "Quit", id="quit"),
        Binding("ctrl+c,ctrl+q", "end", "Quit, even a kiosk", show=False, priority=True),
    ]  # fmt: skip

    def __init__(
        self,
        settings: Settings,
        make_feed: MakeFeed | None = None,
        *,
        board: Board | None = None,
        state: Arrangement | None = None,
        store: ArrangementStore | None = None,
        source: ConfigSource | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``make_feed`` is called, off the main thread, once the first view is shown.

        ``store`` keeps the arrangement that begins as ``state``; ``source`` is where ``settings``
        came from, to follow its edits.
        """
        self.state = state or Arrangement()
        super().__init__(settings, self.state.theme, clock)
        self.live = LiveBoard(settings, make_feed, board=board, source=source, clock=clock)
        self.live.on_folded(self._show_restored)
        self.live.on_edited(self._apply_settings)
        self.modes = WallModes(lambda: self.settings, self.bell, self._bytes_sent)
        self.desktop = Desktop(lambda: self.settings.alarm, self.send_sequence)
        self._store = store
        self._saving: asyncio.Future[None] | None = None
        self._ticking: Timer | None = None
        self._frozen_at: float | None = None
        self._snapshot = self.live.snapshot()

    @property
    def setup_sequence(self) -> str:
        """Keeps the title of the window."""
        return self.desktop.setup

    @property
    def restore_sequence(self) -> str:
        """Brings the title back, and clears the taskbar."""
        return self.desktop.restore

    @property
    def board(self) -> Board:
        """The board that is polled."""
        return self.live.board

    @property
    def alarm_desk(self) -> LiveAlarms:
        """Where alarms are acknowledged and shelved."""
        return self.live.alarms

    def get_default_screen(self) -> Screen[object]:
        """The wall comes first."""
        return self.first_wall()

    def on_mount(self) -> None:
        """Start ticking, and the feed as soon as the first view is shown."""
        self.messages.listen()
        self._shown_on_desktop()
        self.start_ticking()
        if self.settings.keys:
            self.use_keys(self.settings.keys)
        self.call_after_refresh(self.live.start)
        self.set_timer(LOADING_SECONDS, self._load_drill_down, name="load the drill-down")

    def _load_drill_down(self) -> None:
        """Load it beside the loop, so that its first opening need not wait for that."""
        start_in_thread(load_drill_down)

    async def on_unmount(self) -> None:
        """Stop the feed, and remember the arrangement."""
        if store := self._store:
            with suppress(TimeoutError):
                await in_thread_within(lambda: store.save(self.state), ANSWER_SECONDS)
        self.messages.stop_listening()
        await self.replay_session.stop()
        await self.live.stop()

    def _apply_settings(self, before: Settings, settings: Settings) -> None:
        """Apply edited settings."""
        self.settings = settings
        self.replay_session.replace()
        if (settings.theme, settings.lite) != (before.theme, before.lite):
            if self.state.theme is None:
                self.use_theme_named(settings.theme)
        if (settings.ascii, settings.lite) != (before.ascii, before.lite):
            self.use_glyphs_and_colours()
        if lite.refresh_seconds(settings) != lite.refresh_seconds(before):
            self.start_ticking()
        if settings.kiosk != before.kiosk:
            self.switch_kiosk()
        if settings.keys != before.keys:
            self.use_keys(settings.keys)
        self.messages.add_passing(what_changed(before, settings))
        self.tick()

    def _show_restored(self, folded: Folded) -> None:
        """Show a board that is complete at one stroke without waiting for the next tick."""
        if isinstance(folded.event, RecordedBoard):
            self.call_later(self.tick)

    def start_ticking(self) -> None:
        """Tick as often as the settings say, from now on."""
        if self._ticking:
            self._ticking.stop()
        self._ticking = self.set_interval(lite.refresh_seconds(self.settings), self.tick)

    @on(Driver.SignalResume)
    def _tick_after_stop(self) -> None:
        self.desktop.forget()
        self.tick()  # all that is shown has aged meanwhile

    def switch_kiosk(self) -> None:
        """Switch between the kiosk and the ordinary wall."""
        self._close_screens()
        self._frozen_at = None  # a kiosk has no key to unfreeze
        self.replay_session.leave()
        self.exchange_screen(self.first_wall())

    def tick(self) -> None:
        """Show a new view of the board, or the frozen one."""
        self._save_arrangement()
        if self._frozen_at is None:
            self._snapshot = self.live.snapshot()
        self.follow_theme()
        self.modes.tick(self._snapshot, self.clock())
        if self.modes.wall_is_due(self.clock()):
            self._close_screens()
        view = self._shown_on_desktop()
        for screen in reversed(self.screen_stack):
            self._show(screen, view)
            if not screen.is_modal:
                break  # what lies below cannot be seen

    def _shown_on_desktop(self) -> View | None:
        """The view, once the title and all else outside of the text say what it says."""
        try:
            view = self.view()
            self.desktop.update(view)
        except Exception:  # as below
            log.exception("The window's title could not be brought up to date")
            return None
        return view

    def _save_arrangement(self) -> None:
        """Save the arrangement, unless its folder still does not answer."""
        store, state = self._store, self.state
        if store and (self._saving is None or self._saving.done()):
            if store.is_due(state, self.clock()):
                self._saving = start_in_thread(lambda: store.save(state))

    def pop_screen(self) -> AwaitComplete:
        """Leave a screen, and update the one below at once."""
        left = super().pop_screen()
        self.tick()
        return left

    def _show(self, screen: Screen[Any], view: View | None = None) -> None:
        if isinstance(screen, BoardScreen) and screen.is_mounted:
            try:
                screen.show(view or self.view())
            except Exception:  # one screen that cannot be drawn must not take the board down
                log.exception("The screen could not be drawn")

    def use_keys(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        """Assign these keys to these actions; all others keep their default keys."""
        from wallboard.ui.screen.keys import keymap_of

        self.set_keymap(keymap_of(keys))
        for screen in self.screen_stack:
            for bar in screen.query(KeyBar):
                bar.fill()

    def view(self) -> View:
        """The current view."""
        now, status = self.clock(), self.live.status
        view = View(
            title=self.settings.title,
            snapshot=self._snapshot,
            now=now,
            beat=lite.beat(now, self.settings),
            frozen_at=self._frozen_at,
            lag_seconds=status.lag_seconds,
            longest_interval=longest_interval(self.settings),
            messages=(*self.live.problems, *self.messages.texts),
            passing=self.messages.passing,
            unseen=self.absence.unseen.words(now) if self.absence.unseen else "",
            leader=status.leader or "",
            witnesses=len(self.settings.alarm.witness),
            extras=self.modes.extras(now),
        )
        return self.with_recorded(view)

    @property
    def recording_path(self) -> Path | None:
        """Where the board is recorded, if it is."""
        return self.live.status.recording_path

    @property
    def followed_config(self) -> Reload | None:
        """The config whose edits are applied, if there is one."""
        return self.live.config

    def empty_board(self) -> Board:
        """A board of the same entry points without observations."""
        return Board(entry_points_of(self.settings), history=self.settings.history)

    def redraw_screens(self) -> None:
        """Draw every screen in the current theme."""
        for screen in self.screen_stack:
            self._show(screen)

    def on_wall_screen_state_changed(self, message: WallScreen.StateChanged) -> None:
        """Remember how the operator arranged the wall."""
        self.state = replace(message.state, theme=self.state.theme)

    def action_poll_now(self) -> None:
        """Poll the selected entry point now."""
        key = self.selected()
        status = self._snapshot.entry_points.get(key) if key else None
        if key is None or status is None:
            return
        polled, entry_point = self.live.poll_now(key), status.entry_point
        name = safe(entry_point.name or str(key.id))
        feed = self.live.status
        if feed.fleet and feed.leader and not feed.fleet.holder:
            self.say("Not polled: nobody polls at the moment.")
        elif leader := feed.leader:
            self.say(f"Not polled: this board follows {safe(leader)}, which polls {name}.")
        elif not polled:
            self.say(f"Not polled: {name} was polled less than a second ago.")
        elif key.server in {server.server for server in self._snapshot.unreachable}:
            self.say(f"{safe(key.server)} is unreachable: trying it again now.")
        else:
            count = len(entry_point.endpoints)
            self.say(f"Polling {count} endpoint{'' if count == 1 else 's'} of {name}.")

    def action_freeze(self) -> None:
        """Freeze the view while polling goes on."""
        self._freeze(self.clock())

    def action_unfreeze(self) -> None:
        """Show the live board again."""
        self._freeze(None)

    def _freeze(self, at: float | None) -> None:
        self._frozen_at = at
        self.tick()
        self.keys_changed()

    async def on_event(self, event: events.Event) -> None:
        """Report a key press to the kiosk before the key is handled."""
        if isinstance(event, KEYS_AND_CLICKS):
            self.modes.key_pressed(self.screen, self.clock())
        await super().on_event(event)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether an action is allowed; a kiosk allows only those that change the view."""
        if action in {"freeze", "unfreeze"} and (action == "freeze") is self.is_frozen:
            return False
        return self.modes.allows(action) and super().check_action(action, parameters)

    @property
    def is_frozen(self) -> bool:
        """Whether the view stands still while polling goes on."""
        return self._frozen_at is not None

    def _close_screens(self) -> None:
        while len(self.screen_stack) > 1:
            self.screen.dismiss(None)

    def _bytes_sent(self) -> int:
        return self.terminal.bytes_sent if self.terminal else 0

    def action_end(self) -> None:
        """Quit."""
        self.exit()

    def action_meter(self) -> None:
        """Show or hide the rate of bytes sent to the terminal."""
        self.modes.meter.toggle()
        self.tick()

    def action_dismiss_notices(self) -> None:
        """Clear the messages."""
        self.messages.clear()
        self.absence.forget()
        self.tick()


def run_board(
    settings: Settings,
    make_feed: MakeFeed,
    *,
    source: ConfigSource | None = None,
    themed: bool = False,
) -> int:
    """Show the board until the operator or a signal ends it; the exit status.

    With a ``source`` its edits are followed and the arrangement of the board is remembered.
    ``themed`` is true if the theme was chosen on the command line.
    """
    board = source.board if source else None
    store, state, problem = stored_arrangement(board, themed=themed)
    app = WallboardApp(settings, make_feed, state=state, store=store, source=source)
    if problem:
        app.messages.add(problem)
    return app.run_to_end()
