"""Connects to the bus: to the first of its servers that answers, over and over.

The client by itself goes on trying a server that does not answer.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from nats.errors import NoServersError

from wallboard.ece.ask.outgoing import ClientSetupError
from wallboard.ece.ask.resolver import Resolver
from wallboard.ece.ask.tls import tls_context
from wallboard.ece.ask.tls_failure import bus_tls_failure
from wallboard.fleet.bus_client import BusClient, ConnectionEvents, Server
from wallboard.fleet.bus_errors import EXTRA, REFUSED, BusError, RefusedError, words_of
from wallboard.fleet_settings import FleetSettings, bus_urls
from wallboard.settings import ServerSettings
from wallboard.threads import start_in_thread

ATTEMPT_SECONDS = 8.0
"""How long an attempt may take; over a slow link TLS needs some of them."""

BESIDE_SECONDS = 1.0
"""After so long another attempt is made beside one that hangs: the next server may answer, and a
link that is back is not noticed by what was sent while it was down."""

AGAIN_SECONDS = 0.5
"""Between two attempts where one failed."""

REFUSED_SECONDS = 3.0
"""The same where the server refused the user."""

PING_SECONDS = 5
"""Between two pings; after two that were not answered the connection is given up."""

DEFAULT_PORT = 4222

OLDEST_SERVER = (2, 11)


class Connector:
    """Connects, over and over, with one memory of where the servers are."""

    def __init__(
        self,
        settings: FleetSettings,
        name: str,
        events: ConnectionEvents,
        note: Callable[[BusError], Awaitable[None]],
    ) -> None:
        """``note`` is awaited with each reason why there is no connection yet."""
        self._settings = settings
        self._name = name
        self._events = events
        self._note = note
        self._resolver = Resolver(ATTEMPT_SECONDS)
        self._last = ""
        self._pause = AGAIN_SECONDS

    async def connected(self) -> BusClient:
        """A client of the first server that answers, tried for ever."""
        attempts: set[asyncio.Task[BusClient]] = set()
        try:
            for number in count():
                began = await self._begin(number)
                if began is None:
                    await asyncio.sleep(AGAIN_SECONDS)
                    continue
                attempts.add(began)
                done, _ = await asyncio.wait(
                    attempts, timeout=BESIDE_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                if not done:
                    await self._note(BusError(f"{began.get_name()}: no answer yet"))
                for task in done:
                    attempts.discard(task)
                    if client := await self._outcome(task):
                        return client
                if done:
                    await asyncio.sleep(self._pause)
            raise AssertionError
        finally:
            await _give_up(attempts)

    async def _begin(self, number: int) -> "asyncio.Task[BusClient] | None":
        settings = self._settings
        try:
            tls = await start_in_thread(lambda: tls_of(settings))
            servers = servers_of(settings)
        except BusError as error:
            await self._note(error)
            return None
        # The one that answered last is the first to be asked.
        servers = tuple(sorted(servers, key=lambda server: server.name != self._last))
        server = servers[number % len(servers)]
        self._pause = 0.0 if (number + 1) % len(servers) else AGAIN_SECONDS
        attempt = self._attempt(server, number // len(servers), settings, tls)
        return asyncio.create_task(attempt, name=server.name)

    async def _outcome(self, task: "asyncio.Task[BusClient]") -> BusClient | None:
        try:
            client = task.result()
        except RefusedError as error:
            self._pause = REFUSED_SECONDS
            await self._note(error)
        except BusError as error:
            await self._note(error)
        else:
            self._last = client.server.name
            return client
        return None

    async def _attempt(
        self, server: Server, number: int, settings: FleetSettings, tls: ssl.SSLContext
    ) -> BusClient:
        """Raises ``BusError``."""
        client = BusClient(server, self._events)
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                await client.connect(
                    [await self._numeric_url(server, number)],
                    name=self._name,
                    error_cb=client.failed,
                    closed_cb=client.ended,
                    allow_reconnect=False,
                    # One that fails is tried once more, and only then does the client raise.
                    max_reconnect_attempts=1,
                    reconnect_time_wait=0,
                    connect_timeout=round(ATTEMPT_SECONDS),
                    ping_interval=PING_SECONDS,
                    max_outstanding_pings=2,
                    tls=tls,
                    tls_hostname=server.host,
                    inbox_prefix=inbox_of(settings),
                    **_credentials(settings),
                )
            _demand_version(client)
        except BaseException as error:
            await asyncio.shield(client.close_for_good())
            if isinstance(error, Exception):
                raise _why(error, client) from None
            raise
        return client

    async def _numeric_url(self, server: Server, number: int) -> str:
        """Where it is: the client would look that up, and wait. Raises ``OSError``."""
        found = await self._resolver.resolve(server.host, server.port)
        host = str(found[number % len(found)]["host"])
        scheme = "tls" if server.tls else "nats"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{server.port}"


async def _give_up(attempts: set[asyncio.Task[BusClient]]) -> None:
    for task in attempts:
        task.cancel()
    for found in await asyncio.gather(*attempts, return_exceptions=True):
        if isinstance(found, BusClient):
            await found.close_for_good()


def _why(error: Exception, client: BusClient) -> BusError:
    if isinstance(error, BusError):
        return error
    name, cause = client.server.name, error
    if isinstance(error, NoServersError) and client.cause:
        cause = client.cause
    if isinstance(cause, ssl.SSLError):
        return BusError(bus_tls_failure(cause, name).message)
    if isinstance(cause, socket.gaierror):
        return BusError(f"{name}: no such name")
    if isinstance(cause, TimeoutError):
        return BusError(f"{name}: no answer within {ATTEMPT_SECONDS:g} s")
    words = words_of(cause)
    return RefusedError(words) if words.startswith(REFUSED) else BusError(f"{name}: {words}")


def _demand_version(client: BusClient) -> None:
    """Raises ``BusError``."""
    numbers = [int(part) for part in client.version.split(".")[:2] if part.isdecimal()]
    if tuple(numbers) < OLDEST_SERVER:
        oldest = ".".join(map(str, OLDEST_SERVER))
        raise BusError(
            f"{client.server.name} is nats-server {client.version}; a fleet needs {oldest} or newer"
        )


def inbox_of(settings: FleetSettings) -> str:
    """Where answers come to: one beginning for each user, so that a server can keep others out."""
    user = settings.user.value if settings.user else ""
    plain = "".join(char if char.isascii() and char.isalnum() else "_" for char in user)
    return f"_INBOX.{plain}" if plain else "_INBOX"


def tls_of(settings: FleetSettings) -> ssl.SSLContext:
    """What this member trusts and shows. Raises ``BusError`` for a file that cannot be used."""
    server = ServerSettings(
        name="",
        url="",
        verify=settings.verify,
        ca_file=settings.ca_file,
        client_cert=settings.client_cert,
        client_key=settings.client_key,
    )
    try:
        return tls_context(server)
    except ClientSetupError as error:
        raise BusError(str(error).replace('server ""', "[fleet]", 1)) from None


def _credentials(settings: FleetSettings) -> dict[str, Any]:
    """Raises ``BusError``."""
    if settings.nkey:
        _demand_nkey(settings.nkey.value)
        return {"nkeys_seed_str": settings.nkey.value}
    found: dict[str, Any] = {}
    if settings.user:
        found["user"] = settings.user.value
    if settings.password:
        found["password"] = settings.password.value
    return found


def _demand_nkey(seed: str) -> None:
    """Raises ``BusError``, which does not repeat the seed."""
    try:
        import nkeys  # type: ignore[import-untyped]
    except ImportError:
        raise BusError(f"nkey needs the package nkeys: {EXTRA}") from None
    try:
        nkeys.from_seed(bytearray(seed.strip().encode()))
    except Exception:  # noqa: BLE001  it raises whatever its decoding does
        raise BusError("nkey: not the seed of a user, which begins with SU") from None


def servers_of(settings: FleetSettings) -> tuple[Server, ...]:
    """The servers of the bus. Raises ``BusError``."""
    return tuple(map(_server, bus_urls(settings)))


def _server(url: str) -> Server:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in {"nats", "tls"} or "@" in parts.netloc:
        raise BusError("url: not the address of a bus, such as tls://bus.example.com:4222")
    return Server(host, port or DEFAULT_PORT, parts.scheme == "tls")
