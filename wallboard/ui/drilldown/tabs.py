"""The tabs of the drill-down, on one line."""

from collections.abc import Sequence
from enum import StrEnum

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message

from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets.lines import Lines, split

ROOM_FOR_NAMES = 60
"""Cells from which the tabs are named in full."""


class Tab(StrEnum):
    """What the drill-down shows below the endpoints."""

    BODY = "body"
    HEADERS = "headers"
    TIMELINE = "timeline"
    CHART = "chart"
    DIFF = "diff"
    PLACES = "places"
    NODES = "nodes"


KEYS = {tab: str(number) for number, tab in enumerate(Tab, 1)}
"""What chooses a tab, whichever others there are."""

_SHORT = {Tab.HEADERS: "head", Tab.TIMELINE: "time"}


class TabBar(Lines):
    """All tabs with their keys; a click chooses one."""

    DEFAULT_CSS = "TabBar { height: 1; }"

    class Chosen(Message):
        """The operator clicked a tab."""

        def __init__(self, tab: Tab) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "footer")
        self._stops: list[tuple[int, Tab]] = []

    def show(self, tabs: Sequence[Tab], chosen: Tab, beside: str = "") -> None:
        """Draw these tabs, with ``beside`` at the right end."""
        width = self.size.width or self.app.size.width
        ui, base = self.theme_styles.ui, self.background
        on_base = Style(bgcolor=base.bgcolor)
        line: list[Segment] = []
        self._stops = []
        stop = 0
        named = [str(tab) if width >= ROOM_FOR_NAMES else _SHORT.get(tab, str(tab)) for tab in tabs]
        short = sum(len(name) + 4 for name in named) > width + 1
        for tab, name in zip(tabs, named, strict=True):
            number = KEYS[tab]
            words = f" {number} " if short and tab is not chosen else f" {number} {name} "
            if tab is chosen:
                line.append(Segment(words, ui["cursor"]))
            else:
                line += [Segment(words[:2], ui["key"]), Segment(words[2:], base)]
            stop += len(words)
            self._stops.append((stop, tab))
        mark = [Segment(f" {beside} ", ui["mark"] + on_base)] if beside else []
        self.put([split(line, mark, width, base, self.theme_styles.glyphs)])

    def on_click(self, event: events.Click) -> None:
        """Choose the tab under the pointer."""
        for stop, tab in self._stops:
            if event.x < stop:
                self.post_message(self.Chosen(tab))
                return
