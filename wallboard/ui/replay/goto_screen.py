"""Asks for a time to go to, or for the top of what is shown."""

import time

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from wallboard.parse_time import FORMS, MomentError, moment
from wallboard.report.words.figures import repeated_hour
from wallboard.ui.look.text import safe, span
from wallboard.ui.terminal.screen import CellScreen
from wallboard.ui.widgets.input_lines import TypedLine

MOST_CHARACTERS = 60

TOP = "g"
"""What is returned for a second ``g``, which takes the place of a time."""


class GoToScreen(ModalScreen[float | str | None], CellScreen[float | str | None]):
    """Returns Unix time in seconds, ``TOP``, or ``None`` to stay."""

    DEFAULT_CSS = """
    GoToScreen { align: center bottom; background: transparent; }
    GoToScreen > Input, GoToScreen > Input:focus { height: 1; border: none; padding: 0 1;
                                                   background: $surface; color: $foreground; }
    GoToScreen > Static { height: auto; max-height: 3; padding: 0 1; background: $surface;
                          color: $foreground; }
    """

    BINDINGS = [
        Binding("enter", "go", "Go to this time", id="go_there"),
        Binding("escape", "dismiss", "Cancel", priority=True, id="close"),
    ]

    def __init__(self, now: float) -> None:
        """``now`` is the time to which ``-2h`` is relative."""
        super().__init__()
        self._now = now
        self._line = TypedLine(
            placeholder="go to: 14:32, yesterday 14:32, -2h   (g: top)",
            compact=True,
            max_length=MOST_CHARACTERS,
            select_on_focus=False,
        )
        self._line.cursor_blink = False
        self._hint = Static(f"e.g. {FORMS}", markup=False)

    def compose(self) -> ComposeResult:
        """The hint and the input line."""
        yield self._hint
        yield self._line

    def on_key(self, event: events.Key) -> None:
        """Take keys that arrived before the input line had the focus."""
        if event.character and event.is_printable:
            self._line.insert_text_at_cursor(event.character)
            event.stop()

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        if message.value == TOP:
            self.dismiss(TOP)
        else:
            self._hint.update(self._understood(message.value))

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        self.action_go()

    def action_go(self) -> None:
        """Return the typed time, if it is one."""
        try:
            at = moment(self._line.value, self._now)
        except MomentError as error:
            self._hint.update(safe(str(error)))
        else:
            self.dismiss(at)

    def _understood(self, text: str) -> str:
        """The time that was typed, or examples."""
        try:
            at = moment(text, self._now)
        except MomentError:
            return f"e.g. {FORMS}"
        when = time.strftime("%a %d %b %Y %H:%M:%S", time.localtime(at)) + repeated_hour(at)
        away = self._now - at
        return f"{when}, {span(abs(away))} {'ago' if away >= 0 else 'ahead'}; Enter goes there"
