"""How fast questions may follow each other."""

from collections.abc import Awaitable, Callable


class Pace:
    """Lets ``rate`` questions a second begin, evenly apart; 0 is no limit."""

    def __init__(
        self,
        rate: float,
        *,
        timer: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        """``timer`` is seconds on any clock that only goes on; ``sleep`` waits such seconds."""
        self._apart = 1.0 / rate if rate else 0.0
        self._timer = timer
        self._sleep = sleep
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for one's turn."""
        if not self._apart:
            return
        now = self._timer()
        at = max(now, self._next)
        self._next = at + self._apart
        if at > now:
            await self._sleep(at - now)
