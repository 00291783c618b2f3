"""The list of events; only visible lines are drawn."""

from collections.abc import Mapping, Sequence

from rich.segment import Segment
from textual import events
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from wallboard.domain.change import Change
from wallboard.domain.snapshot import Snapshot
from wallboard.report.words.figures import clock
from wallboard.ui.events.event_words import Columns, EventPainter, columns_of, time_width
from wallboard.ui.look.theme import BoardTheme


class EventList(ScrollView, can_focus=True, inherit_bindings=False):
    """Events, newest first.

    The selection stays at the newest event until the operator moves it; then it stays with its
    event and screen line while newer ones are added above.
    """

    DEFAULT_CSS = """
    EventList { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1;
                scrollbar-gutter: stable; background: $background; }
    """

    BINDINGS = [
        Binding("up,k", "move(-1)", "Newer event", show=False, id="up"),
        Binding("down,j", "move(1)", "Older event", show=False, id="down"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, id="page_up"),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False, id="page_down"),
        Binding("home", "newest", "Newest event", show=False, id="first"),
        Binding("end", "oldest", "Oldest event", show=False, id="last"),
        Binding("enter", "open", "Open", id="open"),
    ]

    class Chosen(Message):
        """Another event was selected."""

    class Opened(Message):
        """The operator opened an event."""

        def __init__(self, event: Change) -> None:
            super().__init__()
            self.event = event

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__()
        self.theme_styles = theme
        self._events: Sequence[Change] = ()
        self._snapshot: Snapshot | None = None
        self._nothing = ""
        self._parts: Mapping[int, int] = {}
        self._index = 0
        self._pinned: Change | None = None
        self._clicked: Change | None = None
        self._look: object = None
        self._painter: EventPainter | None = None

    @property
    def chosen(self) -> Change | None:
        """The selected event; ``None`` if there are no events."""
        return self._events[self._index] if self._events else None

    @property
    def columns(self) -> Columns:
        """The current columns."""
        return self._paints().columns

    def show(
        self,
        shown: Sequence[Change],
        snapshot: Snapshot,
        nothing: str,
        parts: Mapping[int, int],
    ) -> None:
        """Show these events of a snapshot, or the text ``nothing`` if there are none.

        ``parts`` is how many are folded below each, by the identity of the event.
        """
        self._snapshot, self._nothing, self._parts = snapshot, nothing, parts
        if shown is not self._events:
            anchor, place = self._anchor()
            self._events = shown
            self.virtual_size = Size(self.size.width, len(shown))
            self._index = self._index_of(self._pinned)
            if anchor is not None:
                self._scroll(self._index_of(anchor) - place)
        today = clock(0.0, snapshot.at)
        look = (shown, today, snapshot.ranking, nothing, self.size, parts)
        if look != self._look:
            self._look, self._painter = look, None
            self.refresh()

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme."""
        self.theme_styles = theme
        self._painter = None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One event, or the text for an empty list."""
        index, width = y + self.scroll_offset.y, self.size.width
        base = self.theme_styles.ui["screen"]
        line: list[Segment] = []
        if index < len(self._events) and self._snapshot:
            line = self._paints().paint(
                self._events[index],
                self._snapshot.entry_points,
                self._snapshot.at,
                chosen=index == self._index,
                parts=self._parts.get(id(self._events[index]), 0),
            )
        elif not self._events and y == 0:
            line = [Segment(f" {self._nothing}", base)]
        fill = line[0].style if index < len(self._events) and line else base
        return Strip(Segment.adjust_line_length(line, width, fill or base), width)

    def on_resize(self) -> None:
        """Keep the selection visible."""
        self._painter = None
        self._show_chosen()

    def _paints(self) -> EventPainter:
        if self._painter is None:
            now = self._snapshot.at if self._snapshot else 0.0
            oldest = self._events[-1] if self._events else None
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

    def _anchor(self) -> tuple[Change | None, int]:
        """The event that must keep its screen line, and that line."""
        top = self.scroll_offset.y
        if self._pinned and 0 <= self._index - top < self.size.height:
            return self.chosen, self._index - top
        return (self._events[top], 0) if 0 < top < len(self._events) else (None, 0)

    def _index_of(self, wanted: Change | None) -> int:
        """The index of an event, or of the one before it in time if it is no longer listed."""
        if wanted is None or not self._events:
            return 0
        for index, event in enumerate(self._events):
            if event is wanted:
                return index
        older = (index for index, event in enumerate(self._events) if event.at <= wanted.at)
        return next(older, len(self._events) - 1)

    def _choose(self, index: int) -> None:
        if not self._events:
            return
        self._index = max(0, min(index, len(self._events) - 1))
        self._pinned = self._events[self._index]
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
        """Select an older or newer event."""
        self._choose(self._index + step)

    def action_page(self, pages: int) -> None:
        """Move the selection by a page."""
        self._choose(self._index + pages * max(1, self.size.height - 1))

    def action_newest(self) -> None:
        """Select the newest event and unpin the selection."""
        self._choose(0)
        self._pinned = None

    def action_oldest(self) -> None:
        """Select the oldest event."""
        self._choose(len(self._events) - 1)

    def action_open(self) -> None:
        """Open the entry point of the selected event."""
        if self.chosen:
            self.post_message(self.Opened(self.chosen))

    def on_click(self, event: events.Click) -> None:
        """Select the clicked event; a second click opens it."""
        index = event.y + self.scroll_offset.y
        if index >= len(self._events):
            return
        again = self._events[index] is self._clicked is self.chosen
        self._choose(index)
        self._clicked = None if again else self.chosen
        if again:
            self.action_open()
