"""Looks names up as the system does, each in a thread of its own."""

import asyncio
import socket
from math import inf
from time import monotonic

from aiohttp.abc import AbstractResolver, ResolveResult

from wallboard.threads import addresses_of, numeric, start_in_thread

WAIT_SHARE = 0.3
"""The share of the time limit for a lookup whose earlier addresses are known."""

LONGEST_MEMORY_SECONDS = 3600.0
"""For how long earlier addresses are used while no name server answers."""

_Name = tuple[str, int]
_Addresses = list[ResolveResult]


class Resolver(AbstractResolver):
    """Looks up the names of one server: its own and its proxy's.

    aiohttp would use threads that all servers share, which one silent name server fills, and for
    which the end of the program waits. Here each name has one thread, however often it is asked
    for, and a lookup takes at most ``seconds``. While no name server answers, the last addresses
    are used, for an hour at most; the answer that a name does not exist is taken at once.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._asked: dict[_Name, asyncio.Future[_Addresses]] = {}
        self._known: dict[_Name, tuple[float, _Addresses]] = {}
        self._unanswered: set[_Name] = set()

    @property
    def waits(self) -> bool:
        """Whether a lookup is pending and no earlier addresses are known."""
        return any(
            not lookup.done() and not self._remembered(name) for name, lookup in self._asked.items()
        )

    @property
    def outdated(self) -> bool:
        """Whether earlier addresses are used because no name server answers."""
        return any(self._remembered(name) for name in self._unanswered)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name. Raises ``socket.gaierror``."""
        name = host, port
        lookup = self._asked.get(name)
        if lookup is None or lookup.done():
            lookup = start_in_thread(lambda: _look_up(host, port))
            lookup.add_done_callback(lambda done: self._keep(name, done))
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
        self._unanswered.add(name)
        if known:
            return known
        raise silent

    async def close(self) -> None:
        """Forget the pending lookups."""
        self._asked.clear()

    def _remembered(self, name: _Name) -> _Addresses | None:
        at, addresses = self._known.get(name, (-inf, []))
        return addresses if monotonic() - at < LONGEST_MEMORY_SECONDS else None

    def _keep(self, name: _Name, lookup: asyncio.Future[_Addresses]) -> None:
        """Keep the result of a lookup, also if it comes after the time limit."""
        if lookup.cancelled():
            return
        error = lookup.exception()
        if error is None:
            self._known[name] = monotonic(), lookup.result()
            self._unanswered.discard(name)
        elif not isinstance(error, socket.gaierror) or error.errno != socket.EAI_AGAIN:
            self._known.pop(name, None)
            self._unanswered.discard(name)


def _look_up(host: str, port: int) -> list[ResolveResult]:
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
