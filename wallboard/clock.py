"""The clocks of this machine: a monotonic one, and whether the wall clock was set or is trusted."""

import time
from collections.abc import Callable

SET_SECONDS = 2.0
"""A smaller difference between two looks is drift, no setting of the clock."""

TRUSTED_AFTER_SECONDS = 3600.0
"""How long the clock must run without a jump before anything is deleted by age."""

JUMP_SECONDS = 60.0
"""A larger deviation from the monotonic clock is a jump."""

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


class TrustedClock:
    """Unix time, unless the clock was just set: a wrong time would delete too much."""

    def __init__(self, clock: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._steady_since = monotonic()
        self._offset = clock() - self._steady_since

    def now(self) -> float | None:
        """Unix time in seconds, or ``None`` while it cannot be trusted."""
        now, running = self._clock(), self._monotonic()
        offset = now - running
        if abs(offset - self._offset) > JUMP_SECONDS:
            self._offset, self._steady_since = offset, running
        return now if running - self._steady_since >= TRUSTED_AFTER_SECONDS else None
