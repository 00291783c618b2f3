"""The frame that the screens of the board share: header, banner, time strip and keys."""

import time
from typing import ClassVar

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widget import Widget

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.observation import ServerStatus
from wallboard.domain.policy import Verdict
from wallboard.domain.snapshot import Snapshot
from wallboard.ui.look.glyphs import Glyphs
from wallboard.ui.look.terminal_abilities import LEAST_HEIGHT, LEAST_WIDTH
from wallboard.ui.look.text import safe, span
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.view import View
from wallboard.ui.screen.header import BoardHeader
from wallboard.ui.screen.time_strip import TimeStrip
from wallboard.ui.terminal.screen import PromptScreen
from wallboard.ui.widgets.key_bar import KeyBar
from wallboard.ui.widgets.lines import Lines, word_wrapped

MOST_LINES = 4
"""Lines of the banner, and of a passing message."""


class Banner(Lines):
    """A line for each unreachable server and each notice."""

    DEFAULT_CSS = "Banner { height: auto; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "screen")

    def show(self, view: View) -> None:
        """Draw the banner for this view."""
        outage, notice = self.theme_styles.ui["outage"], self.theme_styles.ui["notice"]
        width = self.size.width or self.app.size.width
        glyphs = self.theme_styles.glyphs
        texts = [(outage_words(s, view, glyphs), outage) for s in view.snapshot.unreachable]
        texts += [
            (f" {' ' if number else '!'} {line}", notice)
            for text in view.notices
            for number, line in enumerate(word_wrapped(safe(text), width - 4))
        ]
        if len(texts) > MOST_LINES:
            more = len(texts) - MOST_LINES + 1
            texts = [
                *texts[: MOST_LINES - 1],
                (f" {glyphs.ellipsis} and {more} more lines", notice),
            ]
        self.put([Segment.adjust_line_length([Segment(t, s)], width, s) for t, s in texts])


def outage_words(status: ServerStatus, view: View, glyphs: Glyphs) -> str:
    """Server, cause, since when, and time to the next try."""
    cause = status.failure.cause if status.failure else ""
    message = safe(status.failure.message) if status.failure else ""
    count = _entry_points_of(view.snapshot, status.server)
    since = f" since {clock(status.since)}" if status.since is not None else ""
    retry = ""
    if status.next_probe_at is not None:
        left = status.next_probe_at - view.now
        retry = f", next try in {span(left)}" if left >= 0.5 else ", trying now"
    glyph = glyphs.verdict[Verdict.UNREACHABLE]
    return f" {glyph} {safe(status.server)} {cause}{since}{retry} ({count}): {message}"


def clock(at: float) -> str:
    """Local time of day."""
    return time.strftime("%H:%M:%S", time.localtime(at))


def _entry_points_of(snapshot: Snapshot, server: str) -> str:
    count = sum(1 for key in snapshot.entry_points if key.server == server)
    return f"{count} entry point{'' if count == 1 else 's'}"


class Passing(Lines):
    """A message that disappears by itself."""

    DEFAULT_CSS = """
    Passing { layer: passing; dock: bottom; height: auto; }
    Passing.-above-the-strip { margin-bottom: 2; }
    """

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "notice")

    def show(self, view: View) -> None:
        """Draw the message of this view, complete if it fits."""
        # In a replay the time strip must stay visible.
        self.set_class(view.replay_position is not None, "-above-the-strip")
        text = safe(view.passing)
        lines = list(word_wrapped(text, self.app.size.width - 2))[:MOST_LINES] if text else []
        self.put([[Segment(f" {line}", self.background)] for line in lines])


class BoardScreen(PromptScreen[object]):
    """A screen with header, banner and keys; a subclass gives the widgets between."""

    DEFAULT_CSS = """
    BoardScreen { layout: vertical; background: $background; layers: default passing; }
    BoardScreen > TooSmall { display: none; height: 1fr; }
    BoardScreen.-too-small > * { display: none; }
    BoardScreen.-too-small > TooSmall { display: block; }
    """

    REACHED_BY: ClassVar[str] = ""
    """The action that opens this screen, which the key bar leaves out on it."""

    BINDINGS = [
        # Priority: keys typed right after it must already go into the line.
        Binding("g", "go_to", "Go to a time", show=False, priority=True, id="go_to"),
    ]

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__()
        self.theme_styles = theme
        self.view: View | None = None
        self._focused_before: Widget | None = None

    def compose(self) -> ComposeResult:
        """Header, banner, what the subclass shows, and the keys."""
        yield BoardHeader(self.theme_styles)
        yield Banner(self.theme_styles)
        yield from self.parts()
        yield TimeStrip(self.theme_styles)
        yield KeyBar(self.theme_styles)
        yield Passing(self.theme_styles)
        yield TooSmall(self.theme_styles)

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme, for widgets mounted later."""
        self.theme_styles = theme

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether an action is allowed: the app decides for all screens."""
        # Only input lines have a cursor; their class is imported when one is opened.
        if action == "go_to" and hasattr(self.focused, "cursor_position"):
            return False
        return self.app.check_action(action, parameters)

    async def action_go_to(self) -> None:
        """Ask for a time to go to."""
        await self.app.run_action("go_to")

    def parts(self) -> list[Widget]:
        """The widgets between banner and keys."""
        return [Vertical()]

    def entry_point_in_full(self) -> EntryPointKey | None:
        """The entry point of a drill-down; ``None`` on other screens."""
        return None

    def select_entry_point(self, key: EntryPointKey) -> None:
        """Select an entry point, if this screen has a selection."""

    def show(self, view: View) -> None:
        """Show this view."""
        self.view = view
        if self.has_class("-too-small"):
            return
        self.query_one(BoardHeader).show(view)
        self.query_one(Banner).show(view)
        self.query_one(Passing).show(view)
        self.query_one(TimeStrip).show(view)

    def on_resize(self) -> None:
        """Draw the board for the new size, or a message if the terminal is too small."""
        width, height = self.app.size
        too_small = width < LEAST_WIDTH or height < LEAST_HEIGHT
        # A hidden widget loses the focus, and does not get it back by itself.
        if too_small:
            self._focused_before = self.focused or self._focused_before
        elif self.focused is None and self._focused_before:
            self.call_after_refresh(self.set_focus, self._focused_before)
        self.set_class(too_small, "-too-small")
        if too_small:
            self.query_one(TooSmall).say(width, height)
        elif self.view:
            self.call_after_refresh(self.show, self.view)


class TooSmall(Lines):
    """Shown when the terminal is too small for the board."""

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "screen")

    def say(self, width: int, height: int) -> None:
        """Show the size of the terminal and the least size needed."""
        from rich.segment import Segment

        by = self.theme_styles.glyphs.times
        words = (
            "Terminal too small",
            f"{width}{by}{height}",
            f"needs {LEAST_WIDTH}{by}{LEAST_HEIGHT}",
        )
        self.put([[Segment(text, self.background)] for text in words])
