"""The line in which a search is typed; the body follows every key."""

from textual.widgets import Input

MOST_CHARACTERS = 200


class SearchLine(Input):
    """A search while it is written. Enter keeps it, Escape clears it; both are the screen's."""

    DEFAULT_CSS = """
    SearchLine { dock: bottom; height: 1; border: none; padding: 0 1; background: $surface;
                 color: $foreground; }
    SearchLine:focus { border: none; }
    """

    def __init__(self, before: str) -> None:
        """``before`` is the search in force, to be changed or kept."""
        super().__init__(
            before,
            placeholder="search in the body: text or expression",
            compact=True,
            max_length=MOST_CHARACTERS,
            select_on_focus=False,
        )
        self.cursor_blink = False
