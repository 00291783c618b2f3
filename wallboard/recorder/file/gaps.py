"""What counts as a gap in a recording."""

GAP_SECONDS = 120.0
"""A shorter silence is none, however often the entry points are polled."""

BACK_SECONDS = 2.0
"""A clock that is put back by more than this begins another segment."""


def gap_after(longest_interval: float) -> float:
    """After how many seconds without a poll a recording has a gap, given the slowest interval."""
    return max(GAP_SECONDS, 3 * longest_interval)
