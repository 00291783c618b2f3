"""The list of incidents and events."""

from collections.abc import Hashable, Sequence

from rich.segment import Segment
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message

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
from wallboard.ui.widgets.selectable_list import SelectableList


class EventList(SelectableList[Row]):
    """Incidents, newest first, and the changes of those that are open.

    The selection stays at the newest line until the operator moves it; then it stays with its
    incident or change, and on its screen line, while newer ones are added above.
    """

    BINDINGS = [
        Binding("right,l", "fold(False)", "Show the changes below", show=False, id="right"),
        Binding("left,h", "fold(True)", "Hide them", show=False, id="left"),
    ]

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
        super().__init__(theme)
        self._snapshot: Snapshot | None = None
        self._look: object = None
        self._painter: EventPainter | None = None

    @property
    def columns(self) -> Columns:
        """The current columns."""
        return self._paints().columns

    def show(self, shown: Sequence[Row], snapshot: Snapshot, nothing: str) -> None:
        """Show these lines of a snapshot, or the text ``nothing`` if there are none."""
        self._snapshot, self._nothing = snapshot, nothing
        if shown is not self.rows:
            anchor, place = self._anchor()
            self.rows = shown
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
        rows = self.rows[top : top + self.size.height] if snapshot else ()
        return tuple(
            lasted_words(row.incident, snapshot.at, self.theme_styles.glyphs)
            for row in rows
            if snapshot and row.incident and row.incident.stands
        )

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme."""
        self._painter = None
        super().restyle(theme)

    def mark_of(self, row: Row) -> Hashable:
        """What makes it the same line."""
        return row.mark

    def line_of(self, row: Row, *, chosen: bool) -> list[Segment]:
        """An incident or a change."""
        if self._snapshot is None:
            return []
        room = self.scrollable_content_region.width or self.size.width
        return self._paints().paint(row, self._snapshot, room, chosen=chosen)

    def on_resize(self) -> None:
        """Keep the selection visible."""
        self._painter = None

    def _paints(self) -> EventPainter:
        if self._painter is None:
            now = self._snapshot.at if self._snapshot else 0.0
            oldest = min((row.at for row in self.rows), default=None)
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
        return (self.rows[top], 0) if 0 < top < len(self.rows) else (None, 0)

    def _index_of(self, wanted: Row | None) -> int:
        """The index of a line, or else of what it was below, or of the one before it in time."""
        if wanted is None or not self.rows:
            return 0
        for mark in (wanted.mark, wanted.of):
            for index, row in enumerate(self.rows):
                if mark is not None and row.mark == mark:
                    return index
        older = (n for n, row in enumerate(self.rows) if row.of is None and row.at <= wanted.at)
        return next(older, len(self.rows) - 1)

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
            above = (n for n in range(self._index, -1, -1) if self.rows[n].mark == row.of)
            self._choose(next(above, self._index))
        elif row.parts and row.unfolded is fold:
            self._pinned = row
            self.post_message(self.Folded(row.mark, fold=fold))
