"""The clock of the recorder, which notices that it was set."""

from collections.abc import Callable

TRUSTED_AFTER_SECONDS = 3600.0
"""How long the clock must run without a jump before anything is deleted by age."""

JUMP_SECONDS = 60.0
"""A larger deviation from the monotonic clock is a jump."""


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
