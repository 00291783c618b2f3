"""The wall: every entry point, arranged by the operator."""

from dataclasses import replace
from typing import TypeVar

from textual import on
from textual.binding import Binding
from textual.message import Message
from textual.widget import Widget

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.ledger_row import AlarmKey
from wallboard.query import Query, parse
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.arrangement import DENSITIES, GROUPINGS, SORTS, Arrangement
from wallboard.ui.picture.view import View
from wallboard.ui.screen.copies import Evidence, latest_evidence
from wallboard.ui.screen.filtering_screen import FilteringScreen
from wallboard.ui.wall.grid import WallGrid
from wallboard.ui.wall.headings import WallHeading
from wallboard.ui.wall.layout import Heading, Layout
from wallboard.ui.widgets.key_bar import Hint

Choice = TypeVar("Choice")


class WallScreen(FilteringScreen):
    """Header, banner, the line above the entry points, and these."""

    AUTO_FOCUS = "WallGrid"

    MAIN_KEYS = (
        Hint(("open",)),
        Hint(("filter",)),
        Hint(("acknowledge", "alarms"), "Alarms"),
        Hint(("events",)),
        Hint(("copy_bundle",), "Ticket"),
        Hint(("freeze",)),
        Hint(("faults",)),
        Hint(("poll_now",)),
        Hint(("sort",)),
        Hint(("density",)),
        Hint(("group",)),
        Hint(("previous_change", "next_change"), "Replay"),
    )

    BINDINGS = [
        Binding("f", "faults", "Faults", id="faults"),
        Binding("u", "handled", "Hide or show handled alarms", show=False, id="handled"),
        Binding("s", "sort", "Sort", id="sort"),
        Binding("S", "reverse", "Reverse the order", show=False, id="reverse"),
        Binding("d", "density", "Size", id="density"),
        Binding("o", "group", "Group", show=False, id="group"),
        Binding("z", "fold", "Fold or unfold the section", show=False, id="fold"),
        Binding("Z", "fold_all", "Fold or unfold all sections", show=False, id="fold_all"),
        Binding("escape", "clear", "Clear the filter", show=False, id="clear"),
    ]

    class StateChanged(Message):
        """The operator changed the arrangement."""

        def __init__(self, state: Arrangement) -> None:
            super().__init__()
            self.state = state

    def __init__(self, theme: BoardTheme, first: View, state: Arrangement) -> None:
        super().__init__(theme)
        self.view = first
        self.state = state
        self.query_now: Query = parse(state.filter)
        self.grid = WallGrid(theme, first, state, self.query_now)
        self._heading = self.grid.heading = WallHeading(theme)

    def parts(self) -> list[Widget]:
        """The line above the entry points, and these."""
        return [self._heading, self.grid]

    def on_mount(self) -> None:
        """Show the first view before the first layout, so that the first picture is whole."""
        if self.view:
            self.show(self.view)

    def show(self, view: View) -> None:
        """Show this view."""
        super().show(view)
        self.grid.show(view)
        self._show_arrangement()

    def evidence(self) -> Evidence | None:
        """The last poll of the selected entry point."""
        statuses = self.view.snapshot.entry_points if self.view else {}
        status = statuses.get(self.grid.selected) if self.grid.selected else None
        return latest_evidence(status) if status else None

    def alarms_in_hand(self) -> tuple[AlarmKey, ...]:
        """The alarm of the selected entry point, or those of the selected section."""
        if self.grid.selected:
            return (AlarmKey.of(self.grid.selected),)
        sections = (one for one in self.grid.sections if one.name == self.grid.section)
        return tuple(AlarmKey.of(key) for section in sections for key in section.keys)

    def alarms_shown(self) -> tuple[AlarmKey, ...]:
        """The alarms of all that the filter shows, and of their servers."""
        keys = [key for section in self.grid.sections for key in section.keys]
        servers = dict.fromkeys(AlarmKey(key.server) for key in keys)
        return (*servers, *map(AlarmKey.of, keys))

    def select_entry_point(self, key: EntryPointKey) -> None:
        """Select an entry point."""
        self.grid.select_entry_point(key)

    def show_as(self, state: Arrangement) -> None:
        """Show the same view in another arrangement."""
        if state == self.state:
            return
        if state.filter != self.state.filter:
            self.query_now = parse(state.filter)
        self.state = state
        self.grid.use(state, self.query_now)
        self._show_arrangement()
        self.post_message(self.StateChanged(state))

    @on(WallGrid.Arranged)
    def _show_arrangement(self) -> None:
        if self.view is None:
            return
        shown = sum(len(section.keys) for section in self.grid.sections)
        self._heading.show(
            self._titled_layout,
            self.state,
            self.query_now,
            shown,
            self.view.snapshot.entry_points.values(),
            with_server=self.grid.with_server,
        )

    @property
    def _titled_layout(self) -> Layout:
        """The layout whose columns have titles above them."""
        return self.grid.layout_now

    @property
    def filter_text(self) -> str:
        """The current filter."""
        return self.state.filter

    def use_filter(self, text: str) -> None:
        """Show only what matches this filter."""
        self.show_as(replace(self.state, filter=text))

    def on_typing(self, now: bool) -> None:
        """Keep the shape of the tiles while a filter is typed."""
        self.grid.hold_shape(now)

    def filtered(self) -> Widget:
        """The entry points."""
        return self.grid

    def action_clear(self) -> None:
        """Show every entry point again."""
        self.close_filter()
        self.show_as(replace(self.state, filter="", faults_only=False, handled_hidden=False))

    def action_faults(self) -> None:
        """Toggle between faults only and everything."""
        self.show_as(replace(self.state, faults_only=not self.state.faults_only))

    def action_handled(self) -> None:
        """Hide the entry points whose alarm somebody has in hand, or show them again."""
        self.show_as(replace(self.state, handled_hidden=not self.state.handled_hidden))

    def action_sort(self) -> None:
        """Select the next order."""
        self.show_as(replace(self.state, sort=_next(SORTS, self.state.sort), descending=False))

    def on_wall_heading_clicked(self, event: WallHeading.Clicked) -> None:
        """Sort by a column, or reverse its order."""
        if event.sort == self.state.sort:
            self.action_reverse()
        else:
            sort = next(sort for sort in SORTS if sort == event.sort)
            self.show_as(replace(self.state, sort=sort, descending=False))

    def action_reverse(self) -> None:
        """Reverse the order."""
        self.show_as(replace(self.state, descending=not self.state.descending))

    def action_density(self) -> None:
        """Select the next density."""
        self.show_as(replace(self.state, density=_next(DENSITIES, self.state.density)))

    def action_group(self) -> None:
        """Select the next grouping."""
        self.show_as(replace(self.state, grouping=_next(GROUPINGS, self.state.grouping)))

    def action_fold(self) -> None:
        """Fold or unfold the section of the selection."""
        if self.grid.section:
            self._toggle(self.grid.section)

    def on_wall_grid_toggled(self, event: WallGrid.Toggled) -> None:
        """Fold or unfold a section."""
        self._toggle(event.section)

    def on_wall_grid_entered(self, event: WallGrid.Entered) -> None:
        """Unfold the section into which the selection moved."""
        self.show_as(replace(self.state, folded=self.state.folded - {event.section}))
        if self.grid.selected:
            self.grid.select(self.grid.selected)

    def action_fold_all(self) -> None:
        """Fold all sections, or unfold them if all are folded."""
        names = frozenset(section.name for section in self.grid.sections if section.name)
        folded = frozenset() if names <= self.state.folded else names
        self.show_as(replace(self.state, folded=folded))

    def _toggle(self, section: str) -> None:
        if section not in self.state.folded:
            self.grid.select(Heading(section))
        self.show_as(replace(self.state, folded=self.state.folded ^ {section}))


def _next(choices: tuple[Choice, ...], now: Choice) -> Choice:
    return choices[(choices.index(now) + 1) % len(choices)]
