"""How many polls there are."""

from wallboard.domain.observation import AHEAD_SECONDS

TRAFFIC_SECONDS = 60
"""The span over which polls are counted."""


class Traffic:
    """Counts polls a second over the last minute, in a fixed amount of memory."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}

    def add(self, at: float) -> None:
        """Count one poll at a moment in Unix time."""
        second = int(at)
        self._counts[second] = self._counts.get(second, 0) + 1
        if len(self._counts) > 2 * TRAFFIC_SECONDS:
            self._forget(second)

    def count(self, now: float) -> int:
        """The polls of the last ``TRAFFIC_SECONDS``, and none that are dated after that."""
        self._forget(int(now))
        return sum(n for second, n in self._counts.items() if second <= now + AHEAD_SECONDS)

    def clock_set(self, by: float) -> None:
        """Count on after the clock was put forward ``by`` seconds, or back."""
        self._counts = {second + round(by): n for second, n in self._counts.items()}

    def _forget(self, now: int) -> None:
        oldest = now - TRAFFIC_SECONDS
        self._counts = {second: n for second, n in self._counts.items() if second > oldest}
