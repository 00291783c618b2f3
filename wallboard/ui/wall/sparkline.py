"""The wait of the last polls as one line of blocks, with its gaps and its scale."""

import math
from collections.abc import Sequence
from itertools import groupby

from rich.segment import Segment
from rich.style import Style

from wallboard.domain.policy import Level, Thresholds
from wallboard.ui.look.glyphs import UNICODE, Glyphs
from wallboard.ui.look.text import span
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.wall.tile_styles import Drawn
from wallboard.ui.widgets.status_words import chart_columns, chart_slot

_DAY = 86_400
_SCALES = (10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 43_200, _DAY)
_LAST_DAY = 999
SCALE_WIDTH = 5


def scale_of(columns: Sequence[float | None]) -> float:
    """The round number of seconds at the top of a chart of these waits: at most 999 days."""
    highest = max((value for value in columns if value is not None), default=0.0)
    if highest > _DAY:
        return float(_DAY * math.ceil(min(highest / _DAY, _LAST_DAY)))
    return next(float(scale) for scale in _SCALES if highest <= scale)


def sparkline(
    columns: Sequence[float | None],
    thresholds: Thresholds,
    level_styles: dict[Level, Style],
    gap_style: Style,
    scale_style: Style,
    glyphs: Glyphs = UNICODE,
    *,
    slot: int | None = None,
) -> list[Segment]:
    """One block a column, coloured by the threshold it reaches, then the scale.

    Columns before the first known value are blank; an unknown value after it is a gap. With
    ``slot``, the number of the interval of the last column, the chart sweeps: each interval keeps
    its cell, and the cell after the newest is blank.
    """
    scale = scale_of(columns)
    begun = False
    cells: list[tuple[str, Style]] = []
    for value in columns:
        if value is None:
            cells.append((glyphs.gap if begun else " ", gap_style))
            continue
        begun = True
        blocks = glyphs.blocks
        block = blocks[int(min(max(value / scale, 0.0) * len(blocks), len(blocks) - 1))]
        cells.append((block, level_styles[thresholds.wait_level(value)]))
    if slot is not None:
        cells = _swept(cells, slot, (" ", gap_style))
    segments = []
    for style, run in groupby(cells, key=lambda cell: cell[1]):
        segments.append(Segment("".join(block for block, _ in run), style))
    top = f"{glyphs.at_most}{_round(scale)}" if begun else ""
    segments.append(Segment(f"{top:>{SCALE_WIDTH}}", scale_style))
    return segments


def _swept(
    cells: list[tuple[str, Style]], slot: int, blank: tuple[str, Style]
) -> list[tuple[str, Style]]:
    """The cells, each at the position of its interval, with a blank in place of the oldest."""
    if not cells:
        return []
    newest = slot % len(cells)
    ahead = (newest + 1) % len(cells)
    swept = cells[len(cells) - 1 - newest :] + cells[: len(cells) - 1 - newest]
    if len(cells) > 1:
        swept[ahead] = blank
    return swept


def _round(scale: float) -> str:
    return span(scale).replace("m00s", "m").replace("h00m", "h").replace("d00h", "d")


def waits_of(drawn: Drawn, columns: int, theme: BoardTheme) -> list[Segment]:
    """The wait of the last polls in so many columns, with its scale behind them."""
    status, now, styles, _ = drawn
    return sparkline(
        chart_columns(status, now, columns),
        status.policy.thresholds,
        styles.spark,
        styles.gap,
        styles.muted,
        theme.glyphs,
        slot=chart_slot(status, now) if theme.sweeps else None,
    )
