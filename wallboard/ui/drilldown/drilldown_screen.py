"""The drill-down: one entry point, its endpoints, and tabs with the evidence."""

from textual import on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.ledger_row import AlarmKey, LedgerRow
from wallboard.domain.node_difference import known_nodes
from wallboard.domain.observation import Observation
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.report.words.alarms import rows_about
from wallboard.report.words.figures import clock
from wallboard.ui.drilldown.chart import Chart
from wallboard.ui.drilldown.diff import Difference
from wallboard.ui.drilldown.endpoints import EndpointTable
from wallboard.ui.drilldown.facts import Facts, Figures
from wallboard.ui.drilldown.good_and_bad import last_good_and_bad
from wallboard.ui.drilldown.nodes import NodeTable
from wallboard.ui.drilldown.places import PlaceTable, Viewpoint
from wallboard.ui.drilldown.poll_body import PollBody
from wallboard.ui.drilldown.request import RequestLines, header_lines
from wallboard.ui.drilldown.shown_poll import ShownPoll
from wallboard.ui.drilldown.state_strip_line import StateStripLine
from wallboard.ui.drilldown.tabs import Tab, TabBar
from wallboard.ui.drilldown.timeline import Timeline, TimelineDetail, TimelineHead
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.view import View
from wallboard.ui.picture.window import RecordedWindow, Window, Zoom
from wallboard.ui.screen.copies import Evidence
from wallboard.ui.screen.copying_screen import CopyingScreen
from wallboard.ui.widgets.input_lines import SearchLine
from wallboard.ui.widgets.key_bar import Hint, KeyBar
from wallboard.ui.widgets.lines import Page

ROOM_FOR_ALL_ENDPOINTS, ROOM_FOR_FACTS, ROOM_FOR_TIMELINE = 20, 16, 36
"""Terminal rows from which all endpoints and all facts are shown above the tab, and the timeline
below the answer."""

_OF_ONE_POLL = frozenset({Tab.BODY, Tab.HEADERS})
_OF_ONE_ENDPOINT = _OF_ONE_POLL | {Tab.DIFF}
_WITH_BODY = frozenset({Tab.BODY, Tab.NODES})
_ONLY_IN: dict[str, frozenset[Tab]] = {
    "choose": _OF_ONE_ENDPOINT | {Tab.PLACES, Tab.NODES},
    "older": _OF_ONE_POLL,
    "pretty": _WITH_BODY,
    "search": _WITH_BODY,
    "match": _WITH_BODY,
    # A node is asked by another way than the command would take.
    "copy_curl": frozenset(Tab) - {Tab.NODES},
}


class DrillDownScreen(CopyingScreen):
    """Live while it is open; ``[`` and ``]`` go back and forth through the last polls.

    Where several places poll, all of it can be seen from any of them.
    """

    AUTO_FOCUS = "BodyView"

    MAIN_KEYS = (
        Hint(("copy_bundle",), "Ticket"),
        Hint(("copy_body",), "Body"),
        Hint(("copy_curl",), "curl"),
        Hint(("up", "down"), "Endpoint"),
        Hint(tuple(f"tab_{tab}" for tab in Tab), "Tab"),
        Hint(("older", "newer"), "Poll"),
        Hint(("acknowledge", "alarms"), "Alarms"),
        Hint(("raw",)),
        Hint(("search",)),
        Hint(("zoom_out", "zoom_in"), "Zoom"),
    )

    BINDINGS = [
        Binding("escape,backspace", "back", "Newest poll, or back", show=False, id="back"),
        Binding("up,k", "choose(-1)", "Endpoint up", show=False, id="up"),
        Binding("down,j", "choose(1)", "Endpoint down", show=False, id="down"),
        Binding("left_square_bracket", "older(1)", "Older", key_display="[", id="older"),
        Binding("right_square_bracket", "older(-1)", "Newer", key_display="]", id="newer"),
        Binding("plus,equals_sign", "zoom(1)", "Zoom in", show=False, id="zoom_in"),
        Binding("minus", "zoom(-1)", "Zoom out", show=False, id="zoom_out"),
        Binding("left", "pan(-1)", "Earlier", show=False, id="left"),
        Binding("right", "pan(1)", "Later", show=False, id="right"),
        Binding("p", "pretty", "Raw", id="raw"),
        # Priority: keys typed right after it must already go into the line.
        Binding("slash", "search", "Find", key_display="/", priority=True, id="search"),
        Binding("n", "match(1)", "Next match", show=False, id="next_match"),
        Binding("N", "match(-1)", "Previous match", show=False, id="previous_match"),
        Binding("tab", "turn(1)", "Next tab", show=False, id="next_tab"),
        Binding("shift+tab", "turn(-1)", "Previous tab", show=False, id="previous_tab"),
        Binding("1", "tab('body')", "Body", show=False, id="tab_body"),
        Binding("2,h", "tab('headers')", "Headers", show=False, id="tab_headers"),
        Binding("3", "tab('timeline')", "Timeline", show=False, id="tab_timeline"),
        Binding("4", "tab('chart')", "Chart", show=False, id="tab_chart"),
        Binding("5", "tab('diff')", "Last good against first bad", show=False, id="tab_diff"),
        Binding("6", "tab('places')", "Places of the fleet", show=False, id="tab_places"),
        Binding("7", "tab('nodes')", "Nodes behind the server", show=False, id="tab_nodes"),
    ]

    def __init__(self, theme: BoardTheme, key: EntryPointKey, first: View) -> None:
        super().__init__(theme)
        self.view = first
        self.key = key
        self.tab = Tab.BODY
        self._shown = ShownPoll(first.snapshot.entry_points.get(key))
        self._viewpoint = Viewpoint()
        self._zoom = Zoom()
        self._window: Window | None = None
        self._facts = Facts(theme)
        self._strip = StateStripLine(theme)
        self._figures = Figures(theme)
        self._table = EndpointTable(theme)
        self._tabs = TabBar(theme)
        self._request = RequestLines(theme)
        self._body = PollBody(theme)
        self._headers = Page(theme)
        self._detail = TimelineDetail(theme)
        self._timeline = Timeline(theme, self._detail)
        self._timeline_head = TimelineHead(theme)
        self._chart = Chart(theme)
        self._diff = Difference(theme)
        self._places = PlaceTable(theme)
        self._node_table = NodeTable(theme)
        self._line = SearchLine()
        self._contents: dict[Tab, tuple[Widget, ...]] = {
            Tab.BODY: (self._body,),
            Tab.HEADERS: (self._headers,),
            Tab.TIMELINE: (self._timeline, self._detail),
            Tab.CHART: (self._chart,),
            Tab.DIFF: (self._diff,),
            Tab.PLACES: (self._places,),
            Tab.NODES: (self._body,),
        }

    @property
    def main_keys(self) -> tuple[Hint, ...]:
        """Its keys: in some tabs two of them choose something else than an endpoint."""
        words = {Tab.PLACES: "Place", Tab.NODES: "Node"}.get(self.tab, "Endpoint")
        return tuple(
            hint._replace(words=words) if hint.ids == ("up", "down") else hint
            for hint in super().main_keys
        )

    def parts(self) -> list[Widget]:
        """Verdict and figures, the endpoints, the tabs, and what the chosen tab shows."""
        contents = list(dict.fromkeys(one for some in self._contents.values() for one in some))
        contents.insert(contents.index(self._timeline), self._timeline_head)
        self._display()
        # Filled already, they have their height when the screen is laid out for the first time.
        if self.view and (status := self._status()):
            self._show_above(status, self.view)
            self._show_request(status, self.view.snapshot.at)
        return [
            self._facts,
            self._strip,
            self._figures,
            self._table,
            self._tabs,
            self._node_table,
            self._request,
            *contents,
            self._line,
        ]

    @property
    def observation(self) -> Observation | None:
        """The shown poll of the server."""
        return self._shown.of(self._status())

    def evidence(self) -> Evidence | None:
        """The entry point and the poll that is shown."""
        status = self._status()
        return Evidence(status, self.observation, self._viewpoint.place) if status else None

    def shown_poll(self) -> Observation | None:
        """The poll whose body is shown, be it one of a node."""
        status = self._status()
        if status and self.view and self.tab is Tab.NODES:
            return self._node_table.poll(status, self.view.snapshot.at)
        return self.observation

    def entry_point_in_full(self) -> EntryPointKey | None:
        """The entry point of the drill-down."""
        return self.key

    def window_in_full(self) -> Window | None:
        """The window of the strip and the chart."""
        return self._window

    def show(self, view: View) -> None:
        """Show this view."""
        if self.view and view.jump != self.view.jump:
            self._shown.stepped_to = None  # it belongs to the previous position
        super().show(view)
        status = self._status()
        if status is None:
            self._request.say("This entry point is not on the board.")
            return
        if self.tab not in self._tabs_here():
            self.tab = Tab.BODY
        now = view.snapshot.at
        self._show_above(status, view)
        self._display()
        self._show_tab(status, now)
        if self._timeline.display:
            self._timeline.show(status, now, self._rows)
            self._timeline_head.show(self._timeline.count)
        found = f"/{self._body.wanted} {self._body.match_words}" if self._body.wanted else ""
        self._tabs.show(self._tabs_here(), self.tab, found if self.tab in _WITH_BODY else "")

    def _show_above(self, status: EntryPointStatus, view: View) -> None:
        now, height = view.snapshot.at, self.app.size.height
        brief = height < ROOM_FOR_FACTS
        alarm = view.snapshot.alarms.get(AlarmKey.of(self.key))
        self._facts.show(
            status,
            now,
            alarm=alarm,
            brief=brief,
            nodes=self.tab is not Tab.NODES,
            own=self._own_status(),
            place=self._viewpoint.place,
        )
        self._figures.show(status, now)
        self._strip.display = self._figures.display = not brief
        history = status.state.history
        known_from = history[0].at if len(history) else now
        self._window = self._zoom.window(now, known_from, self._strip.room())
        recorded = self._recorded_window
        self._strip.show(status, self._window, now, recorded.states if recorded else None)
        if self.tab in _OF_ONE_ENDPOINT:
            only_chosen = height < ROOM_FOR_ALL_ENDPOINTS
            self._table.show(status, self._shown.endpoint, now, only_chosen=only_chosen)

    def _show_tab(self, status: EntryPointStatus, now: float) -> None:
        match self.tab:
            case Tab.BODY:
                self._show_request(status, now)
                self._body.show(self.observation, status, newest=self._shown.stepped_to is None)
            case Tab.HEADERS:
                self._show_request(status, now)
                poll = self.observation
                self._headers.put(header_lines(poll, self.theme_styles) if poll else [])
            case Tab.CHART:
                if self._window:
                    recorded = self._recorded_window
                    samples = recorded.samples if recorded else ()
                    self._chart.show(status, self._window, now, samples)
            case Tab.DIFF:
                endpoint = self._shown.endpoint
                self._diff.show(last_good_and_bad(status, endpoint), endpoint, now)
            case Tab.PLACES:
                if own := self._own_status():
                    self._places.show(own, self._viewpoint.shown(own), now)
            case Tab.NODES:
                self._node_table.show(status, now)
                self._show_request(status, now)
                self._body.show(
                    self.shown_poll(), status, newest=True, of_node=self._node_table.chosen
                )

    def _show_request(self, status: EntryPointStatus, now: float) -> None:
        recent, poll = status.state.endpoint(self._shown.endpoint).recent, self.shown_poll()
        if poll:
            answered = self._node_table.named if self.tab is Tab.NODES else ""
            self._request.show(poll, recent, now, self._not_live(now), answered)
        else:
            self._request.say("Not asked yet.")

    def _not_live(self, now: float) -> str:
        """Why the shown poll is not the newest; empty if it is."""
        if self._shown.stepped_to and self.tab is not Tab.NODES:
            return "not live"
        if self.view and self.view.replay_position:
            return "replay"
        frozen_at = self.view.frozen_at if self.view else None
        return "" if frozen_at is None else f"frozen {clock(frozen_at, now)}"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether an action is available in this tab."""
        if action == "search" and self._line.display:
            return False
        if action == "older" and parameters == (-1,) and self._shown.stepped_to is None:
            return False
        if action == "tab" and parameters[0] not in self._tabs_here():
            return False
        here = self.tab in _ONLY_IN.get(action, Tab)
        return here and super().check_action(action, parameters)

    def action_back(self) -> None:
        """Close the search, return to the newest poll, to the own place, or to the wall."""
        if self._line.display or self._body.wanted:
            self._close_line()
            self._body.look_for("")
        elif self._shown.stepped_to:
            self._shown.stepped_to = None
        elif self._viewpoint.place:
            self._viewpoint.place = ""
        else:
            self.app.pop_screen()
            return
        self._redraw()

    def action_tab(self, name: str) -> None:
        """Show another tab."""
        self._close_line()
        self.tab = Tab(name)
        self._display()
        content = self._contents[self.tab][0]
        self.set_focus(content if content.focusable else None)
        self.call_after_refresh(self._redraw)

    def action_turn(self, step: int) -> None:
        """Show the next or previous tab."""
        tabs = self._tabs_here()
        self.action_tab(tabs[(tabs.index(self.tab) + step) % len(tabs)])

    def on_tab_bar_chosen(self, message: TabBar.Chosen) -> None:
        """Show the clicked tab."""
        self.action_tab(message.tab)

    def _display(self) -> None:
        with_timeline = self.tab in _OF_ONE_POLL and self.app.size.height >= ROOM_FOR_TIMELINE
        self._table.display = self.tab in _OF_ONE_ENDPOINT
        room = self.app.size.height >= ROOM_FOR_FACTS
        self._request.display = self.tab in _OF_ONE_POLL or (self.tab is Tab.NODES and room)
        self._node_table.display = self.tab is Tab.NODES
        for widgets in self._contents.values():
            for widget in widgets:
                below = widget is self._timeline and with_timeline
                widget.display = widget in self._contents[self.tab] or below
        self._timeline_head.display = with_timeline
        self._timeline.set_class(with_timeline, "-below")

    def action_choose(self, step: int) -> None:
        """Select the next or previous endpoint, place or node."""
        if self.tab is Tab.PLACES and (own := self._own_status()):
            self._viewpoint.move(own, step)
            self._shown.stepped_to = None
        elif status := self._status():
            if self.tab is Tab.NODES and self.view:
                self._node_table.move(status, step, self.view.snapshot.at)
            else:
                self._shown.choose_next(status, step)
        self._redraw()

    def on_place_table_chosen(self, message: PlaceTable.Chosen) -> None:
        """See the entry point as the clicked place does."""
        if own := self._own_status():
            self._viewpoint.choose(own, message.place)
            self._shown.stepped_to = None
            self._redraw()

    def on_node_table_chosen(self) -> None:
        """See the answer of the clicked node."""
        self._redraw()

    def on_endpoint_table_chosen(self, message: EndpointTable.Chosen) -> None:
        """Select the clicked endpoint."""
        self._shown.choose(message.endpoint)
        self._redraw()

    def action_older(self, steps: int) -> None:
        """Step through the recent polls; past the newest it is live again."""
        if status := self._status():
            self._shown.step(status, steps)
            self._redraw()

    def on_timeline_opened(self, message: Timeline.Opened) -> None:
        """Show the body of the poll that caused a change."""
        if poll := message.change.observation:
            self._shown.open(poll)
            self.action_tab(Tab.BODY)

    def action_zoom(self, steps: int) -> None:
        """Show a shorter or a longer stretch of time in strip and chart."""
        if self._window:
            self._zoom = self._zoom.zoomed(steps, self._window)
            self._redraw()

    def action_pan(self, halves: int) -> None:
        """Show an earlier or a later stretch of time."""
        if self._window:
            self._zoom = self._zoom.moved(halves, self._window)
            self._redraw()

    def action_pretty(self) -> None:
        """Toggle between pretty-printed and raw."""
        self._body.pretty = not self._body.pretty
        self._redraw()

    def action_search(self) -> None:
        """Search in the body."""
        self._line.open(self._body.wanted)
        self.set_focus(self._line)

    @on(Input.Changed)
    def _search_typed(self, message: Input.Changed) -> None:
        message.stop()
        if self._line.display:
            self._body.look_for(message.value)
            self._redraw()

    @on(Input.Submitted)
    def _search_kept(self, message: Input.Submitted) -> None:
        message.stop()
        self._close_line()

    def action_match(self, step: int) -> None:
        """Go to the next or previous match."""
        self._body.go_to_match(step)
        self._redraw()

    def _close_line(self) -> None:
        if self._line.display:
            self._line.display = False
            self.set_focus(self._body)

    @property
    def _rows(self) -> tuple[LedgerRow, ...]:
        """What the ledger has on this entry point."""
        return rows_about(AlarmKey.of(self.key), self.view.snapshot.ledger if self.view else ())

    def _own_status(self) -> EntryPointStatus | None:
        return self.view.snapshot.entry_points.get(self.key) if self.view else None

    def _status(self) -> EntryPointStatus | None:
        """The entry point as the chosen place sees it."""
        return self._viewpoint.of(self._own_status())

    @property
    def _recorded_window(self) -> RecordedWindow | None:
        """What was recorded here: nothing of another place."""
        return self.view.recorded_window if self.view and not self._viewpoint.place else None

    def _tabs_here(self) -> list[Tab]:
        """Places are offered where there are several, and nodes where they are asked."""
        own, status = self._own_status(), self._status()
        missing = set[Tab]()
        if own is None or own.places is None:
            missing.add(Tab.PLACES)
        if status is None or self.view is None or not known_nodes(status, self.view.snapshot.at):
            missing.add(Tab.NODES)
        return [tab for tab in Tab if tab not in missing]

    def _redraw(self) -> None:
        if self.view:
            self.show(self.view)
            self.call_after_refresh(self.query_one(KeyBar).fill)
