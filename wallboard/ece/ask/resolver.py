"""Looks names up as the machine does, without letting one name wait for another."""

import asyncio
import socket
from math import inf
from time import monotonic

from aiohttp.abc import AbstractResolver, ResolveResult

from wallboard.abandonable import addresses_of, numeric, start_in_thread

WAIT_SHARE = 0.3
"""Of the time for a name server, where the addresses of before will do."""

LONGEST_MEMORY_SECONDS = 3600.0
"""For which an address is used while no name server answers."""

_Name = tuple[str, int]
_Addresses = list[ResolveResult]


class Resolver(AbstractResolver):
    """The names of one server: its own, or its proxy's.

    The library would ask in threads that all servers share, which one silent name server fills, and
    for which the end of the program waits. Here a name has one thread, however often it is asked
    for, and nobody waits for it longer than ``seconds``. While no name server answers, the last
    addresses it gave are used, for an hour at most; that a name has none is an answer.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._asked: dict[_Name, asyncio.Future[_Addresses]] = {}
        self._known: dict[_Name, tuple[float, _Addresses]] = {}
        self._doubted: set[_Name] = set()

    @property
    def waits(self) -> bool:
        """Whether an answer of a name server is being waited for, and nothing else will do."""
        return any(
            not lookup.done() and not self._remembered(name) for name, lookup in self._asked.items()
        )

    @property
    def outdated(self) -> bool:
        """Whether addresses of before are used, since nobody answers for their name now."""
        return any(self._remembered(name) for name in self._doubted)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name. Raises ``socket.gaierror``."""
        name = host, port
        lookup = self._asked.get(name)
        if lookup is None or lookup.done():
            lookup = start_in_thread(lambda: _found(host, port))
            lookup.add_done_callback(lambda done: self._hear(name, done))
            self._asked[name] = lookup
        known = self._remembered(name)
        seconds = self._seconds * WAIT_SHARE if known else self._seconds
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.shield(lookup)
        except TimeoutError:
            silent = socket.gaierror(socket.EAI_AGAIN, "no name server answers")
        except socket.gaierror as error:
            if error.errno != socket.EAI_AGAIN:
                raise
            silent = error
        self._doubted.add(name)
        if known:
            return known
        raise silent

    async def close(self) -> None:
        """Wait for nothing any more."""
        self._asked.clear()

    def _remembered(self, name: _Name) -> _Addresses | None:
        at, addresses = self._known.get(name, (-inf, []))
        return addresses if monotonic() - at < LONGEST_MEMORY_SECONDS else None

    def _hear(self, name: _Name, lookup: asyncio.Future[_Addresses]) -> None:
        """Take note of an answer, also where nobody waits for it any more."""
        if lookup.cancelled():
            return
        error = lookup.exception()
        if error is None:
            self._known[name] = monotonic(), lookup.result()
            self._doubted.discard(name)
        elif not isinstance(error, socket.gaierror) or error.errno != socket.EAI_AGAIN:
            self._known.pop(name, None)
            self._doubted.discard(name)


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
