"""One entry point as a tile: a pure function from what is known to five lines of cells."""

from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from wallboard.board import EntryPointStatus
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.verdict import Judgement
from wallboard.ui.glyphs import RESPONSE_TYPE, Glyphs
from wallboard.ui.text import fit, safe, short_figure, span, wait
from wallboard.ui.theme import BoardTheme
from wallboard.ui.widgets.sparkline import SCALE_WIDTH, sparkline

TILE_HEIGHT = 5
TILE_MIN_WIDTH = 26
"""Cells, with the gap to the next tile."""


class TilePainter:
    """Draws tiles of one width in one theme."""

    def __init__(self, theme: BoardTheme, width: int) -> None:
        """``width`` is in cells and includes the gap to the next tile."""
        self.theme = theme
        self.glyphs = theme.glyphs
        self.width = width
        self._inner = width - 2
        self._gap = Segment(" ", theme.ui["screen"])
        self._styles = {selected: _Styles(theme, selected) for selected in (False, True)}

    def paint(self, status: EntryPointStatus, now: float, *, selected: bool) -> list[Strip]:
        """The tile as ``TILE_HEIGHT`` strips, each ``width`` cells wide."""
        styles = self._styles[selected]
        judgement = status.judgement
        edge = Segment(
            self.glyphs.selected_edge if selected else self.glyphs.edge,
            styles.edge if selected else styles.edges[judgement.level],
        )
        lines = (
            self._title(judgement),
            self._name(status, now, styles),
            self._wait_and_queue(status, now, styles),
            self._slots_and_button(judgement, now, styles),
            self._spark(status, now, styles),
        )
        return [Strip([edge, *line, self._gap], self.width) for line in lines]

    def blank(self) -> list[Strip]:
        """A place without a tile."""
        return [Strip([Segment(" " * self.width, self.theme.ui["screen"])], self.width)] * 5

    def broken(self, status: EntryPointStatus, *, selected: bool) -> list[Strip]:
        """A tile that could not be drawn: its id, and that it is the board that failed."""
        styles = self._styles[selected]
        edge = Segment(self.glyphs.selected_edge if selected else self.glyphs.edge, styles.edge)
        words = (" ! CANNOT BE DRAWN", f" {status.entry_point.key.id}", " see the notice", "", "")
        return [
            Strip(
                [edge, Segment(fit(text, self._inner, self.glyphs), styles.body), self._gap],
                self.width,
            )
            for text in words
        ]

    def _title(self, judgement: Judgement) -> list[Segment]:
        style = self.theme.verdict[judgement.verdict]
        title = title_of(judgement, self.glyphs)
        bare = _title_words(judgement.verdict, "", self.glyphs.verdict[judgement.verdict])
        chip = chip_text(judgement, self._inner - cell_len(bare) - 2, self.glyphs)
        chip_style = self.theme.response_type[response_type_kind(judgement)]
        room = self._inner - cell_len(chip)
        return [Segment(fit(f" {title}", room, self.glyphs), style), Segment(chip, chip_style)]

    def _name(self, status: EntryPointStatus, now: float, styles: "_Styles") -> list[Segment]:
        name, number = safe(status.entry_point.name), str(status.entry_point.key.id)
        number = "" if name == number else f" {number}"
        beside = self._inner - 2 - cell_len(name) - len(number) - 1
        marks = marks_of(status.judgement, now, beside, self.glyphs)
        room = self._inner - 2 - cell_len(marks)
        name_room = max(1, min(cell_len(name), room - len(number) - 1))
        name = fit(name, name_room, self.glyphs)
        return [
            Segment(f" {name}", styles.name),
            Segment(fit(number, room - cell_len(name), self.glyphs), styles.muted),
            Segment(f"{marks} ", styles.mark),
        ]

    def _wait_and_queue(
        self, status: EntryPointStatus, now: float, styles: "_Styles"
    ) -> list[Segment]:
        judgement, limits = status.judgement, status.policy.thresholds
        waiting = wait(judgement.wait_seconds, self.glyphs)
        queue = short_figure(judgement.queue_depth, self.glyphs)
        wait_level = limits.wait_level(judgement.wait_seconds)
        queue_level = limits.queue_level(judgement.queue_depth)
        room = self._inner - len(" est. wait ") - len(waiting) - len(queue) - 1
        label = " queue " if room >= len(" queue ") else " q "
        return self._fitted(
            [
                Segment(" est. wait ", styles.muted),
                Segment(waiting, styles.value(judgement, wait_level, now)),
                Segment(f"{label:>{max(room, 0)}}", styles.muted),
                Segment(queue, styles.value(judgement, queue_level, now)),
            ],
            styles,
        )

    def _slots_and_button(
        self, judgement: Judgement, now: float, styles: "_Styles"
    ) -> list[Segment]:
        slots, button = short_figure(judgement.capacity, self.glyphs), judgement.button
        room = self._inner - len(" slots ") - len(slots) - len(button) - 1
        label = " button " if room >= len(" button") else " btn "
        return self._fitted(
            [
                Segment(" slots ", styles.muted),
                Segment(slots, styles.value(judgement, Level.OK, now)),
                Segment(f"{label:>{max(room, 0)}}", styles.muted),
                Segment(button, styles.button[button]),
            ],
            styles,
        )

    def _spark(self, status: EntryPointStatus, now: float, styles: "_Styles") -> list[Segment]:
        columns = chart_columns(status, now, self._inner - 2 - SCALE_WIDTH)
        chart = sparkline(
            columns,
            status.policy.thresholds,
            styles.spark,
            styles.gap,
            styles.muted,
            self.glyphs,
        )
        pad = Segment(" ", styles.body)
        return [pad, *chart, pad]

    def _fitted(self, segments: list[Segment], styles: "_Styles") -> list[Segment]:
        return Segment.adjust_line_length(segments, self._inner, styles.body)


class _Styles:
    """The styles of a tile's body, on the background of one that is selected or not."""

    def __init__(self, theme: BoardTheme, selected: bool) -> None:
        self.body = theme.ui["selected" if selected else "tile"]
        on_body = Style(bgcolor=self.body.bgcolor)
        self.edge = theme.ui["edge"] + on_body
        self.name = self.body + Style(bold=True)
        self.muted = theme.ui["muted"] + on_body
        self.stale = theme.ui["stale"] + on_body
        self.mark = theme.ui["mark"] + on_body
        self.gap = theme.ui["gap"] + on_body
        self.strong = self.body + Style(bold=True)
        self.levels = {level: style + on_body for level, style in theme.level.items()}
        # Blocks are shapes: reversed or underlined they would be other shapes.
        plain = Style(reverse=False, underline=False)
        self.edges = {level: style + plain for level, style in self.levels.items()}
        self.spark = {**self.edges, Level.OK: theme.ui["spark"] + on_body}
        self.button = {
            "shown": self.levels[Level.OK],
            "hidden": self.levels[Level.CRITICAL],
            "unknown": self.levels[Level.UNKNOWN],
        }

    def value(self, judgement: Judgement, level: Level, now: float) -> Style:
        if judgement.stale(now) or judgement.verdict is Verdict.UNREACHABLE:
            return self.stale
        return self.strong if level is Level.OK else self.levels[level]


@lru_cache(maxsize=4096)
def _title_words(verdict: Verdict, detail: str, sign: str) -> str:
    words = f"{sign} {verdict.label}"
    return f"{words} {safe(detail)}" if detail else words


def title_of(judgement: Judgement, glyphs: Glyphs) -> str:
    """Glyph, word and, where there is one, the cause or the raw value behind the verdict."""
    detail = judgement.cause or judgement.raw or ""
    return _title_words(judgement.verdict, detail, glyphs.verdict[judgement.verdict])


def response_type_kind(judgement: Judgement) -> str:
    """Which of the theme's response types a chip has; one that is no longer answered is off."""
    if Endpoint.CHECK_ELIGIBILITY in judgement.failing or judgement.verdict is Verdict.UNREACHABLE:
        return "off"
    if judgement.response_type in {0, 1, 2}:
        return str(judgement.response_type)
    return "off" if judgement.raw_response_type is None else "unknown"


def chip_text(judgement: Judgement, room: int, glyphs: Glyphs) -> str:
    """The response type in words, or only its number where there is no room for them."""
    kind = str(judgement.response_type)
    if kind in RESPONSE_TYPE:
        words = f" {kind} {RESPONSE_TYPE[kind]} "
        return words if len(words) <= room else f" {kind} " if room > 2 else kind
    if judgement.raw_response_type is not None:
        raw = safe(judgement.raw_response_type)
        return f" ? {fit(raw, min(len(raw), 8), glyphs)} " if room > 12 else " ? "
    return f" {glyphs.unknown} " if room > 2 else glyphs.unknown


def marks_of(judgement: Judgement, now: float, room: int, glyphs: Glyphs) -> str:
    """What stands beside the verdict: in words where there is room, else as signs; then the age."""
    marks = [
        (sign, word)
        for sign, word, holds in (
            (glyphs.contradiction, "contradiction", judgement.contradiction),
            (
                glyphs.partial,
                "partial",
                judgement.partial and judgement.verdict is not Verdict.UNREACHABLE,
            ),
            (glyphs.lenient, "lenient", judgement.lenient),
        )
        if holds
    ]
    age = age_of(judgement, now)
    words = " ".join([*(f"{sign} {word}" for sign, word in marks), *([age] if age else [])])
    if len(words) <= room:
        return words
    return " ".join(["".join(sign for sign, _ in marks), *([age] if age else [])]).strip()


def age_of(judgement: Judgement, now: float) -> str:
    """How old the values are, once they are no longer fresh."""
    if judgement.fresh_until is None or not judgement.stale(now):
        return ""
    return f"{span(now - judgement.newest_at)} old" if judgement.newest_at else ""


def chart_columns(status: EntryPointStatus, now: float, count: int) -> list[float | None]:
    """The waits of the last ``count`` polls, one column an interval.

    The chart ends at the newest sample, so that it moves when something was heard; when nothing
    has been heard for two intervals it moves on, and the silence shows as a gap.
    """
    history, interval = status.state.history, status.policy.interval
    if not len(history) or count <= 0:
        return [None] * max(count, 0)
    end = max(history[-1].at, now - 2 * interval)
    return history.columns("wait_seconds", end=end, seconds=interval, count=count)
