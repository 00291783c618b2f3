"""The input lines in which a filter or a search is typed."""

from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.widgets import Input


class TypedLine(Input):
    """Takes all lines of a paste, where Textual takes the first and drops the others unsaid."""

    def on_paste(self, event: events.Paste) -> None:
        """Make one line of what is pasted; what has no room rings the bell, and is not taken."""
        event.text = " ".join(event.text.splitlines()).strip()
        selected = len(self.selected_text)
        if self.max_length and len(self.value) - selected + len(event.text) > self.max_length:
            self.app.bell()


MOST_CHARACTERS = 200


class FilterLine(TypedLine):
    """A filter while it is written. Enter keeps it, Escape takes the one before."""

    DEFAULT_CSS = """
    FilterLine { dock: bottom; height: 1; border: none; padding: 0 1; background: $surface;
                 color: $foreground; }
    FilterLine:focus { border: none; }
    """

    BINDINGS = [
        Binding("enter", "close(True)", "Keep the filter", priority=True, id="keep_filter"),
        Binding("escape", "close(False)", "As before", priority=True, id="undo_filter"),
    ]

    class Closed(Message):
        """The operator is done; ``text`` is the filter to keep."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__(
            placeholder="text, expression, verdict: group: server: level: id:   ! inverts",
            compact=True,
            max_length=MOST_CHARACTERS,
            select_on_focus=False,
        )
        self.cursor_blink = False
        self.display = False
        self._before = ""

    def open(self, before: str) -> None:
        """Show the line with the filter in force, to be changed or kept."""
        self._before = self.value = before
        self.cursor_position = len(before)
        self.display = True

    def action_close(self, keep: bool) -> None:
        """Leave the line."""
        self.post_message(self.Closed(self.value if keep else self._before))


class SearchLine(TypedLine):
    """A search while it is written. Enter keeps it, Escape clears it; both are the screen's."""

    DEFAULT_CSS = """
    SearchLine { height: 1; border: none; padding: 0 1; background: $surface;
                 color: $foreground; }
    SearchLine:focus { border: none; }
    """

    def __init__(self) -> None:
        super().__init__(
            placeholder="search in the body: text or expression",
            compact=True,
            max_length=MOST_CHARACTERS,
            select_on_focus=False,
        )
        self.cursor_blink = False
        self.display = False

    def open(self, before: str) -> None:
        """Show the line with the search in force, to be changed or kept."""
        self.value = before
        self.cursor_position = len(before)
        self.display = True
