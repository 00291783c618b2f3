"""A clock that is believed only once it has run evenly for a while."""

from collections.abc import Callable

EVEN_SECONDS = 3600.0
"""How long a clock must have run evenly before anything is forgotten by it."""

JUMP_SECONDS = 60.0
"""Deviating by more than this is a jump."""


class SteadyClock:
    """Tells Unix time, unless the clock was just set: what is deleted by a wrong one is gone."""

    def __init__(self, clock: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._even_since = monotonic()
        self._offset = clock() - self._even_since

    def now(self) -> float | None:
        """Unix time in seconds, or ``None`` while it cannot be trusted."""
        now, running = self._clock(), self._monotonic()
        offset = now - running
        if abs(offset - self._offset) > JUMP_SECONDS:
            self._offset, self._even_since = offset, running
        return now if running - self._even_since >= EVEN_SECONDS else None
