"""The lease: of all collectors of a board at one place, the one that polls.

Its term orders holders: whatever bears a lower term than was seen before is out of date. Whoever
holds it believes so by its own monotonic clock, and for less long than the bus keeps it, so that
one who was stopped, or cut off, ends before another begins.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from wallboard.clock import running
from wallboard.domain.foreign_text import brief
from wallboard.fleet import names
from wallboard.fleet.bus import Bus
from wallboard.fleet.bus_errors import BusError, LeaseLostError

RENEWALS = 4
"""How many times a lease is renewed while it would last."""

MARGIN_SECONDS = 0.5
"""How much sooner it ends here than on the bus."""

log = logging.getLogger(__name__)


class Term(NamedTuple):
    """Which holder it is: of two on one bus, the later one has the higher term.

    ``epoch`` is that of the bus, which has a new one after its disk was lost.
    """

    epoch: int
    revision: int


class Lease:
    """The lease of one key, held whenever nobody else holds it."""

    def __init__(
        self,
        bus: Bus,
        key: str,
        member: str,
        *,
        seconds: float,
        clock: Callable[[], float] = running,
    ) -> None:
        """``seconds`` is its time limit on the bus; ``clock`` counts seconds, also of sleep."""
        self.holder = ""
        """The member that holds it, as far as is known."""
        self._bus = bus
        self._key = key
        self._member = member
        self._seconds = seconds
        self._clock = clock
        self._data = json.dumps({"member": member}).encode()
        self._term: Term | None = None
        self._revision = 0
        self._until = 0.0
        self._changed = asyncio.Event()

    @property
    def term(self) -> Term | None:
        """The term while it is held here, asked anew each time."""
        return self._term if self._clock() < self._until else None

    @property
    def until(self) -> float:
        """When it ends here unless it is renewed, on its clock."""
        return self._until

    async def run(self) -> None:
        """Take it, and renew it, until cancelled; then let others have it."""
        try:
            while True:
                try:
                    await (self._renew() if self._term else self._take())
                except LeaseLostError as error:
                    self._lose(str(error))
                except BusError as error:
                    if self._term and self._clock() >= self._until:
                        self._lose(str(error))
                await asyncio.sleep(min(self._seconds, self._bus.lease_seconds) / RENEWALS)
        finally:
            await self._release()

    async def _take(self) -> None:
        asked = self._clock()
        revision = await self._bus.take_lease(self._key, self._data)
        if revision is None:
            self.holder = _member_in(await self._bus.kept(names.LEASE, self._key))
            return
        self._term = Term(self._bus.epoch, revision)
        self._held(asked, revision)
        log.info("%s holds the lease of %s, term %s", self._member, self._key, revision)

    async def _renew(self) -> None:
        asked = self._clock()
        revision = await self._bus.renew_lease(self._key, self._data, self._revision)
        if asked >= self._until:
            # It had ended here: what was polled since then was not to be.
            self._term = Term(self._bus.epoch, revision)
        self._held(asked, revision)

    def _held(self, asked: float, revision: int) -> None:
        self._revision = revision
        # Whoever made the bucket may have set another limit.
        seconds = min(self._seconds, self._bus.lease_seconds)
        self._until = asked + seconds - MARGIN_SECONDS
        self.holder = self._member

    def _lose(self, why: str) -> None:
        log.warning("%s lost the lease of %s: %s", self._member, self._key, why)
        self._term, self._until, self.holder = None, 0.0, ""

    async def _release(self) -> None:
        term, self._term, self._until = self._term, None, 0.0
        if term:
            with suppress(BusError):
                await self._bus.release_lease(self._key, self._revision)


def _member_in(data: bytes | None) -> str:
    try:
        found = json.loads((data or b"{}")[:4096])
    except ValueError:
        return ""
    member = found.get("member") if isinstance(found, dict) else None
    return brief(member) if isinstance(member, str) else ""
