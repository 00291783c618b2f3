"""The events: every change across the board in its incident, newest first, with a filter."""

from collections.abc import Callable, Hashable

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding

from wallboard.domain.incident import Rules, annotated
from wallboard.domain.incidents import BoardIncidents
from wallboard.report.words.incidents import handled_words, phases_words, points_words
from wallboard.ui.events.event_list import EventList
from wallboard.ui.events.event_rows import Row, Wanted, rows_of
from wallboard.ui.events.event_words import covered, heads, zone_words
from wallboard.ui.look.text import safe
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.view import View
from wallboard.ui.screen.copies import Evidence, latest_evidence
from wallboard.ui.screen.list_screen import ListScreen
from wallboard.ui.widgets.key_bar import Hint
from wallboard.ui.widgets.lines import split

WIDE = 60
"""Cells from which the heading counts the events, too."""


class EventsScreen(ListScreen):
    """The list of incidents and events; copies are of the poll that caused the selected event."""

    AUTO_FOCUS = "EventList"

    REACHED_BY = "events"

    MAIN_KEYS = (
        Hint(("open",)),
        Hint(("filter",)),
        Hint(("faults",)),
        Hint(("fold_all",)),
        Hint(("copy_bundle",), "Ticket"),
    )

    DEFAULT_CSS = """
    EventsScreen > .heads { height: 2; }
    EventsScreen > .detail { height: 2; }
    """

    BINDINGS = [
        Binding("escape,backspace", "back", "Clear the filter, or back", show=False, id="back"),
        Binding("f", "narrow", "Faults", id="faults"),
        Binding("z", "fold", "Open or close", show=False, id="fold"),
        Binding("Z", "fold_all", "Open all", id="fold_all"),
    ]

    def __init__(self, theme: BoardTheme, first: View, rules: Callable[[], Rules]) -> None:
        """``rules`` gives those of the alarms, by which incidents are over."""
        super().__init__(theme, first)
        self.everything = False
        self.rows: tuple[Row, ...] = ()
        self.list = EventList(theme)
        self._rules = rules
        self._incidents = BoardIncidents()
        self._unfolded: frozenset[Hashable] = frozenset()
        self._chosen_for: object = None
        self._ledger: object = None

    def show(self, view: View) -> None:
        """Show this view."""
        super().show(view)
        snapshot = view.snapshot
        new = self._incidents.follow(snapshot, self._rules())
        new = new or snapshot.ledger is not self._ledger
        wanted = Wanted(self.query_now, self.narrowed, self.everything, self._unfolded)
        if new or wanted != self._chosen_for:
            self._chosen_for, self._ledger = wanted, snapshot.ledger
            known = self._incidents
            incidents = annotated(known.incidents, snapshot.ledger, self._rules())
            self.rows = rows_of(incidents, known.loose, snapshot.entry_points, snapshot.at, wanted)
        self.list.show(self.rows, snapshot, self._nothing())
        self._show_heads(len(snapshot.events))
        self._show_detail()

    def evidence(self) -> Evidence | None:
        """The entry point of the selected event, and the poll that caused it."""
        row = self.list.chosen
        event = row.about if row else None
        statuses = self.view.snapshot.entry_points if self.view else {}
        key = event.key if event else row.key if row else None
        status = statuses.get(key) if key else None
        if status is None:
            return None
        poll = event.observation if event else None
        return Evidence(status, poll) if poll else latest_evidence(status)

    def on_event_list_opened(self, message: EventList.Opened) -> None:
        """Drill down into the entry point of an event."""
        event = message.row.change
        if event is None:
            return
        if event.key is None:
            self._say(f"Concerns the whole server {safe(event.server)}: no entry point to open.")
        elif self.view is None or event.key not in self.view.snapshot.entry_points:
            self._say("This entry point is no longer on the board.")
        else:
            self.post_message(self.EntryPointOpened(event.key))

    def on_event_list_folded(self, message: EventList.Folded) -> None:
        """Show what is below a line, or hide it."""
        if self.everything:
            # From all that is open, only this one is closed.
            marks = frozenset(row.mark for row in self.rows if row.unfolded)
            self.everything, self._unfolded = False, marks
        marked = {message.mark}
        self._unfolded = self._unfolded - marked if message.fold else self._unfolded | marked
        self._redraw()

    def filtered(self) -> EventList:
        """The events."""
        return self.list

    def action_fold(self) -> None:
        """Open or close what is selected, as on the wall."""
        row = self.list.chosen
        self.list.action_fold(row is not None and (row.unfolded or not row.parts))

    def action_fold_all(self) -> None:
        """Open all incidents and what is below their changes, or close all."""
        self.everything = not self.everything
        self._unfolded = frozenset()
        self._redraw()

    @property
    def _at(self) -> float:
        return self.view.snapshot.at if self.view else 0.0

    def _nothing(self) -> str:
        if self.query_now.text:
            return f"Nothing matches /{safe(self.query_now.text)}. Esc shows all events."
        if self.narrowed:
            return "No faults. Esc shows all events."
        return "No changes since the board was started."

    def _show_heads(self, total: int) -> None:
        ui, base = self.theme_styles.ui, self._heads.background
        mark = ui["mark"] + Style(bgcolor=base.bgcolor)
        left = [Segment(" Events ", ui["title"] + Style(bgcolor=base.bgcolor))]
        if self.query_now.text:
            left.append(Segment(f" /{safe(self.query_now.text)} ", mark))
        if self.narrowed:
            left.append(Segment(" faults only ", mark))
        statuses = self.view.snapshot.entry_points.values() if self.view else ()
        if problem := self.query_now.problem_among(statuses):
            left.append(Segment(f" {safe(problem)} ", ui["notice"]))
        incidents = sum(1 for row in self.rows if row.incident)
        tops = [row for row in self.rows if row.of is None]
        shown = sum(row.parts + (row.change is not None) for row in tops)
        filtering = bool(self.query_now.text) or self.narrowed
        events = f"{shown} of {total} events" if filtering else f"{total} events"
        counted = f"{incidents} incident{'' if incidents == 1 else 's'}"
        width, zone = self.app.size.width, zone_words(self._at)
        words = (counted, events, zone) if width >= WIDE else (counted, zone)
        right = [Segment(f" {', '.join(words)} ", base)]
        glyphs = self.theme_styles.glyphs
        titles = heads(self.list.columns, glyphs)
        self._heads.put([split(left, right, width, base, glyphs), [Segment(titles, base)]])

    def _show_detail(self) -> None:
        row, base = self.list.chosen, self._detail.background
        if row is None:
            self._detail.put([[], []])
            return
        muted = self.theme_styles.ui["muted"] + Style(bgcolor=base.bgcolor)
        said, offer = self._detail_words(row)
        self._detail.put([[Segment(f" {said}", base)], [Segment(f" {offer}", muted)]])

    def _detail_words(self, row: Row) -> tuple[str, str]:
        """The selected line in full, and what Enter does with it."""
        glyphs, incident, event = self.theme_styles.glyphs, row.incident, row.change
        if incident and self.view:
            said = phases_words(incident.phases, glyphs.becomes, glyphs.ellipsis, most=50)
            count = points_words(covered(incident, self.view.snapshot))
            does = f"shows its {row.parts} changes" if row.parts > 1 else "shows its change"
            does = "closes it" if row.unfolded else does
            offer = f"Enter {does}." if row.parts else "It began before the first event."
            return said, " ".join(filter(None, (f"{count}.", offer, handled_words(incident))))
        if event is None:
            return "", ""
        offer = "Enter opens the entry point."
        if event.key is None:
            offer = f"Concerns the whole server {safe(event.server)}."
        if row.parts:
            offer += f" Right shows the {row.parts} of endpoints below it."
        return safe(event.summary) or "Answers again.", offer
