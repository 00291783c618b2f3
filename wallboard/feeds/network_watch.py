"""Whether this machine has a network, which is in doubt while no server can be reached."""

import asyncio
import logging
import os
import time
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from wallboard.domain.foreign_text import brief
from wallboard.ece.ask.resolver import Resolver
from wallboard.ece.probe.wire import Address, connect
from wallboard.frozen import frozen

ANSWER_SECONDS = 3.0
"""How long a witness may take."""

HTTPS_PORT = 443


@frozen
class Testimony:
    """What asking one witness brought; ``failure`` is why it did not answer, ``None`` if it did."""

    address: str
    elapsed_seconds: float
    failure: str | None = None


class Witnesses:
    """Asks some witnesses at once, each a ``host:port`` to connect to or an https URL to GET."""

    def __init__(
        self,
        addresses: Sequence[str],
        *,
        seconds: float = ANSWER_SECONDS,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        """``seconds`` is how long each may take; ``timer`` counts seconds."""
        self.addresses = tuple(addresses)
        self._seconds = seconds
        self._timer = timer
        # One thread for each name, however often it is asked for while no name server answers.
        self._resolver = Resolver(seconds)

    async def ask(self) -> tuple[Testimony, ...]:
        """What each of them says, in their order; takes at most the time limit of one."""
        return tuple(await asyncio.gather(*map(self._ask, self.addresses)))

    async def any_answers(self) -> bool:
        """Whether one of them answers; the others are not waited for then."""
        asked = [asyncio.create_task(self._ask(address)) for address in self.addresses]
        try:
            for testimony in asyncio.as_completed(asked):
                if (await testimony).failure is None:
                    return True
            return False
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)

    async def _ask(self, address: str) -> Testimony:
        began = self._timer()
        failure = None
        try:
            async with asyncio.timeout(self._seconds):
                await (self._get(address) if "://" in address else self._connect(address))
        except TimeoutError:
            failure = f"no answer within {self._seconds:g} s"
        except OSError as error:
            failure = _words(error)
        return Testimony(address, self._timer() - began, failure)

    async def _connect(self, address: str) -> None:
        """Connect and close again. Raises ``OSError``, of which ``TimeoutError`` is one."""
        host, port = host_and_port(address)
        found = await self._resolver.resolve(host, port)
        places = [Address(one["family"], (one["host"], one["port"])) for one in found]
        connection, _ = await connect(places, self._seconds)
        connection.close()

    async def _get(self, url: str) -> None:
        """Have a GET answered, with any status. Raises ``OSError`` where nobody is reached.

        A certificate that nobody vouches for, a fault of TLS or of HTTP is an answer as well: it
        came through the network. Redirects are not followed and no body is read.
        """
        import aiohttp

        connector = aiohttp.TCPConnector(resolver=self._resolver, ssl=False, force_close=True)
        session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        try:
            async with session, session.get(url, allow_redirects=False):
                pass
        except aiohttp.ClientSSLError:
            return
        except aiohttp.ClientConnectorError as error:
            raise error.os_error from None
        except aiohttp.ClientError:
            return


def _words(error: OSError) -> str:
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)  # asyncio has words of its own
    return brief(error.strerror or str(error) or type(error).__name__)


def host_and_port(address: str) -> tuple[str, int]:
    """The parts of ``host:port``, an IPv6 address being in brackets, or of a URL.

    Raises ``ValueError``.
    """
    parts = urlsplit(address if "://" in address else f"//{address}")
    port = parts.port or (HTTPS_PORT if parts.scheme == "https" else None)
    if not parts.hostname or port is None:
        raise ValueError(address)
    return parts.hostname, port


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
