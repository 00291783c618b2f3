"""The timeline of an entry point: its changes, newest first."""

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.message import Message

from wallboard.domain.change import Change
from wallboard.domain.policy import Verdict
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.report.words.changes import after_words, before_words, subject_word
from wallboard.report.words.figures import clock
from wallboard.ui.drilldown.endpoints import NAME_WIDTH
from wallboard.ui.look.text import fit, safe, span
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets.lines import Lines, Page
from wallboard.ui.widgets.status_words import style_after

BEFORE_WIDTH = max(len(verdict.label) for verdict in Verdict)
LASTED_WIDTH = 6
WIDE = 64
"""Cells from which the former state and its duration are shown."""


class TimelineDetail(Lines):
    """Two lines below the timeline: the chosen change in words, and what Enter does with it."""

    DEFAULT_CSS = "TimelineDetail { height: 2; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "tile")

    def show(self, change: Change | None) -> None:
        """Draw this change."""
        base = self.background
        if change is None:
            self.put([[], []])
            return
        muted = self.theme_styles.ui["muted"] + Style(bgcolor=base.bgcolor)
        if change.observation:
            offer = f"Enter shows what {change.observation.endpoint} answered then."
        else:
            offer = "No single answer brought this: it concerns the whole server."
        self.put([[Segment(f" {safe(change.summary)}", base)], [Segment(f" {offer}", muted)]])


class Timeline(Page):
    """Every change of verdict and level, and each endpoint that began to fail or recovered.

    The selection stays at the newest change until the operator moves it, then with its change.
    """

    BINDINGS = [
        Binding("up,k", "move(-1)", "Newer change", show=False, id="up"),
        Binding("down,j", "move(1)", "Older change", show=False, id="down"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, id="page_up"),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False, id="page_down"),
        Binding("home", "end(0)", "Newest change", show=False, id="first"),
        Binding("end", "end(-1)", "Oldest change", show=False, id="last"),
        Binding("enter", "open", "Body then", id="open"),
    ]

    class Opened(Message):
        """The operator opened a change."""

        def __init__(self, change: Change) -> None:
            super().__init__()
            self.change = change

    def __init__(self, theme: BoardTheme, detail: TimelineDetail) -> None:
        """``detail`` shows the chosen change in full."""
        super().__init__(theme)
        self._detail = detail
        self._changes: list[Change] = []
        self._pinned: Change | None = None
        self._now = 0.0

    @property
    def chosen(self) -> Change | None:
        """The selected change; ``None`` if there are no changes."""
        return self._changes[self._index] if self._changes else None

    def show(self, status: EntryPointStatus, now: float) -> None:
        """Draw the timeline of this entry point."""
        self._changes = list(reversed(status.timeline))
        self._now = now
        self._draw()

    @property
    def _index(self) -> int:
        places = (i for i, change in enumerate(self._changes) if change is self._pinned)
        return next(places, 0)

    def _draw(self) -> None:
        width, base = self.scrollable_content_region.width, self.theme_styles.ui["screen"]
        self._detail.show(self.chosen)
        if not self._changes:
            self.put([[Segment(" Nothing has changed since the board was started.", base)]])
            return
        index = self._index
        times = [clock(change.at, self._now) for change in self._changes]
        room = max(map(len, times))
        self.put(
            [
                self._line(number, f"{times[number]:<{room}}", width, chosen=number == index)
                for number in range(len(self._changes))
            ]
        )

    def _line(self, number: int, when: str, width: int, *, chosen: bool) -> list[Segment]:
        change = self._changes[number]
        theme, glyphs = self.theme_styles, self.theme_styles.glyphs
        base = theme.ui["cursor"] if chosen else theme.ui["screen"]
        muted = base if chosen else theme.ui["muted"] + Style(bgcolor=base.bgcolor)
        pointer = glyphs.pointer if chosen else " "
        before, after = before_words(change), after_words(change)
        after_chip = Segment(f" {after} ", style_after(change, theme, base))
        lasting = "" if change.lasted is None else f"after {span(change.lasted)}"
        subject = subject_word(change)
        if width < WIDE:
            room = max(1, width - cell_len(when) - BEFORE_WIDTH - 8)
            return [
                Segment(f"{pointer}{when} ", base),
                Segment(f" {fit(subject, room, glyphs)} {glyphs.becomes} ", muted),
                after_chip,
            ]
        line = [
            Segment(f"{pointer}{when} ", base),
            Segment(f" {subject:<{NAME_WIDTH}} ", muted),
            Segment(f" {before:>{BEFORE_WIDTH}} {glyphs.becomes} ", muted),
            after_chip,
            Segment(" " * max(0, BEFORE_WIDTH - len(after)), base),
            Segment(f" {lasting:<{LASTED_WIDTH + 6}}  ", base),
        ]
        room = width - Segment.get_line_length(line)
        if room > 0:
            line.append(Segment(fit(safe(change.summary), room, glyphs), muted))
        return line

    def action_move(self, step: int) -> None:
        """Select an older or newer change."""
        self._choose(self._index + step)

    def action_page(self, pages: int) -> None:
        """Move the selection by a page."""
        self._choose(self._index + pages * max(1, self.size.height - 1))

    def action_end(self, index: int) -> None:
        """Select the newest change and unpin, or the oldest."""
        self._choose(index if index >= 0 else len(self._changes) - 1)
        if index == 0:
            self._pinned = None

    def _choose(self, index: int) -> None:
        if not self._changes:
            return
        index = max(0, min(index, len(self._changes) - 1))
        self._pinned = self._changes[index]
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if not top <= index < top + height:
            target = index if index < top else index - height + 1
            self.scroll_to(y=target, animate=False, immediate=True)
        self._draw()

    def action_open(self) -> None:
        """Show the body of the selected change."""
        if self.chosen and self.chosen.observation:
            self.post_message(self.Opened(self.chosen))

    def on_click(self, event: events.Click) -> None:
        """Select the clicked change; a double click opens it."""
        index = event.y + self.scroll_offset.y
        if index >= len(self._changes):
            return
        if event.chain > 1 and index == self._index:
            self.action_open()
        else:
            self._choose(index)
