"""Looks names up as the machine does, without letting one name wait for another."""

import asyncio
import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from wallboard.abandonable import addresses_of, numeric, start_aside


class Resolver(AbstractResolver):
    """The names of one server: its own, or its proxy's.

    The library would ask in threads that all servers share, which one silent name server fills, and
    for which the end of the program waits. Here a name has one thread, however often it is asked
    for, and nobody waits for it longer than ``seconds``.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._asked: dict[tuple[str, int], asyncio.Future[list[ResolveResult]]] = {}

    @property
    def waits(self) -> bool:
        """Whether an answer of a name server is being waited for."""
        return any(not lookup.done() for lookup in self._asked.values())

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name. Raises ``socket.gaierror``."""
        lookup = self._asked.get((host, port))
        if lookup is None or lookup.done():
            lookup = start_aside(lambda: _found(host, port))
            lookup.add_done_callback(_heard)
            self._asked[host, port] = lookup
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.shield(lookup)
        except TimeoutError:
            raise socket.gaierror(socket.EAI_AGAIN, "no name server answers") from None

    async def close(self) -> None:
        """Wait for nothing any more."""
        self._asked.clear()


def _found(host: str, port: int) -> list[ResolveResult]:
    return [
        ResolveResult(
            hostname=host,
            host=numeric(place),
            port=port,
            family=family,
            proto=0,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )
        for family, place in addresses_of(host, port)
    ]


def _heard(lookup: asyncio.Future[list[ResolveResult]]) -> None:
    """Take note of what nobody may be left to hear."""
    if not lookup.cancelled():
        lookup.exception()
