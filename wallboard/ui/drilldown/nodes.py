"""What the server and each node behind it answer for an entry point; one of them is chosen."""

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.node_difference import differences, known_nodes
from wallboard.domain.observation import Observation
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.report.words.figures import minute
from wallboard.report.words.nodes import answer_words
from wallboard.ui.drilldown.endpoints import columns_of, poll_line
from wallboard.ui.look.text import fit, safe, span
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets.lines import Lines

SERVER = ""
"""Stands for the server, whose answer is the first."""

MOST_NAME = 24
"""Cells of the address of a node."""


class NodeTable(Lines):
    """One line for the server and one for each node; one of them is chosen."""

    DEFAULT_CSS = "NodeTable { height: auto; }"

    class Chosen(Message):
        """The operator clicked the server or a node."""

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "screen")
        self.chosen = SERVER
        """The address of a node, or the server."""
        self._addresses: tuple[str, ...] = ()

    @property
    def named(self) -> str:
        """What is chosen, in words."""
        return f"node {safe(self.chosen)}" if self.chosen else "VIP"

    def poll(self, status: EntryPointStatus, now: float) -> Observation | None:
        """What the chosen one answered last, if it was asked."""
        return _polls(status, now).get(self.chosen)

    def move(self, status: EntryPointStatus, step: int, now: float) -> None:
        """Choose the one so many lines below."""
        addresses = list(_polls(status, now))
        index = addresses.index(self.chosen) if self.chosen in addresses else 0
        self.chosen = addresses[(index + step) % len(addresses)]

    def show(self, status: EntryPointStatus, now: float) -> None:
        """Draw what the server and each node answer for an entry point."""
        polls = _polls(status, now)
        if self.chosen not in polls:
            self.chosen = SERVER
        self._addresses = tuple(polls)
        since = {one.node: one.since for one in differences(status, now)}
        theme = self.theme_styles
        names = [fit(safe(node) or "VIP", MOST_NAME, theme.glyphs).rstrip() for node in polls]
        room = max(map(len, names))
        width = self.size.width or self.app.size.width
        columns = columns_of(list(polls.values()), now, width)
        lines = []
        for (node, poll), name, cells in zip(polls.items(), names, columns, strict=True):
            began = since.get(node)
            mark = f" {theme.glyphs.node_differs} since {minute(began, now)} " if began else ""
            base = theme.ui["cursor"] if node == self.chosen else self.background
            named = f"{theme.glyphs.pointer if node == self.chosen else ' '} {name:<{room}}"
            lines.append(poll_line(named, poll, cells, width, theme, base, mark))
        self.put(lines)

    def on_click(self, event: events.Click) -> None:
        """Choose what is under the pointer."""
        if event.y < len(self._addresses):
            self.chosen = self._addresses[event.y]
            self.post_message(self.Chosen())


def _polls(status: EntryPointStatus, now: float) -> dict[str, Observation | None]:
    """The newest ``chatAllowed`` of the server, then that of each node by its address."""
    found = {SERVER: status.state.current(Endpoint.CHAT_ALLOWED)}
    for view in known_nodes(status, now):
        found[view.node] = view.shown.poll if view.shown else None
    return found


MOST_LINES = 4


def nodes_side_by_side(
    status: EntryPointStatus, now: float, theme: BoardTheme, base: Style, width: int
) -> list[list[Segment]]:
    """The nodes with answer, latency and age; those that differ come first, marked."""
    since = {one.node: one.since for one in differences(status, now)}
    views = sorted(known_nodes(status, now), key=lambda view: view.node not in since)
    lines: list[str] = [""]
    for view in views:
        answer, began = view.shown, since.get(view.node)
        words = f"{safe(view.node)} {answer_words(answer)}"
        if answer and view.up:
            took = f"{answer.poll.elapsed_seconds * 1000:.0f}ms"
            words += f" {took}, {span(max(0.0, now - answer.poll.at))} ago"
        if began is not None:
            words = f"{theme.glyphs.node_differs} {words}, since {minute(began, now)}"
        beside = f"{lines[-1]} {theme.glyphs.separator} {words}" if lines[-1] else words
        if len(beside) <= width - 8 or not lines[-1]:
            lines[-1] = beside
        else:
            lines.append(words)
    style = theme.ui["mark" if since else "muted"] + base.background_style
    shown = [line for line in lines[:MOST_LINES] if line]
    heads = ["nodes", *[""] * len(shown)]
    return [
        [Segment(fit(f" {head:5} {line}", width, theme.glyphs), style)]
        for head, line in zip(heads, shown, strict=False)
    ]
