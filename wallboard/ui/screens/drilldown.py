"""The drill-down: one entry point, its five endpoints, and the bytes that prove it."""

import time
from collections.abc import Iterable

from rich.segment import Segment
from textual.binding import Binding
from textual.widget import Widget

from wallboard.board import EntryPointStatus
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.observation import Failure, Observation
from wallboard.ui import body as bodies
from wallboard.ui.screens.board import BoardScreen
from wallboard.ui.text import safe
from wallboard.ui.theme import BoardTheme
from wallboard.ui.view import View
from wallboard.ui.widgets.bodyview import BodyView
from wallboard.ui.widgets.facts import EndpointTable, Facts, latency
from wallboard.ui.widgets.lines import Lines, split

ROOM_FOR_HEADERS = 34
"""Terminal rows from which response headers are shown without being asked for."""

LEAST_HEADERS = 4


class DrillDownScreen(BoardScreen):
    """Live while it is open; ``[`` and ``]`` go back and forth through the last polls."""

    AUTO_FOCUS = "BodyView"

    BINDINGS = [
        Binding("escape,backspace", "app.pop_screen", "Back"),
        Binding("up,k", "choose(-1)", "Endpoint up", show=False),
        Binding("down,j", "choose(1)", "Endpoint down", show=False),
        Binding("left_square_bracket", "older(1)", "Older", key_display="["),
        Binding("right_square_bracket", "older(-1)", "Newer", key_display="]"),
        Binding("p", "pretty", "Raw"),
        Binding("h", "headers", "Head"),
    ]

    def __init__(self, theme: BoardTheme, key: EntryPointKey, first: View) -> None:
        super().__init__(theme)
        self.view = first
        self.key = key
        status = first.snapshot.entry_points.get(key)
        endpoints = status.entry_point.endpoints if status else ()
        self.endpoint = next(iter(endpoints), Endpoint.CHAT_ALLOWED)
        self.pretty = True
        self.headers: bool | None = None
        self._held: Observation | None = None
        self._shown: tuple[object, bytes | None] = (None, None)
        self._facts = Facts(theme)
        self._table = EndpointTable(theme)
        self._request = RequestLines(theme)
        self._body = BodyView(theme)

    def parts(self) -> list[Widget]:
        """Verdict and figures, the endpoints, the request, the body."""
        return [self._facts, self._table, self._request, self._body]

    def show(self, view: View) -> None:
        """Show this picture."""
        super().show(view)
        status = view.snapshot.entry_points.get(self.key)
        if status is None:
            gone = Segment(" This entry point is not on the board.", self._request.background)
            self._request.put([[gone]])
            return
        now = view.snapshot.at
        self._facts.show(status, now)
        self._table.show(status, self.endpoint, now)
        self._show_evidence(status)

    def _show_evidence(self, status: EntryPointStatus) -> None:
        recent = status.state.endpoint(self.endpoint).recent
        held = self._held if self._held in recent else None
        observation = held or (recent[-1] if recent else None)
        headers = self.app.size.height >= ROOM_FOR_HEADERS if self.headers is None else self.headers
        if observation is None:
            self._request.put([[], [Segment(" Not asked yet.", self._request.background)]])
            self._shown = (None, None)
            self._body.put([], keep_place=False)
            return
        place = recent.index(observation) + 1
        self._request.show(observation, place, len(recent), live=held is None, headers=headers)
        width = max(20, self.app.size.width - 3)
        showing = (self.endpoint, self.pretty, width, held is None)
        body = observation.response.body if observation.response else None
        # Laying out a huge body at every tick would leave no time for anything else.
        if (showing, body) != self._shown:
            keep_place = showing == self._shown[0]
            self._shown = (showing, body)
            self._body.put(self._lines(body, width), keep_place=keep_place)

    def _lines(self, body: bytes | None, width: int) -> Iterable[str]:
        if body is None:
            return ["There is no response: the request was not answered."]
        if not body:
            return ["The body is empty."]
        lay_out = bodies.pretty if self.pretty else bodies.raw
        return lay_out(body, width)

    def action_choose(self, step: int) -> None:
        """Look at the next or the previous endpoint."""
        status = self._status()
        endpoints = status.entry_point.endpoints if status else ()
        if self.endpoint in endpoints:
            self._choose(endpoints[(endpoints.index(self.endpoint) + step) % len(endpoints)])

    def on_endpoint_table_chosen(self, message: EndpointTable.Chosen) -> None:
        """Look at the endpoint that was pointed at."""
        self._choose(message.endpoint)

    def _choose(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._held = None
        self._redraw()

    def action_older(self, steps: int) -> None:
        """Go back (or forth) through the last polls; past the newest it is live again."""
        status = self._status()
        recent = status.state.endpoint(self.endpoint).recent if status else ()
        if not recent:
            return
        place = recent.index(self._held) if self._held in recent else len(recent) - 1
        place = max(0, place - steps)
        self._held = recent[place] if place < len(recent) - 1 else None
        self._redraw()

    def action_pretty(self) -> None:
        """Lay the body out, or show it byte for byte."""
        self.pretty = not self.pretty
        self._redraw()

    def action_headers(self) -> None:
        """Show or hide the response headers."""
        shown = self.app.size.height >= ROOM_FOR_HEADERS if self.headers is None else self.headers
        self.headers = not shown
        self._redraw()

    def _status(self) -> EntryPointStatus | None:
        return self.view.snapshot.entry_points.get(self.key) if self.view else None

    def _redraw(self) -> None:
        if self.view:
            self.show(self.view)


class RequestLines(Lines):
    """The request line, how it went, and the response headers."""

    DEFAULT_CSS = "RequestLines { height: auto; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "tile")

    def show(
        self, observation: Observation, place: int, count: int, *, live: bool, headers: bool
    ) -> None:
        """Draw what was asked and what came back, but for the body."""
        width, base = self.size.width or self.app.size.width, self.background
        muted = self.theme_styles.ui["muted"] + base.background_style
        request = [Segment(f" {observation.request.method} {safe(observation.request.url)}", base)]
        when = time.strftime("%H:%M:%S", time.localtime(observation.at))
        poll = f" poll {place}/{count} at {when} "
        state = Segment(
            " live " if live else " not live ",
            muted if live else self.theme_styles.ui["frozen"],
        )
        lines = [
            request,
            split(
                [Segment(f" {_response_words(observation)}", muted)],
                [Segment(poll, muted), state],
                width,
                base,
            ),
        ]
        if headers and observation.response:
            head = [
                line for line in observation.response.head.decode("latin-1").split("\r\n") if line
            ]
            most = max(LEAST_HEADERS, self.app.size.height // 3)
            lines += [[Segment(f"   {safe(line)}", base)] for line in head[:most]]
            if len(head) > most:
                lines.append(
                    [
                        Segment(
                            f"   {self.theme_styles.glyphs.ellipsis} and {len(head) - most} more",
                            muted,
                        )
                    ]
                )
        self.put(lines)


def _response_words(observation: Observation) -> str:
    response = observation.response
    if response is None:
        cause = observation.outcome.cause if isinstance(observation.outcome, Failure) else "?"
        return f"{cause} after {latency(observation)}"
    count = sum(1 for line in response.head.split(b"\r\n") if line)
    size = f"{len(response.body):,} bytes" + (", cut short" if response.truncated else "")
    return (
        f"{response.status} {safe(response.reason)} in {latency(observation)}, {size}, "
        f"{count} headers"
    )
