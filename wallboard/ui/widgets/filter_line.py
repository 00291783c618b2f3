"""The line in which a filter is typed; the wall follows every key."""

from textual.binding import Binding
from textual.message import Message

from wallboard.ui.widgets.typed_line import TypedLine

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
