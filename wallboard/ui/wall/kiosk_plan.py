"""What a kiosk pins to its screen: the faults as large tiles, and as lines what is left of them."""

from collections.abc import Sequence
from operator import itemgetter

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.snapshot import EntryPointStatus, Snapshot
from wallboard.frozen import frozen
from wallboard.ui.wall.arrange import alarm_place, covering_alarm_of, is_fault
from wallboard.ui.wall.layout import COMPACT, LARGE, Shape, largest, tallest

LEAST_TILE = 6
"""Rows of the lowest tile: verdict and age, name, why, and the figures."""
ROOMY = 24
"""Rows of a screen on which what is well keeps a third of them, if it needs that."""


@frozen
class KioskPlan:
    """So many faults as tiles of a shape, and so many as lines below them."""

    tiles: int
    shape: Shape
    lines: int
    line_shape: Shape


def plan(faults: int, others: int, width: int, height: int) -> KioskPlan:
    """The plan for so many faults, and others that rotate below them, in these cells.

    Faults that fit neither as tiles nor as lines rotate too.
    """
    lines = Shape(COMPACT, max(1, width // COMPACT.least_width), COMPACT.height)
    most_columns = width // LARGE.least_width
    nothing = KioskPlan(0, Shape(LARGE, 1, LEAST_TILE), 0, lines)
    if not faults:
        return nothing
    wanted = -(-others // lines.columns)
    height -= 1  # the line for all that is well
    room = height - (max(1, min(wanted, height // 3)) if height >= ROOMY else 1)
    tiles = largest((faults,), width, room, LEAST_TILE)
    if tiles:
        return KioskPlan(faults, tiles, 0, lines)
    return _tiles_and_lines(faults, most_columns, width, height - 1, lines)


def _tiles_and_lines(
    faults: int, most_columns: int, width: int, room: int, lines: Shape
) -> KioskPlan:
    """As many as tiles as leave room for the others as lines.

    Where not even that is possible, a third of the room is for tiles, and the others rotate.
    """
    columns = max(1, most_columns)
    least, most = (1, room // LEAST_TILE) if most_columns and room >= LEAST_TILE else (0, 0)
    for rows in range(most, least - 1, -1):
        left = faults - rows * columns
        needed = -(-left // lines.columns)
        if rows * LEAST_TILE + needed <= room:
            tall = min((room - needed) // max(rows, 1), tallest(width // columns))
            return KioskPlan(faults - left, Shape(LARGE, columns, tall), left, lines)
    rows = max(least, min(most, room // 3 // LEAST_TILE))
    return KioskPlan(rows * columns, Shape(LARGE, columns, LEAST_TILE), 0, lines)


class FaultFinder:
    """Finds the faults among entry points, anew only when there may be others.

    What has returned is one too until somebody has acknowledged it.
    """

    def __init__(self) -> None:
        self._found_for: object = None
        self._faults: tuple[EntryPointKey, ...] = ()

    def find(
        self, statuses: Sequence[EntryPointStatus], snapshot: Snapshot, reason: object
    ) -> tuple[EntryPointKey, ...]:
        """Those with an alarm first, then the worst.

        ``reason`` differs when these have other levels or alarms, or are others.
        """
        if reason != self._found_for:
            self._found_for, now = reason, snapshot.at
            faults = [
                (alarm_place(alarm), status.judgement.rank_at(now), status.entry_point.key)
                for status in statuses
                for alarm in [covering_alarm_of(status, snapshot)]
                if is_fault(status, now, alarm)
            ]
            faults.sort(key=itemgetter(0, 1))
            self._faults = tuple(key for *_, key in faults)
        return self._faults
