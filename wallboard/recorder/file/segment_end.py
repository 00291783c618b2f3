"""When a segment ends, and the state of every target then, from which later boards are read.

Times and latencies of ``EndState`` are in the units of the schema.
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.columns import (
    LATENCY,
    POLLS,
    ROW,
    TICK,
    Shape,
    inflated,
    json_of,
    optional,
)

GAP_INTERVALS = 3
"""After so many intervals without a poll there is a gap."""

UNKNOWN_GAP_SECONDS = 30.0
"""The same in seconds where no interval is known."""

BACK_SECONDS = 2.0
"""A clock that is put back by more than this begins another segment."""

_NOTHING: Mapping[str, float] = {}


def gap_after(intervals: Mapping[str, float], waits: Mapping[str, float] = _NOTHING) -> float:
    """After how many seconds without a poll a recording has a gap.

    ``intervals`` are the seconds between two polls of an endpoint, by server; the server polled
    most often decides. ``waits`` are those until the next probe of servers that are out of reach.
    """
    return min(
        (GAP_INTERVALS * seconds + waits.get(name, 0.0) for name, seconds in intervals.items()),
        default=UNKNOWN_GAP_SECONDS,
    )


MOST_UNPACKED = 24 * 1024 * 1024
"""Bytes: more than all that can be polled in a segment take."""


class EndState(NamedTuple):
    """The last run of a target, and its last good answer, which may be older.

    ``good_answer`` is ``None`` while there never was one; ``elapsed`` is the latency of the newest
    poll.
    """

    target: int
    answer: int
    first: int
    last: int
    polls: int
    elapsed: int
    good_answer: int | None
    good_at: int
    good_elapsed: int


_SHAPE = Shape(
    "segment.standing",
    target=ROW,
    answer=ROW,
    first=TICK,
    last=TICK,
    polls=POLLS,
    elapsed=LATENCY,
    good_answer=optional(ROW),
    good_at=TICK,
    good_elapsed=LATENCY,
)


def end_states_bytes(end_states: Iterable[EndState]) -> bytes:
    """End states as they are written."""
    return zlib.compress(json.dumps(list(end_states), separators=(",", ":")).encode())


def end_states_of(data: bytes) -> list[EndState]:
    """The end states of a segment. Raises ``DamagedError``."""
    what = "the end of a segment"
    try:
        rows = json_of(inflated(data, MOST_UNPACKED, what), what)
    except DamagedError as error:
        raise DamagedError(f"the end of a segment cannot be read: {error}") from None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise DamagedError(f"{what} is invalid")
    return [EndState._make(_SHAPE.checked(row)) for row in rows]
