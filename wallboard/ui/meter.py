"""How much goes to the terminal, averaged so slowly that saying it costs next to nothing."""

from collections.abc import Callable

WINDOW_SECONDS = 5.0
"""The span of each average, and how long a figure stands."""


class Meter:
    """Kilobytes a second, a new figure for each window that has passed."""

    def __init__(self, bytes_sent: Callable[[], int]) -> None:
        """``bytes_sent`` gives the bytes the terminal has taken so far."""
        self._bytes_sent = bytes_sent
        self._begun: tuple[float, int] | None = None
        self._words = ""
        self.on = False

    def turn(self, now: float) -> None:
        """Switch it on or off."""
        self.on = not self.on
        self._begun, self._words = (now, self._bytes_sent()), "... KB/s"

    def words(self, now: float) -> str:
        """The figure, such as ``1.2 KB/s``; empty while it is off. ``now`` is seconds."""
        if not self.on or self._begun is None:
            return ""
        at, sent = self._begun
        elapsed = now - at
        if elapsed >= WINDOW_SECONDS:
            total = self._bytes_sent()
            self._words = f"{(total - sent) / elapsed / 1000:.1f} KB/s"
            self._begun = (now, total)
        elif elapsed < 0:
            self._begun = (now, self._bytes_sent())
        return self._words
