"""What counts as a gap in a recording."""

from collections.abc import Mapping

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
