"""The bell and the flash: what calls an operator who looks elsewhere."""

from collections.abc import Callable, Iterable

from wallboard.settings import AlarmSettings
from wallboard.ui.app.newly_worse import Arrival

BELL_SECONDS = 5.0
"""Between two rings; what arrives between them rings once."""

FLASHES = 3
FLASH_SECONDS = 1.0
"""How long the header stands inverted, and then as it was."""


class Alarm:
    """Rings and flashes for the levels the config names; for none unless it does."""

    def __init__(
        self,
        current: Callable[[], AlarmSettings],
        ring: Callable[[], None],
        *,
        flash_seconds: Callable[[], float] = lambda: FLASH_SECONDS,
    ) -> None:
        """``current`` gives the settings, ``ring`` rings the bell once.

        ``flash_seconds`` gives how long the header stands inverted, and then as it was.
        """
        self._current = current
        self._ring = ring
        self._flash_seconds = flash_seconds
        self._wanted = False
        self._rang_at: float | None = None
        self._flashed_at: float | None = None

    def hear(self, arrivals: Iterable[Arrival], now: float) -> None:
        """Take in what got worse, on every tick; ``now`` is seconds on any clock."""
        settings = self._current()
        for arrival in arrivals:
            self._wanted = self._wanted or arrival.level in settings.bell
            if arrival.level in settings.flash:
                self._flashed_at = now
        if self._wanted and not _within(self._rang_at, now, BELL_SECONDS):
            self._wanted, self._rang_at = False, now
            self._ring()

    def inverted(self, now: float) -> bool:
        """Whether the header stands inverted at this moment."""
        if self._flashed_at is None:
            return False
        seconds = self._flash_seconds()
        if not _within(self._flashed_at, now, 2 * FLASHES * seconds):
            self._flashed_at = None
            return False
        return int((now - self._flashed_at) / seconds) % 2 == 0


def _within(at: float | None, now: float, seconds: float) -> bool:
    return at is not None and 0 <= now - at < seconds
