"""The events: every change across the board, newest first, with a filter."""

from collections.abc import Mapping

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.message import Message
from textual.widget import Widget

from wallboard.domain.change import Change
from wallboard.domain.endpoint import EntryPointKey
from wallboard.query import Query, parse
from wallboard.ui.events.event_list import EventList
from wallboard.ui.events.event_words import chosen_events, folded, heads
from wallboard.ui.look.text import safe
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.view import View
from wallboard.ui.screen.copies import Evidence, latest_evidence
from wallboard.ui.screen.filtering_screen import FilteringScreen
from wallboard.ui.widgets.key_bar import Hint
from wallboard.ui.widgets.lines import Lines, split


class EventsScreen(FilteringScreen):
    """The list of events; copies are of the poll that caused the selected event."""

    AUTO_FOCUS = "EventList"

    REACHED_BY = "events"

    MAIN_KEYS = (
        Hint(("open",)),
        Hint(("filter",)),
        Hint(("faults",)),
        Hint(("fold",)),
        Hint(("copy_bundle",), "Ticket"),
    )

    DEFAULT_CSS = """
    EventsScreen > .heads { height: 2; }
    EventsScreen > .detail { height: 2; }
    """

    BINDINGS = [
        Binding("escape,backspace", "back", "Clear the filter, or back", show=False, id="back"),
        Binding("f", "faults", "Faults", id="faults"),
        Binding("z", "fold", "Endpoints", id="fold"),
    ]

    class EntryPointOpened(Message):
        """The operator opened the entry point of an event."""

        def __init__(self, key: EntryPointKey) -> None:
            super().__init__()
            self.key = key

    def __init__(self, theme: BoardTheme, first: View) -> None:
        super().__init__(theme)
        self.view = first
        self.query_now: Query = parse("")
        self.faults_only = False
        self.unfolded = False
        self._parts: Mapping[int, int] = {}
        self.events: tuple[Change, ...] = ()
        self.list = EventList(theme)
        self._chosen_for: object = None
        self._heads = Lines(theme, "header", classes="heads")
        self._detail = Lines(theme, "tile", classes="detail")

    def parts(self) -> list[Widget]:
        """The filter line, the column titles, the list, and the selected event in full."""
        return [self._heads, self.list, self._detail]

    def show(self, view: View) -> None:
        """Show this view."""
        super().show(view)
        snapshot = view.snapshot
        chosen_by = (self.query_now, self.faults_only, self.unfolded)
        asked = (chosen_by, snapshot.ranking, len(snapshot.entry_points))
        if (snapshot.events, asked) != self._chosen_for:
            self._chosen_for = (snapshot.events, asked)
            self.events = chosen_events(snapshot, self.query_now, faults_only=self.faults_only)
            self._parts = {}
            if not self.unfolded and not self.query_now:
                self.events, self._parts = folded(self.events, snapshot.entry_points)
        self.list.show(self.events, snapshot, self._nothing(), self._parts)
        self._show_heads(len(snapshot.events))
        self._show_detail()

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme."""
        super().restyle(theme)
        self._redraw()

    def evidence(self) -> Evidence | None:
        """The entry point of the selected event, and the poll that caused it."""
        event = self.list.chosen
        statuses = self.view.snapshot.entry_points if self.view else {}
        status = statuses.get(event.key) if event and event.key else None
        if event is None or status is None:
            return None
        return Evidence(status, event.observation) if event.observation else latest_evidence(status)

    def on_event_list_chosen(self) -> None:
        """Show the newly selected event in full."""
        self._show_detail()

    def on_event_list_opened(self, message: EventList.Opened) -> None:
        """Drill down into the entry point of an event."""
        event = message.event
        if event.key is None:
            self._say(f"Concerns the whole server {safe(event.server)}: no entry point to open.")
        elif self.view is None or event.key not in self.view.snapshot.entry_points:
            self._say("This entry point is no longer on the board.")
        else:
            self.post_message(self.EntryPointOpened(event.key))

    @property
    def filter_text(self) -> str:
        """The current filter."""
        return self.query_now.text

    def use_filter(self, text: str) -> None:
        """Show only the events that match this filter."""
        if text != self.query_now.text:
            self.query_now = parse(text)
            self._redraw()

    def filtered(self) -> Widget:
        """The events."""
        return self.list

    def action_faults(self) -> None:
        """Toggle between events that led to a fault and all events."""
        self.faults_only = not self.faults_only
        self._redraw()

    def action_fold(self) -> None:
        """Fold or unfold the events of endpoints that a change of verdict explains."""
        self.unfolded = not self.unfolded
        self._redraw()

    def action_back(self) -> None:
        """Clear the filter, or leave if there is none."""
        self.close_filter()
        if self.query_now.text or self.faults_only:
            self.query_now, self.faults_only = parse(""), False
            self._redraw()
        else:
            self.app.pop_screen()

    def _redraw(self) -> None:
        if self.view:
            self.show(self.view)

    def _nothing(self) -> str:
        if self.query_now.text:
            return f"Nothing matches /{safe(self.query_now.text)}. Esc shows all events."
        if self.faults_only:
            return "No faults. Esc shows all events."
        return "No changes since the board was started."

    def _show_heads(self, total: int) -> None:
        ui, base = self.theme_styles.ui, self._heads.background
        mark = ui["mark"] + Style(bgcolor=base.bgcolor)
        left = [Segment(" Events ", ui["title"] + Style(bgcolor=base.bgcolor))]
        if self.query_now.text:
            left.append(Segment(f" /{safe(self.query_now.text)} ", mark))
        if self.faults_only:
            left.append(Segment(" faults only ", mark))
        statuses = self.view.snapshot.entry_points.values() if self.view else ()
        if problem := self.query_now.problem_among(statuses):
            left.append(Segment(f" {safe(problem)} ", ui["notice"]))
        filtering = bool(self.query_now.text) or self.faults_only or bool(self._parts)
        shown = len(self.events)
        count = f"{shown} of {total}" if filtering else str(total)
        right = [Segment(f" {count} ", base)]
        width = self.app.size.width
        glyphs = self.theme_styles.glyphs
        titles = heads(self.list.columns, glyphs)
        self._heads.put([split(left, right, width, base, glyphs), [Segment(titles, base)]])

    def _show_detail(self) -> None:
        event, base = self.list.chosen, self._detail.background
        if event is None:
            self._detail.put([[], []])
            return
        muted = self.theme_styles.ui["muted"] + Style(bgcolor=base.bgcolor)
        offer = "Enter opens the entry point."
        if event.key is None:
            offer = f"Concerns the whole server {safe(event.server)}."
        summary = safe(event.summary) or "Answers again."
        self._detail.put([[Segment(f" {summary}", base)], [Segment(f" {offer}", muted)]])
