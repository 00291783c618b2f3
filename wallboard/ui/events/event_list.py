"""The list of incidents and events; only visible lines are drawn."""

from collections.abc import Hashable, Sequence

from rich.segment import Segment
from textual import events
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from wallboard.domain.snapshot import Snapshot
from wallboard.report.words.figures import clock
from wallboard.ui.events.event_rows import Row
from wallboard.ui.events.event_words import (
    Columns,
    EventPainter,
    columns_of,
    lasted_words,
    time_width,
)
from wallboard.ui.look.theme import BoardTheme


class EventList(ScrollView, can_focus=True, inherit_bindings=False):
    """Incidents, newest first, and the changes of those that are open.

    The selection stays at the newest line until the operator moves it; then it stays with its
    incident or change, and on its screen line, while newer ones are added above.
    """

    DEFAULT_CSS = """
    EventList { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1;
                scrollbar-gutter: stable; background: $background; }
    """

    BINDINGS = [
        Binding("up,k", "move(-1)", "Line up", show=False, id="up"),
        Binding("down,j", "move(1)", "Line down", show=False, id="down"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, id="page_up"),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False, id="page_down"),
        Binding("home", "newest", "Newest event", show=False, id="first"),
        Binding("end", "oldest", "Oldest event", show=False, id="last"),
        Binding("right,l", "fold(False)", "Show the changes below", show=False, id="right"),
        Binding("left,h", "fold(True)", "Hide them", show=False, id="left"),
        Binding("enter", "open", "Open", id="open"),
    ]

    class Chosen(Message):
        """Another line was selected."""

    class Opened(Message):
        """The operator opened a change."""

        def __init__(self, row: Row) -> None:
            super().__init__()
            self.row = row

    class Folded(Message):
        """The operator opened or closed what is below a line."""

        def __init__(self, mark: Hashable, *, fold: bool) -> None:
            super().__init__()
            self.mark = mark
            self.fold = fold

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__()
        self.theme_styles = theme
        self._rows: Sequence[Row] = ()
        self._snapshot: Snapshot | None = None
        self._nothing = ""
        self._index = 0
        self._pinned: Row | None = None
        self._clicked: Hashable = None
        self._look: object = None
        self._painter: EventPainter | None = None

    @property
    def chosen(self) -> Row | None:
        """The selected line; ``None`` if there are none."""
        return self._rows[self._index] if self._rows else None

    @property
    def columns(self) -> Columns:
        """The current columns."""
        return self._paints().columns

    def show(self, shown: Sequence[Row], snapshot: Snapshot, nothing: str) -> None:
        """Show these lines of a snapshot, or the text ``nothing`` if there are none."""
        self._snapshot, self._nothing = snapshot, nothing
        if shown is not self._rows:
            anchor, place = self._anchor()
            self._rows = shown
            self.virtual_size = Size(self.size.width, len(shown))
            self._index = self._index_of(self._pinned)
            if anchor is not None:
                self._scroll(self._index_of(anchor) - place)
        today = clock(0.0, snapshot.at)
        look = (shown, today, snapshot.ranking, nothing, self.size, self._lasting())
        if look != self._look:
            self._look, self._painter = look, None
            self.refresh()

    def _lasting(self) -> tuple[str, ...]:
        """How long what still stands among the visible lines has lasted."""
        top, snapshot = self.scroll_offset.y, self._snapshot
        rows = self._rows[top : top + self.size.height] if snapshot else ()
        return tuple(
            lasted_words(row.incident, snapshot.at, self.theme_styles.glyphs)
            for row in rows
            if snapshot and row.incident and row.incident.stands
        )

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme."""
        self.theme_styles = theme
        self._painter = None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line, or the text for an empty list."""
        index, width = y + self.scroll_offset.y, self.size.width
        base = self.theme_styles.ui["screen"]
        line: list[Segment] = []
        if index < len(self._rows) and self._snapshot:
            row, chosen = self._rows[index], index == self._index
            room = self.scrollable_content_region.width or width
            line = self._paints().paint(row, self._snapshot, room, chosen=chosen)
        elif not self._rows and y == 0:
            line = [Segment(f" {self._nothing}", base)]
        fill = line[0].style if index < len(self._rows) and line else base
        return Strip(Segment.adjust_line_length(line, width, fill or base), width)

    def on_resize(self) -> None:
        """Keep the selection visible."""
        self._painter = None
        self._show_chosen()

    def _paints(self) -> EventPainter:
        if self._painter is None:
            now = self._snapshot.at if self._snapshot else 0.0
            oldest = min((row.at for row in self._rows), default=None)
            keys = self._snapshot.entry_points if self._snapshot else ()
            servers = len({key.server for key in keys})
            columns = columns_of(
                self.scrollable_content_region.width or self.app.size.width - 1,
                time_width(oldest, now),
                servers=servers,
                glyphs=self.theme_styles.glyphs,
            )
            self._painter = EventPainter(self.theme_styles, columns, servers=servers)
        return self._painter

    def _anchor(self) -> tuple[Row | None, int]:
        """The line that must keep its place on the screen, and that place."""
        top = self.scroll_offset.y
        if self._pinned and 0 <= self._index - top < self.size.height:
            return self.chosen, self._index - top
        return (self._rows[top], 0) if 0 < top < len(self._rows) else (None, 0)

    def _index_of(self, wanted: Row | None) -> int:
        """The index of a line, or else of what it was below, or of the one before it in time."""
        if wanted is None or not self._rows:
            return 0
        for mark in (wanted.mark, wanted.of):
            for index, row in enumerate(self._rows):
                if mark is not None and row.mark == mark:
                    return index
        older = (n for n, row in enumerate(self._rows) if row.of is None and row.at <= wanted.at)
        return next(older, len(self._rows) - 1)

    def _choose(self, index: int) -> None:
        if not self._rows:
            return
        self._index = max(0, min(index, len(self._rows) - 1))
        self._pinned = self._rows[self._index]
        self._show_chosen()

    def _show_chosen(self) -> None:
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if not top <= self._index < top + height:
            self._scroll(self._index if self._index < top else self._index - height + 1)
        self.refresh()
        self.post_message(self.Chosen())

    def _scroll(self, y: int) -> None:
        self.scroll_to(y=max(0, y), animate=False, immediate=True)

    def action_move(self, step: int) -> None:
        """Select another line."""
        self._choose(self._index + step)

    def action_page(self, pages: int) -> None:
        """Move the selection by a page."""
        self._choose(self._index + pages * max(1, self.size.height - 1))

    def action_newest(self) -> None:
        """Select the newest line and unpin the selection."""
        self._choose(0)
        self._pinned = None

    def action_oldest(self) -> None:
        """Select the oldest line."""
        self._choose(len(self._rows) - 1)

    def action_open(self) -> None:
        """Open an incident, or close it; of a change, open its entry point."""
        row = self.chosen
        if row and row.incident:
            self.action_fold(row.unfolded)
        elif row:
            self.post_message(self.Opened(row))

    def action_fold(self, fold: bool) -> None:
        """Show what is below the selected line, or hide it or what the line is among."""
        row = self.chosen
        if row is None:
            return
        if fold and not row.unfolded and row.of is not None:
            above = (n for n in range(self._index, -1, -1) if self._rows[n].mark == row.of)
            self._choose(next(above, self._index))
        elif row.parts and row.unfolded is fold:
            self._pinned = row
            self.post_message(self.Folded(row.mark, fold=fold))

    def on_click(self, event: events.Click) -> None:
        """Select the clicked line; a second click opens it."""
        index = event.y + self.scroll_offset.y
        if index >= len(self._rows):
            return
        chosen = self.chosen
        again = chosen is not None and self._rows[index].mark == self._clicked == chosen.mark
        self._choose(index)
        self._clicked = None if again else self._rows[index].mark
        if again:
            self.action_open()
