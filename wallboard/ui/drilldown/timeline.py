"""The timeline of an entry point: its changes and what was done about them, newest first."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message

from wallboard.domain.change import Change
from wallboard.domain.ledger_row import LedgerRow
from wallboard.domain.outage import with_outages_joined
from wallboard.domain.policy import Verdict
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.report.words.alarms import row_words
from wallboard.report.words.changes import after_words, before_words, subject_word
from wallboard.report.words.figures import clock
from wallboard.ui.drilldown.endpoints import NAME_WIDTH
from wallboard.ui.drilldown.timeline_rows import Row, rows_of
from wallboard.ui.look.text import fit, safe, span
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets.lines import Lines, Page, word_wrapped
from wallboard.ui.widgets.status_words import style_after

BEFORE_WIDTH = max(len(verdict.label) for verdict in Verdict)
SUBJECT_WIDTH = NAME_WIDTH + 4
LASTED_WIDTH = 6
WIDE = 64
"""Cells from which the former state and its duration are shown."""


class TimelineHead(Lines):
    """The line between an answer and the timeline below it."""

    DEFAULT_CSS = "TimelineHead { height: 1; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "footer")

    def show(self, count: int) -> None:
        """Draw the line for so many changes."""
        changes = "1 change" if count == 1 else f"{count or 'no'} changes"
        self.put([[Segment(f" timeline: {changes}, the newest first", self.background)]])


class TimelineDetail(Lines):
    """Two lines below the timeline: the chosen change in words, and what Enter does with it."""

    DEFAULT_CSS = "TimelineDetail { height: 2; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "tile")

    def show(self, row: Row | None, now: float) -> None:
        """Draw this change; ``now`` is Unix time in seconds."""
        base = self.background
        if row is None:
            self.put([[], []])
            return
        change = row.change
        muted = self.theme_styles.ui["muted"] + Style(bgcolor=base.bgcolor)
        if isinstance(row.what, LedgerRow):
            width = max(1, (self.size.width or self.app.size.width) - 2)
            lines = [*word_wrapped(row_words(row.what, now), width), ""]
            last = " ".join(lines[1:])
            self.put([[Segment(f" {lines[0]}", base)], [Segment(f" {last}", base)]])
            return
        if change is None:
            return
        if change.observation:
            offer = f"Enter shows what {change.observation.endpoint} answered then."
        else:
            offer = "No single answer brought this: it concerns the whole server."
        if row.parts:
            key = "Left folds" if row.unfolded else "Right unfolds"
            below = "the endpoint" if row.parts == 1 else f"the {row.parts} endpoints"
            offer += f" {key} {below} below it."
        self.put([[Segment(f" {safe(change.summary)}", base)], [Segment(f" {offer}", muted)]])


class Timeline(Page):
    """Every change of verdict and level, and each endpoint that began to fail or recovered.

    The selection stays at the newest change until the operator moves it, then with its change.
    """

    DEFAULT_CSS = """
    Timeline.-below { height: auto; max-height: 40%; scrollbar-size-horizontal: 0; }
    """

    BINDINGS = [
        Binding("up,k", "move(-1)", "Newer change", show=False, id="up"),
        Binding("down,j", "move(1)", "Older change", show=False, id="down"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, id="page_up"),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False, id="page_down"),
        Binding("home", "end(0)", "Newest change", show=False, id="first"),
        Binding("end", "end(-1)", "Oldest change", show=False, id="last"),
        Binding("right", "fold(False)", "Unfold the endpoints", show=False, id="right"),
        Binding("left", "fold(True)", "Fold the endpoints", show=False, id="left"),
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
        self._rows: list[Row] = []
        self._status: EntryPointStatus | None = None
        self._unfolded: list[Change] = []
        self._pinned: Change | LedgerRow | None = None
        self._ledger: Sequence[LedgerRow] = ()
        self._now = 0.0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as there are lines, below an answer."""
        return max(1, len(self._rows))

    @property
    def count(self) -> int:
        """How many changes there are, with those of endpoints that are folded."""
        return sum(1 + row.parts for row in self._rows if row.of is None)

    @property
    def chosen(self) -> Change | None:
        """The selected change; ``None`` if there are no changes."""
        return self._rows[self._index].change if self._rows else None

    def show(self, status: EntryPointStatus, now: float, ledger: Sequence[LedgerRow] = ()) -> None:
        """Draw the timeline of this entry point, with its rows of the ledger, oldest first."""
        self._status, self._now, self._ledger = status, now, ledger
        self._draw()

    @property
    def _index(self) -> int:
        # Equal, not the same: what an outage did is put together anew each time.
        places = (i for i, row in enumerate(self._rows) if row.change == self._pinned)
        return next(places, 0)

    def _is_pinned(self, row: Row) -> bool:
        # Rows of the ledger are read anew each time, changes are kept.
        return row.what is self._pinned or (
            isinstance(row.what, LedgerRow) and row.what == self._pinned
        )

    def _draw(self) -> None:
        width, base = self.scrollable_content_region.width, self.theme_styles.ui["screen"]
        if self._status:
            changes = with_outages_joined(self._status.timeline)[::-1]
            self._unfolded = [one for one in self._unfolded if one in changes]
            self._rows = rows_of(
                changes, self._status.policy.interval, self._unfolded, self._ledger
            )
        self._detail.show(self._rows[self._index] if self._rows else None, self._now)
        if not self._rows:
            self.put([[Segment(" No changes since the board was started.", base)]])
            return
        # Below an answer it has no cursor until it is clicked.
        marked = None if self.has_class("-below") and not self.has_focus else self._index
        times = [clock(row.what.at, self._now) for row in self._rows]
        room = max(map(len, times))
        self.put(
            [
                self._line(number, f"{times[number]:<{room}}", width, chosen=marked == number)
                for number in range(len(self._rows))
            ]
        )

    def _line(self, number: int, when: str, width: int, *, chosen: bool) -> list[Segment]:
        row = self._rows[number]
        if isinstance(row.what, LedgerRow):
            return self._ledger_line(row.what, when, width, chosen=chosen)
        change = row.what
        theme, glyphs = self.theme_styles, self.theme_styles.glyphs
        base = theme.ui["cursor"] if chosen else theme.ui["screen"]
        muted = base if chosen else theme.ui["muted"] + Style(bgcolor=base.bgcolor)
        pointer = glyphs.pointer if chosen else " "
        before, after = before_words(change), after_words(change)
        after_chip = Segment(f" {after} ", style_after(change, theme, base))
        lasting = "" if change.lasted is None else f"after {span(change.lasted)}"
        subject = self._subject(row)
        if width < WIDE:
            room = max(1, width - cell_len(when) - BEFORE_WIDTH - 8)
            return [
                Segment(f"{pointer}{when} ", base),
                Segment(f" {fit(subject, room, glyphs)} {glyphs.becomes} ", muted),
                after_chip,
            ]
        line = [
            Segment(f"{pointer}{when} ", base),
            Segment(f" {subject:<{SUBJECT_WIDTH}} ", muted),
            Segment(f" {before:>{BEFORE_WIDTH}} {glyphs.becomes} ", muted),
            after_chip,
            Segment(" " * max(0, BEFORE_WIDTH - len(after)), base),
            Segment(f" {lasting:<{LASTED_WIDTH + 6}}  ", base),
        ]
        room = width - Segment.get_line_length(line)
        if room > 0:
            line.append(Segment(fit(safe(change.summary), room, glyphs), muted))
        return line

    def _ledger_line(self, row: LedgerRow, when: str, width: int, *, chosen: bool) -> list[Segment]:
        theme, glyphs = self.theme_styles, self.theme_styles.glyphs
        base = theme.ui["cursor"] if chosen else theme.ui["screen"]
        style = base if chosen else theme.ui["mark"] + base.background_style
        head = f"{glyphs.pointer if chosen else ' '}{when} "
        words = fit(f"   {row_words(row, self._now)}", max(1, width - cell_len(head)), glyphs)
        return [Segment(head, base), Segment(words, style)]

    def _subject(self, row: Row) -> str:
        """What changed, with a sign where more is below it, and set in where it is below."""
        word = subject_word(row.change) if row.change else ""
        glyphs = self.theme_styles.glyphs
        if row.parts:
            return f"{glyphs.unfolded if row.unfolded else glyphs.folded} {word} +{row.parts}"
        return f"{'    ' if row.of else '  '}{word}"

    def action_fold(self, fold: bool) -> None:
        """Hide or show the endpoints below the selected change."""
        if not self._rows:
            return
        row = self._rows[self._index]
        head = row.of or row.change
        if head is None:
            return
        self._unfolded = [one for one in self._unfolded if one != head]
        if not fold and row.parts:
            self._unfolded.append(head)
        if fold and row.of:
            self._pinned = head
        self._draw()

    def action_move(self, step: int) -> None:
        """Select an older or newer change."""
        self._choose(self._index + step)

    def action_page(self, pages: int) -> None:
        """Move the selection by a page."""
        self._choose(self._index + pages * max(1, self.size.height - 1))

    def action_end(self, index: int) -> None:
        """Select the newest change and unpin, or the oldest."""
        self._choose(index if index >= 0 else len(self._rows) - 1)
        if index == 0:
            self._pinned = None

    def _choose(self, index: int) -> None:
        if not self._rows:
            return
        index = max(0, min(index, len(self._rows) - 1))
        self._pinned = self._rows[index].what
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
        if index >= len(self._rows):
            return
        if event.chain > 1 and index == self._index:
            self.action_open()
        else:
            self._choose(index)
