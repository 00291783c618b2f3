"""The list of alarms; only visible lines are drawn."""

from rich.segment import Segment
from textual import events
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from wallboard.domain.alarm import Alarm
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.snapshot import Snapshot
from wallboard.ui.alarms.alarm_rows import Columns, columns_of, line_of
from wallboard.ui.look.theme import BoardTheme


class AlarmList(ScrollView, can_focus=True, inherit_bindings=False):
    """Alarms in the order given. The selection stays with its alarm once somebody moved it."""

    DEFAULT_CSS = """
    AlarmList { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1;
                scrollbar-gutter: stable; background: $background; }
    """

    BINDINGS = [
        Binding("up,k", "move(-1)", "Up", show=False, id="up"),
        Binding("down,j", "move(1)", "Down", show=False, id="down"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, id="page_up"),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False, id="page_down"),
        Binding("home", "first", "First", show=False, id="first"),
        Binding("end", "last", "Last", show=False, id="last"),
        Binding("enter", "open", "Open", id="open"),
    ]

    class Chosen(Message):
        """Another alarm was selected."""

    class Opened(Message):
        """The operator opened an alarm."""

        def __init__(self, key: AlarmKey) -> None:
            super().__init__()
            self.key = key

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__()
        self.theme_styles = theme
        self.alarms: tuple[Alarm, ...] = ()
        self._snapshot: Snapshot | None = None
        self._nothing = ""
        self._index = 0
        self._pinned: AlarmKey | None = None
        self._clicked: AlarmKey | None = None
        self._look: object = None
        self._columns: tuple[int, Columns] | None = None

    @property
    def chosen(self) -> Alarm | None:
        """The selected alarm; ``None`` if there are none."""
        return self.alarms[self._index] if self.alarms else None

    @property
    def columns(self) -> Columns:
        """The current columns."""
        width = self.scrollable_content_region.width or self.app.size.width - 1
        if self._columns is None or self._columns[0] != width:
            keys = self._snapshot.entry_points if self._snapshot else ()
            servers = len({key.server for key in keys})
            now = self._snapshot.at if self._snapshot else 0.0
            self._columns = width, columns_of(width, self.alarms, now, servers=servers)
        return self._columns[1]

    def show(self, alarms: tuple[Alarm, ...], snapshot: Snapshot, nothing: str) -> None:
        """Show these alarms of a snapshot, or the text ``nothing`` if there are none."""
        self._snapshot, self._nothing, self.alarms = snapshot, nothing, alarms
        self._index = self._index_of(self._pinned)
        self.virtual_size = Size(self.size.width, len(alarms))
        # An age is told to the second in its first minute.
        look = (alarms, int(snapshot.at), snapshot.ranking, nothing, self.size)
        if look != self._look:
            self._look, self._columns = look, None
            self.refresh()

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme."""
        self.theme_styles = theme
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One alarm, or the text for an empty list."""
        index, width = y + self.scroll_offset.y, self.size.width
        base, line = self.theme_styles.ui["screen"], list[Segment]()
        if index < len(self.alarms) and self._snapshot:
            line = line_of(
                self.alarms[index],
                self._snapshot,
                self.columns,
                self.theme_styles,
                chosen=index == self._index,
            )
        elif not self.alarms and y == 0:
            line = [Segment(f" {self._nothing}", base)]
        fill = line[0].style if line else base
        return Strip(Segment.adjust_line_length(line, width, fill or base), width)

    def on_resize(self) -> None:
        """Keep the selection visible."""
        self._show_chosen()

    def _index_of(self, wanted: AlarmKey | None) -> int:
        """The place of an alarm, or the one that was selected if it is no longer listed."""
        places = (n for n, alarm in enumerate(self.alarms) if alarm.key == wanted)
        if wanted is None:
            return 0
        return next(places, max(0, min(self._index, len(self.alarms) - 1)))

    def _choose(self, index: int) -> None:
        if not self.alarms:
            return
        self._index = max(0, min(index, len(self.alarms) - 1))
        self._pinned = self.alarms[self._index].key
        self._show_chosen()

    def _show_chosen(self) -> None:
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if not top <= self._index < top + height:
            target = self._index if self._index < top else self._index - height + 1
            self.scroll_to(y=max(0, target), animate=False, immediate=True)
        self.refresh()
        self.post_message(self.Chosen())

    def action_move(self, step: int) -> None:
        """Select the next or previous alarm."""
        self._choose(self._index + step)

    def action_page(self, pages: int) -> None:
        """Move the selection by a page."""
        self._choose(self._index + pages * max(1, self.size.height - 1))

    def action_first(self) -> None:
        """Select the first alarm and unpin the selection."""
        self._choose(0)
        self._pinned = None

    def action_last(self) -> None:
        """Select the last alarm."""
        self._choose(len(self.alarms) - 1)

    def action_open(self) -> None:
        """Open the selected alarm."""
        if self.chosen:
            self.post_message(self.Opened(self.chosen.key))

    def on_click(self, event: events.Click) -> None:
        """Select the clicked alarm; a second click opens it."""
        index = event.y + self.scroll_offset.y
        if index >= len(self.alarms):
            return
        again = self.alarms[index].key == self._clicked == self._pinned
        self._choose(index)
        self._clicked = None if again else self._pinned
        if again:
            self.action_open()
