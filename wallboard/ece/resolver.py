"""Looks names up as the machine does, without letting one name wait for another."""

import asyncio
import socket
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from wallboard.aside import start_aside


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
            lookup = start_aside(lambda: addresses_of(host, port, family))
            lookup.add_done_callback(_heard)
            self._asked[host, port] = lookup
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.shield(lookup)
        except TimeoutError:
            raise no_name_server() from None

    async def close(self) -> None:
        """Wait for nothing any more."""
        self._asked.clear()


def addresses_of(host: str, port: int, family: int = socket.AF_UNSPEC) -> list[ResolveResult]:
    """The addresses of a name; this takes as long as it takes. Raises ``socket.gaierror``."""
    try:
        found = socket.getaddrinfo(
            host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
        )
    except UnicodeError:
        raise socket.gaierror(socket.EAI_NONAME, "no name") from None
    return [
        ResolveResult(
            hostname=host,
            host=_numeric(place),
            port=port,
            family=kind,
            proto=protocol,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )
        for kind, _, protocol, _, place in found
    ]


def _numeric(place: tuple[Any, ...]) -> str:
    """An address as text; one of IPv6 that holds on one link only names that link."""
    if len(place) > 3 and place[3]:
        return socket.getnameinfo(place, socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)[0]
    return str(place[0])


def no_name_server() -> socket.gaierror:
    """The error of a name that no name server speaks of."""
    return socket.gaierror(socket.EAI_AGAIN, "the name servers do not answer")


def _heard(lookup: asyncio.Future[list[ResolveResult]]) -> None:
    """Take note of what nobody may be left to hear."""
    if not lookup.cancelled():
        lookup.exception()
