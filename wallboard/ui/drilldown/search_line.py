"""The line in which a search is typed; the body follows every key."""

from wallboard.ui.widgets.typed_line import TypedLine

MOST_CHARACTERS = 200


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
