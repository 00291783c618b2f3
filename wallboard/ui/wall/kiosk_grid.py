"""The part of a kiosk whose pages turn."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.snapshot import Snapshot
from wallboard.query import Query
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.arrangement import Arrangement
from wallboard.ui.picture.view import View
from wallboard.ui.terminal.screen import Attached
from wallboard.ui.wall.arrange import Section, arrange, unacknowledged
from wallboard.ui.wall.grid import WallGrid
from wallboard.ui.wall.layout import Item, Layout, Shape, laid_out, shape_of
from wallboard.ui.wall.rotation import Page, pages_of
from wallboard.ui.wall.rows import Blinking, RowPainter, Scene
from wallboard.ui.wall.selection import Selection


class _HiddenSelection(Selection):
    """A selection that is visible only while somebody moves it."""

    visible = False

    @property
    def item(self) -> Item | None:
        """The selected item, while the selection is visible."""
        return self._item if self.visible else None


class KioskResized(Message):
    """The kiosk has another size, for which its plan is made again."""


class KioskGrid(WallGrid):
    """Shows one page of what is not pinned, or all of the wall while somebody uses the keys."""

    DEFAULT_CSS = "KioskGrid { scrollbar-size-vertical: 0; scrollbar-gutter: auto; }"

    def __init__(self, theme: BoardTheme, first: View, state: Arrangement, query: Query) -> None:
        super().__init__(theme, first, state, query)
        self._hidden_selection = self._selection = _HiddenSelection()
        self.everything: tuple[Section, ...] = ()
        self._pinned: frozenset[EntryPointKey] = frozenset()
        self._about_to_grow = False
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

    @property
    def page(self) -> Page | None:
        """The page that is shown; ``None`` while somebody uses the keys."""
        return self._page

    @property
    def paused(self) -> bool:
        """Whether somebody uses the keys."""
        return self._hidden_selection.visible

    def leave_out(self, pinned: frozenset[EntryPointKey]) -> None:
        """Show all but these, which are pinned elsewhere on the screen."""
        if pinned != self._pinned:
            self._pinned = pinned
            self._arrange()

    def turn_to(self, page: Page | None) -> None:
        """Show this page alone."""
        if self._hidden_selection.visible:
            self._hidden_selection.visible = self._about_to_grow = False
            self._hidden_selection.release(self.layout_now)
        if page != self._page:
            self._page = page
            self.refresh()
        if page and self.scroll_offset.y != page.top:
            self.scroll_to(y=page.top, animate=False, immediate=True)

    def pause(self, first: EntryPointKey | None) -> None:
        """Stop paging, show all of the wall, and select the worst, or the first of this page."""
        if self._hidden_selection.visible:
            return
        self._hidden_selection.visible = True
        on_page = self._page.items if self._page else ()
        if first or on_page:
            self._hidden_selection.pin(first or on_page[0])
        self._page = None
        self._about_to_grow = bool(self._pinned)
        self.leave_out(frozenset())
        self.refresh()

    def action_move(self, columns: int, rows: int) -> None:
        """Select a neighbour; not before the wall has all the screen, where others are beside."""
        if not self._about_to_grow:
            super().action_move(columns, rows)

    def page_in_sight(self) -> int:
        """The number of the page at the top of the screen."""
        y = self.scroll_offset.y
        return max((n for n, page in enumerate(self.pages) if page.top <= y), default=0)

    def render_line(self, y: int) -> Strip:
        """One line of the page; blank below its end."""
        if self._page and y + self.scroll_offset.y >= self._page.bottom:
            return Strip.blank(self.size.width, self.theme_styles.ui["screen"])
        return super().render_line(y)

    def on_resize(self, event: events.Resize) -> None:
        """Lay out for the new size, which makes other pages."""
        self._about_to_grow = False
        super().on_resize(event)
        self.post_message(KioskResized())

    def _arranged(self) -> tuple[Section, ...]:
        snapshot = self._view.snapshot
        shown = replace(self._state, handled_hidden=False)
        self.everything = self._with_unacknowledged(arrange(snapshot, shown, self._query))
        if not self._pinned:
            return self.everything
        left = (self._without_pinned(section) for section in self.everything)
        return tuple(section for section in left if section.keys)

    def _with_unacknowledged(self, sections: tuple[Section, ...]) -> tuple[Section, ...]:
        """The sections, before them what no filter may hide from a kiosk."""
        snapshot = self._view.snapshot
        shown = {key for section in sections for key in section.keys}
        missing = tuple(
            key
            for key in unacknowledged(snapshot)
            if key not in shown and key in snapshot.entry_points
        )
        return (Section("", missing, {}), *sections) if missing else sections

    def _without_pinned(self, section: Section) -> Section:
        keys = tuple(key for key in section.keys if key not in self._pinned)
        statuses = self._view.snapshot.entry_points
        verdicts = Counter(statuses[key].judgement.verdict for key in keys)
        return replace(section, keys=keys, verdicts=verdicts if section.name else {})

    def _shape_for(self, width: int, height: int) -> Shape:
        if self.paused:
            return super()._shape_for(width, height)
        counts = [len(section.shown) for section in self.sections]
        headings = sum(bool(section.name) for section in self.sections)
        return shape_of(counts, headings, width, height, "auto")

    def _nothing(self) -> str:
        return "" if self._pinned else super()._nothing()


class Pinned(Attached, Widget):
    """Rows of entry points in one shape; only rows that differ are painted again."""

    DEFAULT_CSS = "Pinned { height: 0; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__()
        self.theme_styles = theme
        self._painter = RowPainter(theme)
        self._laid_out: object = None
        self._scene: Scene | None = None

    def restyle(self, theme: BoardTheme) -> None:
        """Draw everything again in another theme."""
        self.theme_styles = theme
        self._painter.restyle(theme)
        self.refresh()

    def show(
        self,
        snapshot: Snapshot,
        keys: Sequence[EntryPointKey],
        shape: Shape,
        width: int,
        *,
        blinking: Blinking = "never",
    ) -> None:
        """Show these; ``width`` is in cells."""
        sections = (Section("", tuple(keys), {}),)
        with_server = len({key.server for key in snapshot.entry_points}) > 1
        arranged = (tuple(keys), shape, width, with_server)
        if self._scene and arranged == self._laid_out:
            layout = self._scene.layout
        else:
            layout = laid_out(sections, width, len(keys), shape)
            self._laid_out = arranged
            self._painter.reshape()
            self.styles.height = layout.height
            self.refresh()
        self._scene = scene = Scene(snapshot, sections, layout, None, with_server, blinking)
        for number, row in enumerate(layout.rows):
            if self._painter.differs(number, scene):
                self.refresh(Region(0, row.y, width, row.height))
        self._painter.keep(range(len(layout.rows)))

    @property
    def layout_now(self) -> Layout | None:
        """Where each entry point is."""
        return self._scene.layout if self._scene else None

    def render_line(self, y: int) -> Strip:
        """One line of cells across all columns."""
        number = self._scene.layout.row_at(y) if self._scene else None
        if self._scene is None or number is None:
            return Strip.blank(self.size.width, self.theme_styles.ui["screen"])
        lines = self._painter.lines(number, self._scene, self.size.width)
        return lines[y - self._scene.layout.rows[number].y]
