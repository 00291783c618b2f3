"""How much goes to the terminal, averaged so slowly that saying it costs next to nothing."""

from collections.abc import Callable

WINDOW_SECONDS = 5.0
"""The span of each average, and how long a figure stands."""


class Meter:
    """Kilobytes a second, a new figure for each window that has passed.

    It measures also while it is off, so that there is a figure as soon as it is switched on.
    """

    def __init__(self, bytes_sent: Callable[[], int]) -> None:
        """``bytes_sent`` gives the bytes the terminal has taken so far."""
        self._bytes_sent = bytes_sent
        self._begun: tuple[float, int] | None = None
        self._kilobytes = 0.0
        self.on = False

    def turn(self) -> None:
        """Switch it on or off."""
        self.on = not self.on

    def words(self, now: float) -> str:
        """The figure, such as ``1.2 KB/s``; empty while it is off. ``now`` is seconds."""
        self._measure(now)
        return f"{self._kilobytes:.1f} KB/s" if self.on else ""

    def _measure(self, now: float) -> None:
        if self._begun is None or now < self._begun[0]:
            self._begun = (now, self._bytes_sent())
            return
        at, sent = self._begun
        if now - at >= WINDOW_SECONDS:
            total = self._bytes_sent()
            self._kilobytes = (total - sent) / (now - at) / 1000
            self._begun = (now, total)
