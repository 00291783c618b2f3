"""The one thing a wall without answers has to say, large enough to be seen from afar."""

from rich.segment import Segment

from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.view import View
from wallboard.ui.screen.header import silence_of
from wallboard.ui.wall.big_digits import big, clock_of
from wallboard.ui.widgets.lines import Lines

LEAST_HEIGHT = 18
"""Lines of the terminal below which the time is said in ordinary letters."""


class Silence(Lines):
    """Says for how long there has been no answer; no line at all while there are answers."""

    DEFAULT_CSS = "Silence { height: auto; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "outage")

    def show(self, view: View) -> None:
        """Draw it for this picture."""
        seconds = silence_of(view)
        if seconds is None:
            self.put([])
            return
        lines = ["NO ANSWER FOR"]
        if self.app.size.height >= LEAST_HEIGHT:
            lines = ["", *lines, "", *big(clock_of(seconds), self.theme_styles.glyphs.block), ""]
        else:
            lines = [f"NO ANSWER FOR {clock_of(seconds)}"]
        width = self.size.width or self.app.size.width
        self.put([[Segment(f"{line:^{width}}"[:width], self.background)] for line in lines])
