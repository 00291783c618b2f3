"""Compact density: an entry point as one line, in columns."""

from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from wallboard.domain.policy import Level
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.domain.verdict import Judgement
from wallboard.ui.look.glyphs import Glyphs
from wallboard.ui.look.text import fit, safe, short_figure, wait
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.wall.sparkline import SCALE_WIDTH, sparkline
from wallboard.ui.wall.tile import TileStyles
from wallboard.ui.widgets.status_words import (
    chart_columns,
    chart_slot,
    chip_text,
    marks_of,
    response_type_kind,
    title_of,
    title_words,
)

CHIP, NUMBER, WAIT, QUEUE, SLOTS, BUTTON = 13, 6, 6, 5, 5, 7
VERDICT, VERDICT_AND_CAUSE = 15, 23

LEAST_NAME = 12
"""Least width of a name; figures are left out for it."""
NAME = 20
"""Width of a name before a chart gets any; the rest goes to it too."""
LEAST_SPARK, LONGEST_SPARK = 12, 40


class Columns(NamedTuple):
    """Widths of the flexible columns; 0 leaves a column out."""

    verdict: int
    chip: int
    name: int
    group: int
    spark: int
    marks: int


def columns_of(width: int) -> Columns:
    """The columns of a line of ``width`` cells, including the gap beside it."""
    chip = CHIP if width >= 96 else 3
    verdict = VERDICT_AND_CAUSE if width >= 110 else VERDICT
    figures = WAIT + (QUEUE + 1) + (SLOTS + 1) + 1
    fixed = 1 + verdict + 1 + chip + 1 + (NUMBER + 1) + figures + (BUTTON + 1) + 1
    room = width - fixed
    marks = min(20, max(0, room // 4))
    group = 8 if room >= 60 else 0
    left = room - marks - group - NAME
    spark = min(LONGEST_SPARK, left) if left >= LEAST_SPARK else 0
    name = max(LEAST_NAME, room - marks - group - spark)
    return Columns(verdict, chip, name, group, spark, marks)


def heads(width: int, glyphs: Glyphs) -> list[tuple[str, str]]:
    """The column titles, each with the sort order it selects when clicked."""
    columns = columns_of(width)
    return [
        (fit(" VERDICT", 1 + columns.verdict + 1 + columns.chip + 1, glyphs), "worst"),
        (fit("NAME", columns.name, glyphs), "name"),
        (fit("GROUP", columns.group, glyphs), ""),
        (f"{'ID':>{NUMBER}} ", "id"),
        (f"{'WAIT':>{WAIT}}", "wait"),
        (f"{'QUEUE':>{QUEUE + 1}}", "queue"),
        (f"{'SLOTS':>{SLOTS + 1}} ", ""),
        (f"{'BUTTON':<{BUTTON}} ", ""),
        (fit("EST. WAIT", columns.spark, glyphs), "wait"),
        (fit("CHANGED" if columns.marks >= 7 else "", columns.marks, glyphs), "changed"),
    ]


class CompactPainter:
    """Draws lines of one width in one theme."""

    def __init__(self, theme: BoardTheme, width: int) -> None:
        """``width`` is in cells and includes the gap to the next line beside it."""
        self.theme = theme
        self.glyphs = theme.glyphs
        self.width = width
        self.columns = columns_of(width)
        self._gap = Segment(" ", theme.ui["screen"])
        self._styles = {selected: TileStyles(theme, selected) for selected in (False, True)}

    def paint(self, status: EntryPointStatus, now: float, *, selected: bool) -> list[Strip]:
        """The entry point as one strip."""
        styles, judgement, glyphs = self._styles[selected], status.judgement, self.glyphs
        columns, limits = self.columns, status.policy.thresholds
        chip_kind = response_type_kind(judgement)
        chip = chip_text(judgement, columns.chip, glyphs)
        name = safe(status.entry_point.name)
        marks = marks_of(status, now, columns.marks - 1, glyphs)
        wait_style = styles.value(judgement, limits.wait_level(judgement.wait_seconds), now)
        queue_style = styles.value(judgement, limits.queue_level(judgement.queue_depth), now)
        line = [
            self._edge(status, styles, selected=selected),
            Segment(
                fit(f" {self._title(judgement)}", columns.verdict, glyphs),
                self.theme.verdict[judgement.verdict],
            ),
            Segment(" ", styles.body),
            Segment(fit(chip, columns.chip, glyphs), self.theme.response_type[chip_kind]),
            Segment(" ", styles.body),
            Segment(fit(name, columns.name, glyphs), styles.name),
            Segment(fit(safe(status.entry_point.group), columns.group, glyphs), styles.muted),
            Segment(
                fit(str(status.entry_point.key.id).rjust(NUMBER), NUMBER, glyphs), styles.muted
            ),
            Segment(" ", styles.body),
            Segment(f"{wait(judgement.wait_seconds, glyphs):>{WAIT}}", wait_style),
            Segment(f"{short_figure(judgement.queue_depth, glyphs):>{QUEUE + 1}}", queue_style),
            Segment(
                f"{short_figure(judgement.capacity, glyphs):>{SLOTS + 1}} ",
                styles.value(judgement, limits.capacity_level(judgement.capacity), now),
            ),
            Segment(f"{judgement.button:<{BUTTON}} ", styles.button[judgement.button]),
            *self._spark(status, now, styles),
            Segment(fit(marks, columns.marks, glyphs), styles.mark),
        ]
        fitted = _whole(line, self.width - 1, styles.body)
        return [Strip([*fitted, self._gap], self.width)]

    def blank(self) -> list[Strip]:
        """An empty cell of the grid."""
        return [Strip([Segment(" " * self.width, self.theme.ui["screen"])], self.width)]

    def broken(self, status: EntryPointStatus, *, selected: bool) -> list[Strip]:
        """The line of an entry point whose drawing failed."""
        styles = self._styles[selected]
        words = f" ! CANNOT BE DRAWN  {status.entry_point.key.id}  see the notice"
        edge = self._edge(status, styles, selected=selected)
        text = Segment(fit(words, self.width - 2, self.glyphs), styles.body)
        return [Strip([edge, text, self._gap], self.width)]

    def _title(self, judgement: Judgement) -> str:
        if self.columns.verdict == VERDICT_AND_CAUSE:
            return title_of(judgement, self.glyphs)
        return title_words(judgement.verdict, "", self.glyphs.verdict[judgement.verdict])

    def _edge(self, status: EntryPointStatus, styles: TileStyles, *, selected: bool) -> Segment:
        if selected:
            return Segment(self.glyphs.selected_edge, styles.edge)
        level = status.judgement.level
        return Segment(self.glyphs.edge, styles.edges.get(level, styles.edges[Level.UNKNOWN]))

    def _spark(self, status: EntryPointStatus, now: float, styles: TileStyles) -> list[Segment]:
        if not self.columns.spark:
            return []
        columns = chart_columns(status, now, self.columns.spark - SCALE_WIDTH - 1)
        limits = status.policy.thresholds
        chart = sparkline(
            columns,
            limits,
            styles.spark,
            styles.gap,
            styles.muted,
            self.glyphs,
            slot=chart_slot(status, now) if self.theme.sweeps else None,
        )
        return [*chart, Segment(" ", styles.body)]


def _whole(line: list[Segment], room: int, fill: Style) -> list[Segment]:
    """As many whole columns as fit: part of a figure would be a wrong figure."""
    kept: list[Segment] = []
    for segment in line:
        room -= segment.cell_length
        if room < 0:
            room += segment.cell_length
            break
        kept.append(segment)
    return [*kept, Segment(" " * room, fill)]
