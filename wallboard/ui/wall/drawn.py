"""What a tile or a line is drawn from, and the charts that both have."""

from typing import NamedTuple

from rich.segment import Segment

from wallboard.domain.snapshot import EntryPointStatus
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.wall.sparkline import sparkline
from wallboard.ui.wall.state_strip import Slices, strip_of
from wallboard.ui.wall.tile_styles import TileStyles
from wallboard.ui.widgets.alarm_mark import NO_ALARM, AlarmMark
from wallboard.ui.widgets.status_words import chart_columns, chart_slot


class Drawn(NamedTuple):
    """What a tile or a line is drawn from."""

    status: EntryPointStatus
    now: float
    styles: TileStyles
    alarm: AlarmMark = NO_ALARM


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


def states_of(drawn: Drawn, slices: Slices, theme: BoardTheme) -> list[Segment]:
    """The strip of states in these slices."""
    status, now, styles, _ = drawn
    states = status.states(now, slices.cells, minutes=slices.minutes)
    return strip_of(states, styles.shapes, styles.gap, theme.glyphs)
