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
from wallboard.fleet.bus import Bus
from wallboard.fleet.bus_errors import ANSWER_SECONDS, BusError, LeaseLostError
from wallboard.fleet.bus_streams import lease_subject

RENEWALS = 4
"""How many times a lease is renewed while it would last."""

MARGIN_SECONDS = 0.5
"""How much sooner it ends here than on the bus."""

AGAIN_SECONDS = 0.25
"""Before the bus is asked again that did not answer, or for a lease that should be over."""

HAND_BACK_SECONDS = 1.5
"""For so long, once the bus is back, it is left to who had it last, and has something to tell."""

RELEASE_SECONDS = 1.0
"""How long it may take to let others have it."""

MOST_BYTES = 4096
"""Of what a holder says of itself."""

UNNAMED = "somebody"
"""Who holds a lease that does not say who."""

log = logging.getLogger(__name__)


class Term(NamedTuple):
    """Which holder it is: of two on one bus, the later one has the higher term.

    ``epoch`` is that of the bus, which has a new one after its disk was lost.
    """

    epoch: int
    revision: int


class Lease:
    """The lease of one key, held whenever nobody else holds it, or only looked at."""

    def __init__(
        self,
        bus: Bus,
        key: str,
        member: str,
        *,
        seconds: float,
        takes: bool = True,
        clock: Callable[[], float] = running,
    ) -> None:
        """``seconds`` is how long it lasts after the last renewal; who never ``takes`` it looks.

        ``clock`` counts seconds, also those of sleep.
        """
        self.problem = ""
        """Why the bus could not be asked at the last attempt."""
        self.answered_at = clock()
        """When the bus answered last, on the same clock; at first when this began."""
        self._bus = bus
        self._key = key
        self._member = member
        self._seconds = seconds
        self._takes = takes
        self._clock = clock
        # With the id it is known again, though the answer to the request was lost.
        self._data = json.dumps({"member": member, "id": bus.id}).encode()
        self._term: Term | None = None
        self._revision = 0
        self._until = self._asked = 0.0
        self._other, self._other_until = "", 0.0
        """Who else has it, and until when unless it is renewed."""
        self._last = ""
        """Who had it last, unless it was released."""
        self._woken = asyncio.Event()

    @property
    def term(self) -> Term | None:
        """The term while it is held here, asked anew each time."""
        held = self._term and self._term.epoch == self._bus.epoch and self._clock() < self._until
        return self._term if held else None

    @property
    def holder(self) -> str:
        """The member that holds it, as far as is known; empty if nobody does."""
        if self.term:
            return self._member
        known = self._bus.status.connected or self._clock() < self._other_until
        return self._other if known else ""

    @property
    def lasts(self) -> float:
        """Seconds after the last renewal: the bus may end it sooner than is set here."""
        return min(self._seconds, self._bus.lease_seconds)

    def exceed(self, seen: Term | None) -> None:
        """Have the term be higher than one that was seen.

        It is lower only if the bus forgot the end of what it had stored.
        """
        term = self.term
        if term and seen and seen.epoch == term.epoch and seen.revision >= term.revision:
            self._term = Term(term.epoch, seen.revision + 1)

    def compete(self, *, takes: bool) -> None:
        """Take it from now on if nobody has it, or else let others have it and only look."""
        if takes is not self._takes:
            self._takes = takes
            self._woken.set()

    async def run(self) -> None:
        """Take it, and renew it, until cancelled; then let others have it."""
        self._bus.on_connected(self._wake)
        try:
            with suppress(BusError):
                await self._bus.listen(lease_subject(self._key), self._heard)
            while True:
                self._woken.clear()
                await self._look()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pause()):
                        await self._woken.wait()
        finally:
            await self._release()

    async def _wake(self) -> None:
        self._woken.set()

    def _pause(self) -> float:
        """Seconds until the next look, if nothing is heard before."""
        if not self._bus.status.connected:
            return self.lasts
        if self.problem:
            return AGAIN_SECONDS
        between = self.lasts / RENEWALS
        if self._is_left_to_last():
            return AGAIN_SECONDS
        if self._term or not self._other:
            return between
        return max(AGAIN_SECONDS, min(self._other_until - self._clock(), between))

    async def _look(self) -> None:
        try:
            async with asyncio.timeout(min(ANSWER_SECONDS, self.lasts / RENEWALS)):
                await (self._hold() if self._takes else self._look_who())
        except TimeoutError:
            self.problem = "no answer to the request for the lease"
        except BusError as error:
            self.problem = str(error)
        else:
            self.problem, self.answered_at = "", self._clock()
        if self._term and not self.term:
            self._lose(self.problem or "it was not renewed in time")

    async def _hold(self) -> None:
        """Renew the lease or take it, unless somebody else has it. Raises ``BusError``."""
        revision, taken = await self._renewed(), False
        if revision is None and not self._other and not self._is_left_to_last():
            revision, taken = await self._taken(), True
        if revision is None:
            if self._term:
                self._lose("another member has it")
            return
        ended = self._asked >= self._until or not self._term
        if taken or ended or (self._term and self._term.epoch != self._bus.epoch):
            # What was polled before is of another term, or was not to be.
            self._term = Term(self._bus.epoch, revision)
            log.info("%s holds the lease of %s: %s", self._member, self._key, self._term)
        self._revision, self._last = revision, self._member
        self._until = self._asked + self.lasts - MARGIN_SECONDS

    async def _renewed(self) -> int | None:
        """The new revision of a lease of this process, if there is one. Raises ``BusError``.

        It is looked up where the answer to a request was lost.
        """
        revision = self._revision
        for _ in range(2):
            if revision:
                self._asked = self._clock()
                with suppress(LeaseLostError):
                    return await self._bus.renew_lease(self._key, self._data, revision)
            kept = await self._bus.lease(self._key)
            if kept is None or kept.data != self._data:
                self._note_other(kept.data if kept else b"")
                return None
            revision, self._other = kept.number, ""
        return None

    def _is_left_to_last(self) -> bool:
        """Whether who had it last may be about to take it again, after the bus was away."""
        back = self._bus.status
        there = back.connections > 1 and running() - back.since < HAND_BACK_SECONDS
        return there and self._last not in {"", self._member}

    async def _taken(self) -> int | None:
        self._asked = self._clock()
        return await self._bus.take_lease(self._key, self._data)

    async def _look_who(self) -> None:
        if self._term:
            await self._release()
        kept = await self._bus.lease(self._key)
        self._note_other(kept.data if kept else b"")

    def _heard(self, data: bytes) -> None:
        """Take what a holder says to all when it takes, renews or releases the lease."""
        if data != self._data:
            self._note_other(data)
            self._other_until = self._clock() + self.lasts if data else 0.0
            self._last = self._last if data else ""
            if self._term or not data:
                self._woken.set()

    def _note_other(self, data: bytes) -> None:
        other = member_in(data)
        self._last = other or self._last
        if other != self._other:
            self._other, self._other_until = other, self._clock() + self.lasts

    def _lose(self, why: str) -> None:
        log.info("%s lost the lease of %s: %s", self._member, self._key, why)
        self._term, self._revision, self._until = None, 0, 0.0

    async def _release(self) -> None:
        revision, self._term, self._until = self._revision, None, 0.0
        self._revision = 0
        with suppress(BusError, TimeoutError):
            async with asyncio.timeout(RELEASE_SECONDS):
                while revision:
                    revision = await self._released(revision)

    async def _released(self, revision: int) -> int:
        """Release a revision; the one to release instead, 0 if there is none.

        A renewal may have been under way. Raises ``BusError``.
        """
        try:
            await self._bus.release_lease(self._key, revision)
        except LeaseLostError:
            kept = await self._bus.lease(self._key)
            if kept and kept.data == self._data and kept.number != revision:
                return kept.number
        return 0


def member_in(data: bytes) -> str:
    """Who holds the lease by what it says of itself; a name where it says nothing of use."""
    if not data:
        return ""
    try:
        found = json.loads(data[:MOST_BYTES])
    except (ValueError, RecursionError):
        found = None
    member = found.get("member") if isinstance(found, dict) else None
    return (brief(member, 64) if isinstance(member, str) else "") or UNNAMED
