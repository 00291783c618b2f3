"""The answer to a key that was just pressed: it lies over the last rows and moves nothing."""

from rich.segment import Segment

from wallboard.ui.text import safe
from wallboard.ui.theme import BoardTheme
from wallboard.ui.view import View
from wallboard.ui.widgets.lines import Lines, whole_words

MOST_LINES = 4


class Passing(Lines):
    """A message of a few lines, for as long as there is one."""

    DEFAULT_CSS = "Passing { layer: passing; dock: bottom; height: auto; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "notice")

    def show(self, view: View) -> None:
        """Draw the message of this picture, whole where it can be."""
        text = safe(view.passing)
        lines = list(whole_words(text, self.app.size.width - 2))[:MOST_LINES] if text else []
        self.put([[Segment(f" {line}", self.background)] for line in lines])
