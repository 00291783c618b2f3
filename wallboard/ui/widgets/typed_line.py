"""A line to type in."""

from textual import events
from textual.widgets import Input


class TypedLine(Input):
    """Takes all lines of a paste, where Textual takes the first and drops the others unsaid."""

    def on_paste(self, event: events.Paste) -> None:
        """Make one line of what is pasted; what has no room rings the bell, and is not taken."""
        event.text = " ".join(event.text.splitlines()).strip()
        selected = len(self.selected_text)
        if self.max_length and len(self.value) - selected + len(event.text) > self.max_length:
            self.app.bell()
