"""What is shown where the terminal is too small for the board."""

from rich.segment import Segment

from wallboard.ui.look.terminal_abilities import LEAST_HEIGHT, LEAST_WIDTH
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets.lines import Lines


class TooSmall(Lines):
    """Shown when the terminal is too small for the board."""

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "screen")

    def say(self, width: int, height: int) -> None:
        """Show the size of the terminal and the least size needed."""
        by = self.theme_styles.glyphs.times
        words = (
            "Terminal too small",
            f"{width}{by}{height}",
            f"needs {LEAST_WIDTH}{by}{LEAST_HEIGHT}",
        )
        self.put([[Segment(text, self.background)] for text in words])
