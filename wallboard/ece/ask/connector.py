"""The connections to one server, and which of them a request may use.

A few names here are the library's own; the tests of the client fail when they change.
"""

import asyncio
import ssl
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

import aiohttp
from aiohttp.abc import ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.http_exceptions import BadHttpMessage, HttpProcessingError
from aiohttp.tracing import Trace

from wallboard.ece.answer.received import LONGEST_HEAD, MOST_HEADERS, Head
from wallboard.ece.ask.resolver import Resolver
from wallboard.ece.ask.tls import Tls

LONGEST_LIFE_SECONDS = 60.0
"""Of a connection: its name may have another address by now, a certificate may have been renewed,
and firewalls are known to drop connections that were idle for longer."""

MOST_ATTEMPTS = 2

SLICE = 16_384
"""Bytes that are read at once. The event loop would make room for a quarter million each time, a
quarter of what a usual poll costs; TLS may still bring as many."""

MOST_FRAMING = SLICE
"""Bytes of chunk headers and trailers, beside twice the content of an answer."""

_LIMITS = {
    "max_line_size": LONGEST_HEAD,
    "max_field_size": LONGEST_HEAD,
    "max_headers": MOST_HEADERS,
}


@dataclass(slots=True)
class Attempt:
    """How a request gets its connection; ``fresh`` demands a new one.

    ``kept`` says that the connection served others before, ``count`` is how many it was given.
    """

    fresh: bool = False
    kept: bool = False
    count: int = 0
    connected: bool = False


ATTEMPT: ContextVar[Attempt] = ContextVar("attempt")
"""The attempt of the current task; the library has no other way to identify a request."""


class _Handler(ResponseHandler):
    """A connection that bounds what it reads, and closes on bytes that belong to no request."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.made_at = monotonic()
        self.used = self._idle = False
        self._head = Head()
        self._read = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Make the event loop read a little at a time."""
        super().connection_made(transport)
        if hasattr(transport, "max_size"):
            transport.max_size = SLICE

    def take(self) -> None:
        """A request begins to use it."""
        self.used, self._idle = True, False

    def rest(self) -> None:
        """The request is done with it."""
        self._idle = True

    def set_response_params(self, **options: Any) -> None:  # noqa: ANN401  the library's own
        """Prepare for an answer; its head is bounded as a whole, so its lines need not be."""
        self._head, self._read = Head(), 0
        super().set_response_params(**(options | _LIMITS))

    def data_received(self, data: bytes) -> None:
        """Take bytes of the answer; the library calls this with none to go on parsing."""
        if self._idle and data:
            self.abort()
        elif not data:
            super().data_received(data)
        else:
            try:
                self._read_bounded(self._head.take(data))
            except BadHttpMessage as error:
                self._refuse(error)

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        """Pass the error on to the reader of the body."""
        super().set_exception(exc, *cause)
        if isinstance(exc, HttpProcessingError) and self._payload and not self._payload.is_eof():
            broken = aiohttp.ClientPayloadError(exc.message)
            broken.__cause__ = exc
            self._payload.set_exception(broken)
            self._payload = None  # else the end of the connection would be reported instead

    def _read_bounded(self, data: bytes) -> None:
        """Read a little at a time, so that little is read beyond a bound.

        Raises ``BadHttpMessage`` once more has come than the head and the framing can be.
        """
        for start in range(0, len(data), SLICE):
            piece = data[start : start + SLICE]
            super().data_received(piece)
            if self._exception:
                return
            self._read += len(piece)
            content = self._payload.total_bytes if self._payload else 0
            if self._read - self._head.size > MOST_FRAMING + 2 * content:
                raise BadHttpMessage("chunk framing far larger than the content")
        if self._head.repaired:
            self.force_close()

    def _refuse(self, error: BadHttpMessage) -> None:
        if self.transport:
            self.transport.close()
        self.set_exception(HttpProcessingError(code=error.code, message=error.message), error)


class Connector(aiohttp.TCPConnector):
    """Connects with the current certificates and addresses.

    With ``keep`` a connection serves until its life ends, without it one request only.
    """

    def __init__(
        self,
        tls: Tls,
        resolver: Resolver,
        *,
        limit: int,
        keep: bool,
        place: tuple[str, int] | None = None,
    ) -> None:
        """Prepare without connecting; an event loop must be running.

        All connections go to ``place``, a host and a port, whatever the address of a request says;
        its certificate must still be for the name in that address.
        """
        lasting = {"keepalive_timeout": LONGEST_LIFE_SECONDS} if keep else {"force_close": True}
        super().__init__(ssl=tls.context, resolver=resolver, limit=limit, **lasting)
        self._factory = partial(_Handler, self._loop)  # type: ignore[assignment]  # is one of them
        self._tls = tls
        self._place = place
        self._oldest = 0.0

    def forget(self) -> None:
        """Never reuse the connections that are open now; requests under way go on."""
        self._oldest = monotonic()

    async def connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  the library's own
    ) -> Connection:
        """A new connection, or a kept one that is young and has no unread bytes.

        The library calls this again for a request whose connection broke before any answer; that
        is allowed once, and on a new one.
        """
        attempt = ATTEMPT.get(None) or Attempt()
        attempt.count += 1
        attempt.connected = False
        if attempt.count > MOST_ATTEMPTS:
            raise aiohttp.ServerDisconnectedError
        attempt.fresh = attempt.fresh or attempt.count > 1
        while True:
            connection = await super().connect(req, traces, timeout)
            handler = connection.protocol
            assert isinstance(handler, _Handler)  # noqa: S101  the factory makes no others
            if not handler.used or self._is_good(handler, attempt):
                attempt.kept, attempt.connected = handler.used, True
                handler.take()
                connection.add_callback(handler.rest)
                return connection
            handler.abort()
            connection.close()

    def _is_good(self, handler: _Handler, attempt: Attempt) -> bool:
        oldest = max(self._oldest, monotonic() - LONGEST_LIFE_SECONDS)
        return not attempt.fresh and handler.made_at > oldest and not handler.should_close

    async def _create_connection(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  the library's own
    ) -> ResponseHandler:
        used = self._renew()
        try:
            return await self._connected(req, traces, timeout)
        except aiohttp.ClientSSLError:
            # The certificate may have been renewed there, and the files here, in this very moment.
            if self._renew() is used:
                raise
            return await self._connected(req, traces, timeout)

    async def _connected(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  the library's own
    ) -> ResponseHandler:
        # As old as the settings that it was made by: they may have changed meanwhile.
        began = monotonic()
        handler = await super()._create_connection(req, traces, timeout)
        assert isinstance(handler, _Handler)  # noqa: S101  the factory makes no others
        handler.made_at = began
        return handler

    async def _resolve_host(
        self, host: str, port: int, traces: Sequence[Trace] | None = None
    ) -> list[ResolveResult]:
        if self._place is None:
            return await super()._resolve_host(host, port, traces)
        return await self._resolver.resolve(*self._place)

    def _renew(self) -> ssl.SSLContext:
        """The TLS settings by the files as they are now; older connections are not reused."""
        if self._tls.renewed():
            self.forget()
        self._ssl = self._tls.context
        return self._tls.context
