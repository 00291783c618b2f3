"""The clock of this machine: one that only goes on, and whether the other one was set."""

import time
from collections.abc import Callable

SET_SECONDS = 2.0
"""A clock that deviates by less between two looks only runs unevenly."""

_COUNTS_SLEEP = getattr(time, "CLOCK_BOOTTIME", None)


def running() -> float:
    """Seconds on a clock that nobody sets; where the system has such a one, sleep counts too."""
    return time.monotonic() if _COUNTS_SLEEP is None else time.clock_gettime(_COUNTS_SLEEP)


class ClockWatch:
    """Tells when Unix time was put forward or back, by a clock that nobody sets."""

    def __init__(self, clock: Callable[[], float], running: Callable[[], float] = running) -> None:
        """``clock`` is Unix time in seconds, ``running`` seconds that only go on."""
        self._clock = clock
        self._running = running
        self._ahead = clock() - running()

    def set_by(self) -> float:
        """Seconds by which it was put forward since the last look, or back; else 0."""
        before, self._ahead = self._ahead, self._clock() - self._running()
        by = self._ahead - before
        return by if abs(by) > SET_SECONDS else 0.0
