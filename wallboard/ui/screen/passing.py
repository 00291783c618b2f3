"""The answer to a key that was just pressed: it lies over the board and moves nothing."""

from rich.segment import Segment

from wallboard.ui.look.text import safe
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.view import View
from wallboard.ui.widgets.lines import Lines, whole_words

MOST_LINES = 4


class Passing(Lines):
    """A message of a few lines, for as long as there is one."""

    DEFAULT_CSS = """
    Passing { layer: passing; dock: bottom; height: auto; }
    Passing.-above-the-strip { margin-bottom: 2; }
    """

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "notice")

    def show(self, view: View) -> None:
        """Draw the message of this picture, whole where it can be."""
        # In the past the strip and its keys are what one steers by.
        self.set_class(view.replay_position is not None, "-above-the-strip")
        text = safe(view.passing)
        lines = list(whole_words(text, self.app.size.width - 2))[:MOST_LINES] if text else []
        self.put([[Segment(f" {line}", self.background)] for line in lines])
