"""Whether this machine has a network, which is in doubt while no server can be reached."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from wallboard.feeds.witness import Witnesses

ASK_SECONDS = 5.0
"""Between two rounds of asking the witnesses."""

LOOK_SECONDS = 0.5
"""Between two looks at whether any server can be reached."""

log = logging.getLogger(__name__)


class NetworkWatch:
    """Asks the witnesses while no server can be reached, and only then."""

    def __init__(
        self,
        witnesses: Sequence[str],
        none_in_reach: Callable[[], bool],
        answered_at: Callable[[], float],
        *,
        ask_seconds: float = ASK_SECONDS,
        look_seconds: float = LOOK_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``none_in_reach`` says whether no server can be reached.

        ``answered_at`` is when one answered last. ``clock`` is, as all times, Unix time in seconds.
        """
        self._witnesses = Witnesses(witnesses)
        self._none_in_reach = none_in_reach
        self._answered_at = answered_at
        self._ask_seconds = ask_seconds
        self._look_seconds = look_seconds
        self._clock = clock
        self._since: float | None = None
        # As far as is known, it was lost after this process began.
        self._network_until = clock()

    @property
    def blind_since(self) -> float | None:
        """When the witnesses were first asked in vain, Unix time; ``None`` while that is over."""
        return self._since if self._none_in_reach() else None

    @property
    def network_until(self) -> float | None:
        """When a server or a witness answered last, Unix time; ``None`` unless it is blind."""
        if self.blind_since is None:
            return None
        return max(self._network_until, self._answered_at())

    def replace(self, witnesses: Sequence[str]) -> None:
        """Ask others from now on; what the former ones said counts no more."""
        if tuple(witnesses) != self._witnesses.addresses:
            self._witnesses, self._since = Witnesses(witnesses), None

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            asks = self._none_in_reach() and bool(self._witnesses.addresses)
            try:
                self._since = await self._ask() if asks else None
            except Exception:
                log.exception("The witnesses could not be asked")
                self._since = None
            await asyncio.sleep(self._ask_seconds if asks else self._look_seconds)

    async def _ask(self) -> float | None:
        asked_at, witnesses = self._clock(), self._witnesses
        answered = await witnesses.any_answers()
        if answered:
            self._network_until = asked_at
        if answered or witnesses is not self._witnesses:
            return None
        return asked_at if self._since is None else self._since
