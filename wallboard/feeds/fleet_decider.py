"""Which member decides about alarms: of all that poll, each from its own place, one does."""

import asyncio
from collections.abc import Callable

from wallboard.clock import running
from wallboard.fleet.bus import Bus
from wallboard.fleet.lease import Lease
from wallboard.fleet.names import BoardNames

LOOK_SECONDS = 0.1
"""Between two looks at who may decide."""

MayDecide = Callable[[], tuple[bool, bool]]
"""Whether this member polls under a lease, and whether it has a network."""

NOBODY = "nobody"
"""Who decides while no member has the lease for it."""


class Decider:
    """The lease to decide about the alarms of a board, which whoever polls competes for."""

    def __init__(
        self,
        bus: Bus,
        board: BoardNames,
        member: str,
        *,
        seconds: float,
        may_decide: MayDecide,
    ) -> None:
        """``seconds`` is how long the lease lasts."""
        self._may_decide = may_decide
        self._lease = Lease(bus, board.alarms_key, member, seconds=seconds, takes=False)
        self._blind_at: float | None = None

    @property
    def decides(self) -> bool:
        """Whether this member does."""
        return self._lease.term is not None

    @property
    def name(self) -> str:
        """The member that does, as far as is known."""
        return self._lease.holder or NOBODY

    async def run(self) -> None:
        """Compete for the lease until cancelled, while this member polls and has a network."""
        leasing = asyncio.create_task(self._lease.run())
        try:
            while True:
                polls, sees = self._may_decide()
                self._lease.compete(takes=polls and not self._stands_back(blind=not sees))
                await asyncio.sleep(LOOK_SECONDS)
                if leasing.done():
                    leasing.result()
        finally:
            leasing.cancel()
            await asyncio.gather(leasing, return_exceptions=True)

    def _stands_back(self, *, blind: bool) -> bool:
        """Whether others may have it first: whoever lost its network knows nothing of alarms.

        Where nobody takes it, it is said here that nothing is known.
        """
        if not blind:
            self._blind_at = None
            return False
        self._blind_at = running() if self._blind_at is None else self._blind_at
        return running() - self._blind_at < self._lease.lasts
