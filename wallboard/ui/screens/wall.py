"""The wall: every entry point at a glance."""

from textual.widget import Widget

from wallboard.ui.screens.board import BoardScreen
from wallboard.ui.theme import BoardTheme
from wallboard.ui.view import View
from wallboard.ui.widgets.grid import WallGrid


class WallScreen(BoardScreen):
    """Header, banner and a grid of tiles."""

    AUTO_FOCUS = "WallGrid"

    def __init__(self, theme: BoardTheme, first: View) -> None:
        super().__init__(theme)
        self.view = first
        self.grid = WallGrid(theme, first)

    def parts(self) -> list[Widget]:
        """The grid alone."""
        return [self.grid]

    def show(self, view: View) -> None:
        """Show this picture."""
        super().show(view)
        self.grid.show(view)
