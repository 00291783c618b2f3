"""How many polls there are."""

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
        """The polls of the last ``TRAFFIC_SECONDS``."""
        self._forget(int(now))
        return sum(self._counts.values())

    def _forget(self, now: int) -> None:
        oldest = now - TRAFFIC_SECONDS
        self._counts = {second: n for second, n in self._counts.items() if second > oldest}
