"""The keys of a replay and their actions."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding

from wallboard.board import Board
from wallboard.domain.change import Change
from wallboard.domain.endpoint import EntryPointKey
from wallboard.settings import Settings
from wallboard.ui.picture.view import View
from wallboard.ui.replay.replay_session import ReplaySession
from wallboard.ui.screen.board_screen import BoardScreen
from wallboard.ui.screen.styled_app import StyledApp
from wallboard.ui.screen.time_strip import TimeStrip, slices_in

_ONLY_IN_REPLAY = frozenset({"play", "pause", "go_live", "speed"})
_ONLY_LIVE = frozenset({"freeze", "unfreeze", "poll_now", "doctor"})


class ReplayKeysApp(StyledApp):
    """An app that can show a recorded moment; a subclass says where the recording is."""

    BINDINGS = [
        Binding("less_than_sign", "change(-1)", "Previous change", show=False,
                id="previous_change"),
        Binding("greater_than_sign", "change(1)", "Next change", show=False, id="next_change"),
        Binding("comma", "interval(-1)", "Step back", show=False, id="step_back"),
        Binding("full_stop", "interval(1)", "Step forward", show=False, id="step_on"),
        Binding("plus,equals_sign", "speed(1)", "Play faster", show=False, id="faster"),
        Binding("minus", "speed(-1)", "Play slower", show=False, id="slower"),
        Binding("L", "go_live", "Live", id="live"),
        Binding("L", "go_end", "End", id="end_of_recording"),
    ]  # fmt: skip

    HAS_LIVE_BOARD: ClassVar[bool] = True
    """Whether there is a live board to return to."""

    def __init__(
        self, settings: Settings, asked: str | None, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(settings, asked, clock)
        self.replay_session = ReplaySession(self, lambda: self.recording_path)
        self._replaying = (False, False)

    @property
    def recording_path(self) -> Path | None:
        """The recording of the board, if there is one."""
        return None

    def empty_board(self) -> Board:
        """A board of the same entry points without observations."""
        raise NotImplementedError

    def tick(self) -> None:
        """Draw the current view."""
        raise NotImplementedError

    def with_recorded(self, view: View) -> View:
        """The view of the replay, if one is shown, with the recorded past of the entry point."""
        top = self._top_board_screen()
        shown = self.replay_session.shown(
            view,
            self._entry_point_in_full(),
            slices_in(self.size.width),
            top.window_in_full() if top else None,
        )
        position = shown.replay_position
        replaying = (position is not None, position is not None and position.playing)
        if replaying != self._replaying:
            self._replaying = replaying
            self.call_later(self.keys_changed)
        return shown

    def keys_changed(self) -> None:
        """Show the keys that do something now."""
        for screen in self.screen_stack if self._screen_stack else ():
            screen.refresh_bindings()

    def say(self, words: str) -> None:
        """Show a passing message."""
        self.messages.add_passing(words)
        self.tick()

    def show_change(self, change: Change) -> None:
        """Describe the change to which the replay jumped, and select its entry point."""
        from wallboard.ui.widgets.status_words import change_words

        screen = self._top_board_screen()
        if screen is None or screen.view is None:
            return
        statuses, glyphs = screen.view.snapshot.entry_points, self.board_theme.glyphs
        status = statuses.get(change.key) if change.key else None
        if change.key:
            screen.select_entry_point(change.key)
        self.say(change_words(change, status, glyphs))

    def on_time_strip_seek_requested(self, message: TimeStrip.SeekRequested) -> None:
        """Jump to the moment that was clicked."""
        self.replay_session.ask(lambda feed: feed.seek(message.at))

    def action_go_to(self) -> None:
        """Ask for a time, and jump to it."""
        from wallboard.ui.replay.goto_screen import TOP, GoToScreen

        async def chosen(answer: float | str | None) -> None:
            if answer == TOP:
                await self.run_action("end('first')", self.screen)
            elif isinstance(answer, float):
                self.replay_session.ask(lambda feed: feed.seek(answer))

        if not isinstance(self.screen, GoToScreen):
            self.push_screen(GoToScreen(self.newest_moment()), chosen)

    def newest_moment(self) -> float:
        """The moment to which ``-2h`` is relative, Unix time in seconds."""
        return self.clock()

    def action_change(self, steps: int) -> None:
        """Jump to the next or previous change; in the drill-down, of its entry point."""
        key = self._entry_point_in_full()
        if steps > 0 and not self.replay_session.active:
            self.say("Already live: there is nothing after now.")
        else:
            self.replay_session.ask(lambda feed: feed.to_change(steps, {key} if key else None))

    def action_interval(self, steps: int) -> None:
        """Step one polling interval forward or back."""
        if steps > 0 and not self.replay_session.active:
            self.say("Already live: there is nothing after now.")
        else:
            self.replay_session.ask(lambda feed: feed.step(steps))

    def action_play(self) -> None:
        """Play from here on."""
        self.replay_session.ask(lambda feed: feed.play())

    def action_pause(self) -> None:
        """Stay here."""
        self.replay_session.ask(lambda feed: feed.pause())

    def action_speed(self, steps: int) -> None:
        """Play faster or slower."""
        self.replay_session.ask(lambda feed: feed.faster(steps))

    def action_go_live(self) -> None:
        """Return to the live board."""
        self.replay_session.leave()
        self.garbage_collection.all_soon()
        self.tick()

    def action_go_end(self) -> None:
        """Jump to the end of the recording."""
        self.replay_session.ask(lambda feed: feed.to_end())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key has an effect in the replay or the live board."""
        if action in _ONLY_IN_REPLAY and not self.replay_session.active:
            return False
        if action in _ONLY_LIVE and (self.replay_session.active or not self.HAS_LIVE_BOARD):
            return False
        if action in {"play", "pause"} and (action == "pause") is not self._replaying[1]:
            return False
        if action == ("go_end" if self.HAS_LIVE_BOARD else "go_live"):
            return False
        return super().check_action(action, parameters)

    def _top_board_screen(self) -> BoardScreen | None:
        """The uppermost screen that shows the board."""
        screens = reversed(self.screen_stack if self._screen_stack else [])
        return next((screen for screen in screens if isinstance(screen, BoardScreen)), None)

    def _entry_point_in_full(self) -> EntryPointKey | None:
        screen = self._top_board_screen()
        return screen.entry_point_in_full() if screen else None
