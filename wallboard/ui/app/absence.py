"""What changed while nobody looked at this terminal, by its reports of the focus."""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from textual.binding import Binding

from wallboard.domain.change import Change, Subject
from wallboard.frozen import frozen
from wallboard.live import LiveBoard
from wallboard.report.words.figures import clock, minute
from wallboard.settings import Settings
from wallboard.ui.app.open_screens import ScreenOpeningApp
from wallboard.ui.screen.board_screen import BoardScreen
from wallboard.ui.widgets.status_words import change_words


@frozen
class Unseen:
    """The changes since ``since``, oldest first, of which the first ``passed`` were gone through.

    ``since`` is Unix time in seconds.
    """

    since: float
    changes: tuple[Change, ...]
    passed: int = 0

    def words(self, now: float) -> str:
        """``3 changes since you looked (02:10)``, and how to go through them."""
        count = len(self.changes)
        changes = f"{count:,} change{'' if count == 1 else 's'}"
        return f"{changes} since you looked ({minute(self.since, now)}), C: go through"


class Absence:
    """Remembers when the terminal lost the focus, and what changed until it came back."""

    def __init__(self) -> None:
        self._left_at: float | None = None
        self.unseen: Unseen | None = None

    def leave(self, now: float) -> None:
        """The terminal has lost the focus; ``now`` is Unix time in seconds."""
        if self._left_at is None:
            self._left_at = now

    def come_back(self, events: Iterable[Change]) -> None:
        """It has the focus again; ``events`` are the last changes of the board."""
        since, self._left_at = self._left_at, None
        if since is None:
            return
        changes = tuple(one for one in events if one.at > since and _shows(one))
        self.unseen = Unseen(since, changes) if changes else None

    def next_change(self) -> tuple[Change, str] | None:
        """The change to look at next, and that it is ``2 of 3``; after the last there is none."""
        unseen = self.unseen
        if unseen is None:
            return None
        number, count = unseen.passed + 1, len(unseen.changes)
        self.unseen = replace(unseen, passed=number) if number < count else None
        return unseen.changes[number - 1], f"{number} of {count}"

    def forget(self) -> None:
        """Be done with what was not seen."""
        self.unseen = None


class AbsenceApp(ScreenOpeningApp):
    """An app that says what changed while nobody looked, and has a key through it."""

    BINDINGS = [
        Binding("C", "unseen", "Go through the changes since you looked", show=False, id="unseen"),
    ]  # fmt: skip

    live: LiveBoard

    def __init__(
        self, settings: Settings, asked: str | None, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(settings, asked, clock)
        self.absence = Absence()

    def on_app_blur(self) -> None:
        """The terminal has lost the focus: nobody looks."""
        self.absence.leave(self.clock())

    def on_app_focus(self) -> None:
        """Somebody looks again."""
        self.absence.come_back(self.live.snapshot().events)
        self.tick()

    def action_unseen(self) -> None:
        """Select the next entry point of those that changed while nobody looked."""
        found = self.absence.next_change()
        if found is None:
            self.say("Nothing has changed since you looked.")
            return
        while len(self.screen_stack) > 1:
            self.screen.dismiss(None)
        self.replay_session.leave()
        change, place = found
        points = self.live.snapshot().entry_points
        keys = (key for key in points if key.server == change.server)
        wall, key = self.screen_stack[0], change.key or next(keys, None)
        if key and isinstance(wall, BoardScreen):
            wall.select_entry_point(key)
        status = points.get(change.key) if change.key else None
        words = change_words(change, status, self.board_theme.glyphs)
        self.say(f"{place}: {clock(change.at, self.clock())} {words}")


def _shows(change: Change) -> bool:
    """Whether a change is one of a tile or a server, not of a single endpoint."""
    return change.subject is not Subject.ENDPOINT
