"""One GET and its answer; asked once more where a kept connection has gone silent."""

import asyncio
from collections.abc import Callable

import aiohttp

from wallboard.ece.answer.received import Received
from wallboard.ece.ask.connector import ATTEMPT, MOST_ATTEMPTS, Attempt
from wallboard.ece.ask.outgoing import Outgoing
from wallboard.ece.ask.transport import ServerTransport

PATIENCE = 0.5
"""The share of the time limit that a kept connection has for a first word."""

BROKEN = (aiohttp.ClientError, OSError)
"""What ends an exchange without an answer; ``TimeoutError`` is one of them."""


class Exchange:
    """One GET within ``seconds``. ``received`` is what came of it, at every moment.

    A firewall that forgets a connection says nothing, and neither does a slow server. So the first
    request stays while the second is on its way, and the first whole answer counts.
    """

    def __init__(
        self,
        transport: ServerTransport,
        request: Outgoing,
        received: Callable[[], Received],
        seconds: float,
    ) -> None:
        self._transport = transport
        self._request = request
        self._empty = received
        self._seconds = seconds
        self._attempt = Attempt()
        self._second: asyncio.Task[None] | None = None
        self.received = received()

    @property
    def asked_again(self) -> bool:
        """Whether it was sent twice, the second time on a connection of its own."""
        return self._attempt.count >= MOST_ATTEMPTS

    @property
    def connected(self) -> bool:
        """Whether there was a connection to send it on."""
        return self._attempt.connected

    async def run(self) -> None:
        """Ask. Raises one of ``BROKEN``; whatever came until then was received."""
        before = ATTEMPT.set(self._attempt)
        loop = asyncio.get_running_loop()
        self._end = loop.time() + self._seconds
        doubt = loop.call_later(self._seconds * PATIENCE, self._doubt)
        try:
            # One timer does for most: that of the doubt sets the one of the end.
            async with asyncio.timeout(None) as self._limit:
                await self._ask()
        except TimeoutError:
            # An answer to the second one ends the waiting for the first.
            if not self._second or not self._second.done():
                raise
            self._second.result()
        finally:
            doubt.cancel()
            ATTEMPT.reset(before)
            if self._second:
                self._second.cancel()
                await asyncio.gather(self._second, return_exceptions=True)

    async def _ask(self) -> None:
        first = self.received
        try:
            await self._transport.fetch(self._request, first)
        except BROKEN:
            if self._second is None or first.status is not None:
                raise
            await self._second

    def _doubt(self) -> None:
        self._limit.reschedule(self._end)
        attempt = self._attempt
        if attempt.kept and attempt.connected and self.received.status is None:
            attempt.count = MOST_ATTEMPTS
            self._second = asyncio.create_task(self._ask_again())

    async def _ask_again(self) -> None:
        ATTEMPT.set(Attempt(fresh=True, count=1))
        received = self._empty()
        await self._transport.fetch(self._request, received, spare=True)
        self.received = received
        self._transport.forget()
        if not self._limit.expired():
            self._limit.reschedule(asyncio.get_running_loop().time())
