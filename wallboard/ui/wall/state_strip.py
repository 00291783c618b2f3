"""The strip of states: the worst level of each slice of the last hour, by shape and colour."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style

from wallboard.domain.policy import Level
from wallboard.domain.state_strip import KEPT_MINUTES, State
from wallboard.ui.look.glyphs import Glyphs
from wallboard.ui.look.text import span
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.wall.tile_styles import Drawn

HOUR, HALF_HOUR = 60, 30
ROUND_MINUTES = (1, 2, 3, 5, 6, 10, 15, 30)


class Slices(NamedTuple):
    """So many cells of so many minutes."""

    cells: int
    minutes: int

    @property
    def words(self) -> str:
        """How long they are together: ``1h``, ``1h30m``."""
        return span(self.cells * self.minutes * 60.0).replace("h00m", "h")


def slices_in(room: int) -> Slices:
    """The last hour in ``room`` cells, and as many half hours before it as they hold."""
    minutes = next((m for m in ROUND_MINUTES if room * m >= HOUR), 0)
    if not minutes:
        return Slices(0, 1)
    reach = min(room * minutes, KEPT_MINUTES) // HALF_HOUR * HALF_HOUR
    return Slices(reach // minutes, minutes)


def strip_of(
    states: Sequence[State | None], shapes: Mapping[Level, Style], gap: Style, glyphs: Glyphs
) -> list[Segment]:
    """One cell a slice, the newest at the right.

    ``gap`` is the style where nothing is known; before anything is known, cells are blank.
    """
    segments: list[Segment] = []
    for level, run in groupby(state.level if state else None for state in states):
        length = sum(1 for _ in run)
        if level is None:
            segments.append(Segment((glyphs.gap if segments else " ") * length, gap))
        else:
            segments.append(Segment(glyphs.strip[level] * length, shapes[level]))
    return segments


def states_of(drawn: Drawn, slices: Slices, theme: BoardTheme) -> list[Segment]:
    """The strip of states in these slices."""
    status, now, styles, _ = drawn
    states = status.states(now, slices.cells, minutes=slices.minutes)
    return strip_of(states, styles.shapes, styles.gap, theme.glyphs)
