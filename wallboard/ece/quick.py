"""A few endpoints asked of many ids over one connection, with nothing made anew for each.

The library's connector and its parser do the work; its requests and responses, which cost more than
all the rest, are left out. Whatever is not a plain answer is left to the client.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache

import aiohttp
import httpx
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from yarl import URL

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Failure
from wallboard.domain.reading import Reading
from wallboard.ece.decode import decode
from wallboard.ece.endpoints import url_of
from wallboard.ece.outgoing import headers_of
from wallboard.ece.tls import tls_context
from wallboard.settings import ServerSettings, Settings

_PLACEHOLDER = 987_654_321_012_345
_PLACEHOLDER_TEXT = b"%d" % _PLACEHOLDER
_LARGEST_BODY = 4096
"""Bytes; an answer is a few hundred."""

_decoded = lru_cache(256)(decode)
"""Most ids are not there, and the server says so in the same words each time."""


class QuickLine:
    """A connection of its own, opened at the first question.

    It is of use until the first answer that is out of the ordinary. A server behind a proxy has no
    quick line.
    """

    def __init__(
        self, server: ServerSettings, settings: Settings, endpoints: Iterable[Endpoint]
    ) -> None:
        """Make ready without connecting. Raises ``ClientSetupError`` for bad settings."""
        self._requests: dict[Endpoint, tuple[bytes, bytes]] = {}
        for endpoint in endpoints:
            self._url = URL(url_of(server, endpoint, _PLACEHOLDER))
            tail = f" HTTP/1.1\r\n{_header_lines(server, self._url)}\r\n"
            self._requests[endpoint] = f"GET {self._url.raw_path_qs}".encode(), tail.encode()
        self._seconds = settings.timeout_of(server)
        self._connect_seconds = settings.connect_timeout
        self._tls = tls_context(server) if self._url.scheme == "https" else True
        self._session: aiohttp.ClientSession | None = None
        self._connection: Connection | None = None
        self._asked_at: float | None = None
        self._watch: asyncio.TimerHandle | None = None
        self.usable = server.proxy is None

    async def ask(self, endpoint: Endpoint, number: int) -> Reading | None:
        """What an endpoint says of an id, ``None`` if the client must be asked instead."""
        try:
            reading = await self._ask(endpoint, number)
        except (TimeoutError, aiohttp.ClientError, aiohttp.http.HttpProcessingError, OSError):
            reading = None
        if reading is None:
            self.usable = False
            await self.close()
        return reading

    async def close(self) -> None:
        """Close the connection."""
        if self._watch:
            self._watch.cancel()
        connection, self._connection = self._connection, None
        session, self._session = self._session, None
        if connection:
            connection.close()
        if session:
            with suppress(aiohttp.ClientError, OSError):
                await session.close()

    async def _ask(self, endpoint: Endpoint, number: int) -> Reading | None:
        connection = self._connection or await self._connect()
        protocol, transport = connection.protocol, connection.transport
        if protocol is None or transport is None or transport.is_closing():
            return None
        protocol.set_response_params(auto_decompress=False)
        self._asked_at = self._loop.time()
        line, headers = self._requests[endpoint]
        transport.write(line.replace(_PLACEHOLDER_TEXT, b"%d" % number) + headers)
        head, payload = await protocol.read()
        length = head.headers.get("Content-Length", "")
        plain = head.code == 200 and length.isdecimal() and int(length) <= _LARGEST_BODY
        if not plain or head.compression or head.chunked or head.should_close:
            return None
        body = payload.read_nowait() if payload.is_eof() else await payload.read()
        self._asked_at = None
        outcome = _decoded(endpoint, body, head.headers.get("Content-Type", ""))
        return None if isinstance(outcome, Failure) else outcome

    async def _connect(self) -> Connection:
        self._loop = asyncio.get_running_loop()
        connector = aiohttp.TCPConnector(limit=1, ssl=self._tls)
        self._session = aiohttp.ClientSession(connector=connector, trust_env=False)
        request = ClientRequest("GET", self._url, loop=self._loop, session=self._session)
        async with asyncio.timeout(self._connect_seconds):
            connection = await connector.connect(request, [], aiohttp.ClientTimeout(total=None))
        self._connection = connection
        self._watch = self._loop.call_later(self._seconds, self._look)
        return connection

    def _look(self) -> None:
        """Break off an answer that takes too long; one timer for all costs less than one each."""
        waited = 0.0 if self._asked_at is None else self._loop.time() - self._asked_at
        if waited >= self._seconds and self._connection and self._connection.transport:
            self._connection.transport.abort()
        else:
            self._watch = self._loop.call_later(self._seconds - waited, self._look)


def _header_lines(server: ServerSettings, url: URL) -> str:
    headers = dict(headers_of(server).sent)
    headers["accept-encoding"] = "identity"
    headers.setdefault("host", httpx.URL(str(url)).netloc.decode("ascii"))
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())
