"""What counts as a gap in a recording."""

GAP_SECONDS = 120.0
"""A shorter silence is none, however often the entry points are polled."""

BACK_SECONDS = 2.0
"""A clock that is put back by more than this begins another segment."""


def gap_after(longest_interval: float, longest_backoff: float = 0.0) -> float:
    """After how many seconds without a poll a recording has a gap, given the slowest interval.

    A server that is out of reach is probed as seldom as every ``longest_backoff`` seconds.
    """
    return max(GAP_SECONDS, 3 * longest_interval, 2 * longest_backoff)
