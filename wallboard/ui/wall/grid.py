"""The grid of the wall: entry points in rows; only visible rows are drawn."""

from collections.abc import Iterable, Iterator
from operator import attrgetter

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.policy import Verdict
from wallboard.query import Query
from wallboard.ui.look.lite import ORDER_SECONDS
from wallboard.ui.look.text import fit, safe
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.arrangement import Arrangement
from wallboard.ui.picture.view import View
from wallboard.ui.wall.arrange import (
    VOLATILE_SORTS,
    AlarmOrder,
    Section,
    arrange,
    covering_alarm_of,
    is_fault,
)
from wallboard.ui.wall.headings import WallHeading
from wallboard.ui.wall.layout import Heading, Item, Shape, laid_out, lay_out, shape_of
from wallboard.ui.wall.rows import RowPainter, Scene, blinking_in
from wallboard.ui.wall.selection import Selection

ROWS_AROUND = 3
"""Of the header and the keys."""


class WallGrid(ScrollView, can_focus=True):
    """Entry points in one of three densities, one of them selected."""

    DEFAULT_CSS = """
    WallGrid { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-gutter: stable;
               scrollbar-size-vertical: 1; background: $background; }
    """

    BINDINGS = [
        Binding("up,k", "move(0, -1)", "Up", show=False, id="up"),
        Binding("down,j", "move(0, 1)", "Down", show=False, id="down"),
        Binding("left,h", "move(-1, 0)", "Left", show=False, id="left"),
        Binding("right,l", "move(1, 0)", "Right", show=False, id="right"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, id="page_up"),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False, id="page_down"),
        Binding("home", "first", "First", show=False, id="first"),
        Binding("end", "last", "Last", show=False, id="last"),
        Binding("n", "fault(1)", "Next fault, folded or not", show=False, id="next_fault"),
        Binding("N", "fault(-1)", "Previous fault, folded or not", show=False, id="previous_fault"),
        Binding("enter", "open", "Open", id="open"),
    ]

    class Opened(Message):
        """The operator opened an entry point."""

        def __init__(self, key: EntryPointKey) -> None:
            super().__init__()
            self.key = key

    class Toggled(Message):
        """The operator folded or unfolded a section."""

        def __init__(self, section: str) -> None:
            super().__init__()
            self.section = section

    class Entered(Message):
        """The selection moved to an entry point in a folded section."""

        def __init__(self, section: str) -> None:
            super().__init__()
            self.section = section

    class Arranged(Message):
        """The sections or the density changed."""

    def __init__(self, theme: BoardTheme, first: View, state: Arrangement, query: Query) -> None:
        super().__init__()
        self.theme_styles = theme
        self.sections: tuple[Section, ...] = ()
        self.layout_now = lay_out((), 1, 1, state.density)
        self._view = first
        self._state = state
        self._query = query
        self._selection = Selection()
        self._alarm_order = AlarmOrder()
        self._arranged_for: object = None
        self._arranged_at = 0.0
        self._waiting_then = 0
        self._laid_out: object = None
        self._clicked: Item | None = None
        self.with_server = False
        self._painter = RowPainter(theme)

    @property
    def selected(self) -> EntryPointKey | None:
        """The selected entry point; ``None`` if there is none, or a heading is selected."""
        item = self._selection.item
        return item if isinstance(item, EntryPointKey) else None

    @property
    def section(self) -> str:
        """The section of the selection."""
        item = self._selection.item
        if isinstance(item, Heading):
            return item.section
        return next((s.name for s in self.sections if item in s.keys), "")

    def show(self, view: View) -> None:
        """Show this view, repainting only the rows that differ."""
        self._view = view
        volatile = (
            self._state.sort in VOLATILE_SORTS or bool(self._query) or self._state.faults_only
        )
        snapshot = view.snapshot
        reason = (
            snapshot.ranking,
            len(snapshot.entry_points),
            snapshot.at if volatile else None,
            self._alarm_order.of(snapshot),
        )
        if reason != self._arranged_for and not self._order_holds(view):
            self._arranged_for, self._arranged_at = reason, view.now
            self._arrange()
        self._refresh_rows()

    def _order_holds(self, view: View) -> bool:
        """Whether ``lite`` keeps the order for now, to send fewer bytes."""
        if not view.extras.lite or not 0 <= view.now - self._arranged_at < ORDER_SECONDS:
            return False
        waiting = view.snapshot.verdicts.get(Verdict.WAITING, 0)
        if waiting < self._waiting_then:
            return False  # an order that is due to nothing known is none to keep
        return all(key in view.snapshot.entry_points for s in self.sections for key in s.keys)

    def use(self, state: Arrangement, query: Query) -> None:
        """Show the same view in another arrangement."""
        if (state, query.text) == (self._state, self._query.text):
            return
        self._state, self._query = state, query
        self._arrange()
        self._refresh_rows()
        if not self.layout_now.rows:
            self.refresh()

    def restyle(self, theme: BoardTheme) -> None:
        """Draw everything again in another theme."""
        self.theme_styles = theme
        self._painter.restyle(theme)
        self.refresh()

    def select(self, item: Item) -> None:
        """Select an entry point or a heading, wherever it is."""
        self._selection.pin(item)
        self._scroll_to_selected()
        self._refresh_rows()

    def select_entry_point(self, key: EntryPointKey) -> None:
        """Select an entry point if it is among those that are shown."""
        if key in self.layout_now.rows.items:
            self.select(key)

    def render_line(self, y: int) -> Strip:
        """One line of cells across all columns."""
        number = self.layout_now.row_at(y + self.scroll_offset.y)
        if number is None:
            words = self._nothing() if y == self.size.height // 3 else ""
            words = fit(words, self.size.width, self.theme_styles.glyphs)
            return Strip([Segment(words, self.theme_styles.ui["screen"])], self.size.width)
        lines = self._painter.lines(number, self._scene(), self.scrollable_content_region.width)
        return lines[y + self.scroll_offset.y - self.layout_now.rows[number].y]

    def on_resize(self, event: events.Resize) -> None:
        """Lay out for the new size."""
        self._lay_out()
        self._scroll_to_selected()

    def _arrange(self) -> None:
        snapshot = self._view.snapshot
        self._waiting_then = snapshot.verdicts.get(Verdict.WAITING, 0)
        self.with_server = _has_servers(snapshot.entry_points)
        self.sections = self._arranged()
        arranged = _shown(self.sections), self.with_server, self._state.density
        if arranged != self._laid_out:
            self._laid_out = arranged
            place = self._place_of_selected()
            self._lay_out()
            self._keep_place(place)
            self.post_message(self.Arranged())

    def _arranged(self) -> tuple[Section, ...]:
        """The sections of what is shown."""
        return arrange(self._view.snapshot, self._state, self._query)

    def _lay_out(self) -> None:
        size = self.scrollable_content_region.size
        if not size:
            # Nearly so large: the line above is there in the first picture, if it is at all.
            size = self.app.size - Size(1, ROWS_AROUND)
        before = self.layout_now
        self.layout_now = laid_out(
            self.sections, size.width, size.height, self._shape_for(size.width, size.height)
        )
        self._selection.follow(self.layout_now)
        if (self.layout_now.density, self.layout_now.widths) != (before.density, before.widths):
            self.post_message(self.Arranged())
        self._painter.reshape()
        self.virtual_size = Size(size.width, self.layout_now.height)
        self.refresh()

    def _shape_for(self, width: int, height: int) -> Shape:
        """How to fill the screen: in a density that no filter changes, else it would leap."""
        if self._shape_held:
            return self.layout_now.shape
        height, titles = self._room(height)
        headings = sum(bool(section.name) for section in self.sections)
        density = self._state.density
        if density == "auto":
            whole = [len(self._view.snapshot.entry_points)]
            density = shape_of(  # type: ignore[assignment]  # names of densities
                whole, headings, width, height, density, titles=titles
            ).density.name
        counts = [len(section.shown) for section in self.sections]
        return shape_of(counts, headings, width, height, density)

    heading: WallHeading | None = None
    """The line above, whose room is the wall's while it is not there."""

    def _room(self, height: int) -> tuple[int, int]:
        """The rows of tiles, and how many of them lines give up to titles.

        It must not depend on whether the titles are there by now: they come and go with the shape.
        """
        if self.heading is None:
            return height, 0
        words = int(self.heading.has_words)
        return height + self.heading.size.height - words, 1 - words

    _shape_held = False

    def hold_shape(self, held: bool) -> None:
        """Keep the shape of tiles while a filter is typed: it would flicker with every key."""
        if held is not self._shape_held:
            self._shape_held = held
            self._lay_out()
            self._scroll_to_selected()

    def _place_of_selected(self) -> int | None:
        """The screen line of the pinned selection, if visible."""
        row = self._selection.row(self.layout_now)
        if row is None or not self._selection.pinned:
            return None
        y = row.y - self.scroll_offset.y
        return y if -row.height < y < self.size.height else None

    def _keep_place(self, place: int | None) -> None:
        row = self._selection.row(self.layout_now)
        if place is not None and row is not None:
            self.scroll_to(y=max(0, row.y - place), animate=False, immediate=True)

    def _refresh_rows(self) -> None:
        scene, shown = self._scene(), self._visible_rows()
        width, top = self.size.width, self.scroll_offset.y
        for number in shown:
            if self._painter.differs(number, scene):
                row = scene.layout.rows[number]
                self.refresh(Region(0, row.y - top, width, row.height))
        self._painter.keep(shown)

    def _scene(self) -> Scene:
        return Scene(
            self._view.snapshot,
            self.sections,
            self.layout_now,
            self._selection.item,
            self.with_server,
            blinking_in(self._view),
        )

    def _nothing(self) -> str:
        """Why the wall is empty, centred."""
        if self.layout_now.rows:
            words = ""
        elif not self._view.snapshot.entry_points:
            words = "There are no entry points."
        elif self._query:
            words = f"Nothing matches /{safe(self._query.text)}. Esc shows all."
        else:
            words = "Everything is ok. Esc shows all."
            if self._state.handled_hidden and not self._state.faults_only:
                words = "Every alarm is handled. Esc shows all."
        return " " * ((self.size.width - cell_len(words)) // 2) + words

    def _visible_rows(self) -> range:
        top = self.scroll_offset.y
        first = self.layout_now.row_at(top)
        if first is None:
            return range(0)
        last = self.layout_now.row_at(min(top + self.size.height, self.layout_now.height) - 1)
        return range(first, (first if last is None else last) + 1)

    def _moved(self) -> None:
        self._clicked = None
        self._scroll_to_selected()
        self._refresh_rows()

    def _scroll_to_selected(self) -> None:
        row = self._selection.row(self.layout_now)
        if row is None:
            return
        height, y = self.size.height, self.scroll_offset.y
        if row.y < y or height <= row.height:
            self.scroll_to(y=row.y, animate=False, immediate=True)
        elif row.y + row.height > y + height:
            self.scroll_to(y=row.y + row.height - height, animate=False, immediate=True)

    def action_move(self, columns: int, rows: int) -> None:
        """Select a neighbour."""
        self._selection.move(self.layout_now, columns, rows)
        self._moved()

    def action_page(self, pages: int) -> None:
        """Move the selection by a page."""
        row = self.layout_now.shape.height
        self._selection.jump(self.layout_now, pages * max(row, self.size.height // row * row))
        self._moved()

    def action_first(self) -> None:
        """Select the first and unpin the selection."""
        self._selection.release(self.layout_now)
        self.scroll_to(y=0, animate=False, immediate=True)
        self._refresh_rows()

    def action_last(self) -> None:
        """Select the last."""
        self._selection.last(self.layout_now)
        self._moved()

    def action_fault(self, step: int) -> None:
        """Select the next or previous fault, even in a folded section."""
        snapshot, now = self._view.snapshot, self._view.now

        def is_wanted(item: Item) -> bool:
            status = snapshot.entry_points[item] if isinstance(item, EntryPointKey) else None
            return status is not None and is_fault(status, now, covering_alarm_of(status, snapshot))

        self._selection.seek(list(_everything(self.sections)), step, is_wanted)
        section = next((s for s in self.sections if s.folded and self.selected in s.keys), None)
        if section:
            self.post_message(self.Entered(section.name))
        self._moved()

    def action_open(self) -> None:
        """Drill down into the selected entry point, or fold the selected section."""
        item = self._selection.item
        if isinstance(item, Heading):
            self.post_message(self.Toggled(item.section))
        elif item is not None:
            self.post_message(self.Opened(item))

    def on_click(self, event: events.Click) -> None:
        """Select what is clicked; a second click opens it, one on a heading folds."""
        item = self.layout_now.item_at(event.x, event.y + self.scroll_offset.y)
        if item is None:
            return
        again = item == self._selection.item == self._clicked
        self._clicked = None if again else item
        self._selection.pin(item)
        self._refresh_rows()
        if again or isinstance(item, Heading):
            self.action_open()


def _everything(sections: tuple[Section, ...]) -> Iterator[Item]:
    """All headings and entry points in display order, including folded ones."""
    for section in sections:
        if section.name:
            yield Heading(section.name)
        yield from section.keys


def _has_servers(keys: Iterable[EntryPointKey]) -> bool:
    """Whether they are of more than one server."""
    servers = map(attrgetter("server"), keys)
    first = next(servers, None)
    return any(server != first for server in servers)


def _shown(sections: tuple[Section, ...]) -> object:
    return [(section.name, section.shown, section.folded) for section in sections]
