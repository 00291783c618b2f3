"""What a kiosk says of the entry points that are well: in one line, or on the whole screen."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment

from wallboard.domain.policy import Level, Verdict
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.ui.look.text import fit, safe, short_figure, wait
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.wall.big_figures import BigFigure, biggest_figures, clock_of, count_of
from wallboard.ui.wall.big_letters import big, big_height
from wallboard.ui.wall.headline import biggest
from wallboard.ui.widgets.lines import Lines, split

_CELLS_A_SCALE = 60
"""Cells of the screen for each step that its figures are bigger."""


class Longest(NamedTuple):
    """The longest wait or queue: in words, in big digits, and where."""

    label: str
    text: str
    digits: str
    name: str

    @property
    def words(self) -> str:
        """``longest wait 18s Sales DE``."""
        return f"{self.without_name} {self.name}".strip()

    @property
    def without_name(self) -> str:
        """``longest wait 18s``."""
        return f"{self.label} {self.text}"


def longest_of(statuses: Iterable[EntryPointStatus], theme: BoardTheme) -> tuple[Longest, Longest]:
    """The longest wait and the longest queue of these; without a name where nobody waits."""
    waiting, queueing = None, None
    for status in statuses:
        judgement = status.judgement
        if (judgement.wait_seconds or 0) > (waiting.judgement.wait_seconds or 0 if waiting else 0):
            waiting = status
        if (judgement.queue_depth or 0) > (queueing.judgement.queue_depth or 0 if queueing else 0):
            queueing = status
    seconds = waiting.judgement.wait_seconds if waiting else 0.0
    depth = queueing.judgement.queue_depth if queueing else 0
    return (
        Longest("longest wait", wait(seconds, theme.glyphs), clock_of(seconds), _name(waiting)),
        Longest(
            "longest queue", short_figure(depth, theme.glyphs), count_of(depth), _name(queueing)
        ),
    )


def _name(status: EntryPointStatus | None) -> str:
    return safe(status.entry_point.name) if status else ""


class WellLine(Lines):
    """One line for all that is well, and how many are left and rotate above it."""

    DEFAULT_CSS = "WellLine { height: auto; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "header")

    def show(self, statuses: Sequence[EntryPointStatus], page: str) -> None:
        """Draw it for these; no line without any and without pages."""
        if not statuses and not page:
            self.put([])
            return
        theme, base = self.theme_styles, self.background
        width = self.size.width or self.app.size.width
        opened = sum(status.judgement.verdict is Verdict.OPEN for status in statuses)
        tone = base + theme.level[Level.OK]
        words = f"{theme.glyphs.verdict[Verdict.OPEN]} {opened} open"
        left = [Segment(f" {words} ", tone) if opened else Segment(" 0 open ", base)]
        right = [Segment(f" {page} ", base)] if page else []
        for longest in longest_of(statuses, theme) if statuses else ():
            room = width - Segment.get_line_length([*left, *right])
            more = f"{theme.glyphs.separator} {longest.words} "
            brief = f"{theme.glyphs.separator} {longest.without_name} "
            shown = next((text for text in (more, brief) if cell_len(text) <= room), "")
            left.append(Segment(shown, base))
        self.put([split(left, right, width, base, theme.glyphs)])


class AllWell(Lines):
    """The whole screen, where nothing is wrong: how many are open, and the longest wait."""

    DEFAULT_CSS = "AllWell { height: 1fr; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "screen")

    def show(self, statuses: Sequence[EntryPointStatus], width: int, height: int) -> None:
        """Draw it for these in so many cells."""
        theme, base = self.theme_styles, self.background
        words = words_of(statuses)
        rows = big_height()
        heights = tuple(max(1, height - below) for below in (2 * rows + 4, rows + 1, 2, 0))
        headline = biggest((words,), "", width - 2, heights)
        style = theme.level[Level.OK] + base.background_style
        lines = [words]
        if headline:
            lines = []
            for text, _ in headline.lines:
                lines += [""] * (headline.between if lines else 0)
                lines += big(text, theme.glyphs, headline.scale)
        drawn = [[Segment(_centred(line, width), style)] for line in lines]
        below = self._figures(statuses, width, height - len(drawn))
        free = height - len(drawn) - len(below)
        between = min(2, free) if below else 0
        top = (free - between) // 2
        blank = [Segment(" " * width, base)]
        self.put([*[blank] * top, *drawn, *[blank] * between, *below])

    def _figures(
        self, statuses: Sequence[EntryPointStatus], width: int, room: int
    ) -> list[list[Segment]]:
        """The longest wait and queue: in big digits of one size, or in a line of words."""
        theme, base = self.theme_styles, self.background
        both = longest_of(statuses, theme)
        tone = theme.level[Level.OK] + base.background_style
        figures = [BigFigure(one.label, one.digits, tone, one.name) for one in both]
        across = width * 4 // 5
        rows = biggest_figures(
            (figures,), across, room - 1, max(1, width // _CELLS_A_SCALE), base, theme.glyphs
        )
        if rows:
            start = Segment(" " * ((width - across) // 2), base)
            return [[start, *row] for row in rows]
        between = f" {theme.glyphs.separator} "
        words = between.join(one.words for one in both)
        if cell_len(words) > width:
            words = between.join(one.without_name for one in both)
        words = fit(words, min(cell_len(words), width), theme.glyphs)
        return [[Segment(_centred(words, width), base)]] if room > 0 else []


def words_of(statuses: Sequence[EntryPointStatus]) -> str:
    """``ALL 13 OPEN``, or how many of them are."""
    opened = sum(status.judgement.verdict is Verdict.OPEN for status in statuses)
    if opened == len(statuses):
        return f"ALL {opened} OPEN" if opened > 1 else "OPEN"
    if all(status.judgement.verdict is Verdict.WAITING for status in statuses):
        return "WAITING"
    return f"{opened} OF {len(statuses)} OPEN"


def _centred(text: str, width: int) -> str:
    return " " * ((width - cell_len(text)) // 2) + text
