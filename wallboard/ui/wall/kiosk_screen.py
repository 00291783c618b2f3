"""The wall that hangs on a wall: nobody sits at it, so it turns its pages by itself."""

from collections.abc import Callable
from dataclasses import replace

from rich.segment import Segment
from textual.widget import Widget

from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.arrangement import Arrangement
from wallboard.ui.picture.view import Extras, View
from wallboard.ui.screen.board_screen import BoardScreen
from wallboard.ui.screen.header import silence_of
from wallboard.ui.wall.kiosk_grid import KioskGrid
from wallboard.ui.wall.large_tile import big, clock_of
from wallboard.ui.wall.rotation import Rotation, is_paused
from wallboard.ui.wall.wall_screen import WallScreen
from wallboard.ui.widgets.lines import Lines

LEAST_HEIGHT = 18
"""Lines of the terminal below which the time is said in ordinary letters."""


class Silence(Lines):
    """Says for how long there has been no answer; no line at all while there are answers."""

    DEFAULT_CSS = "Silence { height: auto; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "outage")

    def show(self, view: View) -> None:
        """Draw it for this view."""
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


class KioskScreen(WallScreen):
    """The wall without a footer, page by page."""

    DEFAULT_CSS = "KioskScreen > KeyBar { display: none; }"

    def __init__(
        self,
        theme: BoardTheme,
        first: View,
        state: Arrangement,
        rotate_seconds: Callable[[], float],
    ) -> None:
        """``rotate_seconds`` gives how long a page stands, which may change at any time."""
        super().__init__(theme, first, state)
        self.grid: KioskGrid = KioskGrid(theme, first, state, self.query_now)
        self._rotate_seconds = rotate_seconds
        self._rotation = Rotation(rotate_seconds())

    def parts(self) -> list[Widget]:
        """The parts of a wall, below what it says when nothing answers."""
        return [Silence(self.theme_styles), *super().parts()]

    def show(self, view: View) -> None:
        """Show this view, and the page whose turn it is."""
        self.grid.show(view)
        BoardScreen.show(self, replace(view, extras=self._paged(view)))
        self._show_arrangement()
        if not self.has_class("-too-small"):
            self.query_one(Silence).show(view)

    def touched(self) -> None:
        """Somebody is at the keys: leave the page to them."""
        self.grid.walk()

    def _paged(self, view: View) -> Extras:
        """Turn to the page whose turn it is; what to say of it."""
        extras, pages = view.extras, self.grid.pages
        self._rotation.seconds = self._rotate_seconds()
        if is_paused(extras.touched_at, view.now):
            number, held = self.grid.page_in_sight(), "paused"
        else:
            number = self._rotation.go(view.now, pages, extras.newly_critical)
            held = "new" if extras.newly_critical else ""
            self.grid.turn_to(pages[number] if pages else None)
        if len(pages) < 2:
            return extras
        return replace(extras, page=(number + 1, len(pages)), page_held=held)
