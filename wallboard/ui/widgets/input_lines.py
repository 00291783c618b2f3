"""The input lines in which a filter or a search is typed."""

from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.widgets import Input


class TypedLine(Input):
    """An input line that joins all lines of a paste; Textual drops all but the first."""

    def on_paste(self, event: events.Paste) -> None:
        """Join the pasted lines; ring the bell if they do not fit."""
        event.text = " ".join(event.text.splitlines()).strip()
        selected = len(self.selected_text)
        if self.max_length and len(self.value) - selected + len(event.text) > self.max_length:
            self.app.bell()


MOST_CHARACTERS = 200


class FilterLine(TypedLine):
    """A filter line. Enter keeps the filter, Escape restores the previous one."""

    DEFAULT_CSS = """
    FilterLine { dock: bottom; height: 1; border: none; padding: 0 1; background: $surface;
                 color: $foreground; }
    FilterLine:focus { border: none; }
    """

    BINDINGS = [
        Binding("enter", "close(True)", "Apply", priority=True, id="keep_filter"),
        Binding("escape", "close(False)", "Cancel", priority=True, id="undo_filter"),
    ]

    class Closed(Message):
        """The line was closed; ``text`` is the filter to use."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__(
            placeholder="filter: text, regex, verdict: level: alarm: group: server: id:  ! inverts",
            compact=True,
            max_length=MOST_CHARACTERS,
            select_on_focus=False,
        )
        self.cursor_blink = False
        self.display = False
        self._before = ""

    def open(self, before: str) -> None:
        """Show the line with the current filter."""
        self._before = self.value = before
        self.cursor_position = len(before)
        self.display = True

    def action_close(self, keep: bool) -> None:
        """Close the line."""
        self.post_message(self.Closed(self.value if keep else self._before))


class SearchLine(TypedLine):
    """A search line. The screen handles Enter, to keep the search, and Escape, to clear it."""

    DEFAULT_CSS = """
    SearchLine { height: 1; border: none; padding: 0 1; background: $surface;
                 color: $foreground; }
    SearchLine:focus { border: none; }
    """

    def __init__(self, hint: str = "find in the body: text or regex") -> None:
        super().__init__(
            placeholder=hint,
            compact=True,
            max_length=MOST_CHARACTERS,
            select_on_focus=False,
        )
        self.cursor_blink = False
        self.display = False

    def open(self, before: str) -> None:
        """Show the line with the current search."""
        self.value = before
        self.cursor_position = len(before)
        self.display = True
