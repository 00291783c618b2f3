"""The clocks of this machine: a monotonic one, and whether the wall clock was set."""

import time
from collections.abc import Callable

SET_SECONDS = 2.0
"""A smaller difference between two looks is drift, no setting of the clock."""

_COUNTS_SLEEP = getattr(time, "CLOCK_BOOTTIME", None)


def running() -> float:
    """Seconds on a monotonic clock that counts sleep where the system has one."""
    return time.monotonic() if _COUNTS_SLEEP is None else time.clock_gettime(_COUNTS_SLEEP)


class ClockWatch:
    """Notices when Unix time was set forward or back, by a monotonic clock."""

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
