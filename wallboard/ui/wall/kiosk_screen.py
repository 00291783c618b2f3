"""The kiosk: a wall that turns its pages by itself."""

from collections.abc import Callable
from dataclasses import replace

from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from wallboard.query import Query
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.arrangement import Arrangement
from wallboard.ui.picture.view import Extras, View
from wallboard.ui.screen.board_screen import BoardScreen
from wallboard.ui.screen.header_words import silent_seconds
from wallboard.ui.wall.grid import WallGrid
from wallboard.ui.wall.large_tile import big, clock_of
from wallboard.ui.wall.layout import Item
from wallboard.ui.wall.rotation import Page, Rotation, is_paused, pages_of
from wallboard.ui.wall.selection import Selection
from wallboard.ui.wall.wall_screen import WallScreen
from wallboard.ui.widgets.lines import Lines


class _HiddenSelection(Selection):
    """A selection that is visible only while somebody moves it."""

    visible = False

    @property
    def item(self) -> Item | None:
        """The selected item, while the selection is visible."""
        return self._item if self.visible else None


class KioskGrid(WallGrid):
    """Shows one page, or scrolls freely while somebody uses the keys."""

    DEFAULT_CSS = "KioskGrid { scrollbar-size-vertical: 0; scrollbar-gutter: auto; }"

    def __init__(self, theme: BoardTheme, first: View, state: Arrangement, query: Query) -> None:
        super().__init__(theme, first, state, query)
        self._hidden_selection = self._selection = _HiddenSelection()
        self._page: Page | None = None
        self._pages: tuple[Page, ...] = ()
        self._paged_for: object = None
        self._paged_height = 0

    @property
    def pages(self) -> tuple[Page, ...]:
        """All pages of the current layout."""
        height = self.size.height
        if self._paged_for is not self.layout_now or self._paged_height != height:
            self._paged_for, self._paged_height = self.layout_now, height
            self._pages = pages_of(self.layout_now, max(1, height))
            # The last page may begin further down than an ordinary wall can be scrolled.
            last = self._pages[-1].top + height if self._pages else 0
            self.virtual_size = Size(self.size.width, max(self.layout_now.height, last))
        return self._pages

    def turn_to(self, page: Page | None) -> None:
        """Show this page alone."""
        if self._hidden_selection.visible:
            self._hidden_selection.visible = False
            self._hidden_selection.release(self.layout_now)
        if page != self._page:
            self._page = page
            self.refresh()
        if page and self.scroll_offset.y != page.top:
            self.scroll_to(y=page.top, animate=False, immediate=True)

    def pause(self) -> None:
        """Stop paging and show the selection, at the top of this page."""
        if self._hidden_selection.visible:
            return
        self._hidden_selection.visible = True
        if self._page and self._page.items:
            self._hidden_selection.pin(self._page.items[0])
        self._page = None
        self.refresh()

    def page_in_sight(self) -> int:
        """The number of the page at the top of the screen."""
        y = self.scroll_offset.y
        return max((n for n, page in enumerate(self.pages) if page.top <= y), default=0)

    def render_line(self, y: int) -> Strip:
        """One line of the page; blank below its end."""
        if self._page and y + self.scroll_offset.y >= self._page.bottom:
            return Strip.blank(self.size.width, self.theme_styles.ui["screen"])
        return super().render_line(y)


LEAST_HEIGHT = 18
"""Terminal rows below which the time is shown in ordinary letters."""


class NoAnswer(Lines):
    """Says for how long there has been no answer; no line while there are answers."""

    DEFAULT_CSS = "NoAnswer { height: auto; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "outage")

    def show(self, view: View) -> None:
        """Draw it for this view."""
        seconds = silent_seconds(view)
        if seconds is None:
            self.put([])
            return
        lines = ["NO DATA FOR"]
        if self.app.size.height >= LEAST_HEIGHT:
            lines = ["", *lines, "", *big(clock_of(seconds), self.theme_styles.glyphs.block), ""]
        else:
            lines = [f"NO DATA FOR {clock_of(seconds)}"]
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
        """``rotate_seconds`` gives how long a page is shown."""
        super().__init__(theme, first, state)
        self.grid: KioskGrid = KioskGrid(theme, first, state, self.query_now)
        self._rotate_seconds = rotate_seconds
        self._rotation = Rotation(rotate_seconds())

    def parts(self) -> list[Widget]:
        """The widgets of a wall, below the banner for missing answers."""
        return [NoAnswer(self.theme_styles), *super().parts()]

    def show(self, view: View) -> None:
        """Show this view and the page that is due."""
        self.grid.show(view)
        BoardScreen.show(self, replace(view, extras=self._paged(view)))
        self._show_arrangement()
        if not self.has_class("-too-small"):
            self.query_one(NoAnswer).show(view)

    def key_pressed(self) -> None:
        """Stop paging after a key press."""
        self.grid.pause()

    def _paged(self, view: View) -> Extras:
        """Turn to the page that is due; the extras with its number."""
        extras, pages = view.extras, self.grid.pages
        self._rotation.seconds = self._rotate_seconds()
        if is_paused(extras.last_key_at, view.now):
            number, held = self.grid.page_in_sight(), "paused"
        else:
            number = self._rotation.go(view.now, pages, extras.newly_critical)
            held = "new" if extras.newly_critical else ""
            self.grid.turn_to(pages[number] if pages else None)
        if len(pages) < 2:
            return extras
        return replace(extras, page=(number + 1, len(pages)), page_held=held)
