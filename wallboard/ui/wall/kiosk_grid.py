"""The grid of a wall that nobody sits at: whole pages, and no selection until a key."""

from textual.geometry import Size
from textual.strip import Strip

from wallboard.query import Query
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.arrangement import Arrangement
from wallboard.ui.picture.view import View
from wallboard.ui.wall.grid import WallGrid
from wallboard.ui.wall.layout import Item
from wallboard.ui.wall.rotation import Page, pages_of
from wallboard.ui.wall.selection import Selection


class _Walk(Selection):
    """A selection that is seen only while somebody moves it."""

    walking = False

    @property
    def item(self) -> Item | None:
        """What is selected, while somebody walks."""
        return self._item if self.walking else None


class KioskGrid(WallGrid):
    """Shows one page, or lets somebody at the keys walk about."""

    DEFAULT_CSS = "KioskGrid { scrollbar-size-vertical: 0; scrollbar-gutter: auto; }"

    def __init__(self, theme: BoardTheme, first: View, state: Arrangement, query: Query) -> None:
        super().__init__(theme, first, state, query)
        self._walk = self._selection = _Walk()
        self._page: Page | None = None
        self._pages: tuple[Page, ...] = ()
        self._paged_for: object = None
        self._paged_height = 0

    @property
    def pages(self) -> tuple[Page, ...]:
        """All pages of the wall as it is laid out now."""
        height = self.size.height
        if self._paged_for is not self.layout_now or self._paged_height != height:
            self._paged_for, self._paged_height = self.layout_now, height
            self._pages = pages_of(self.layout_now, max(1, height))
            # The last page may begin further down than an ordinary wall can be scrolled.
            last = self._pages[-1].top + height if self._pages else 0
            self.virtual_size = Size(self.size.width, max(self.layout_now.height, last))
        return self._pages

    def turn_to(self, page: Page | None) -> None:
        """Show this page and nothing of the next one."""
        if self._walk.walking:
            self._walk.walking = False
            self._walk.release(self.layout_now)
        if page != self._page:
            self._page = page
            self.refresh()
        if page and self.scroll_offset.y != page.top:
            self.scroll_to(y=page.top, animate=False, immediate=True)

    def walk(self) -> None:
        """Let somebody move about, from the top of this page on."""
        if self._walk.walking:
            return
        self._walk.walking = True
        if self._page and self._page.items:
            self._walk.pin(self._page.items[0])
        self._page = None
        self.refresh()

    def page_in_sight(self) -> int:
        """The number of the page at the top of the screen, wherever somebody scrolled."""
        y = self.scroll_offset.y
        return max((n for n, page in enumerate(self.pages) if page.top <= y), default=0)

    def render_line(self, y: int) -> Strip:
        """One line of the page; what lies below it is left to the next one."""
        if self._page and y + self.scroll_offset.y >= self._page.bottom:
            return Strip.blank(self.size.width, self.theme_styles.ui["screen"])
        return super().render_line(y)
