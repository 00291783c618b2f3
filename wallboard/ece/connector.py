"""The connections to one server, and which of them a request may use.

A few names here are the library's own; the tests of the client fail when they change.
"""

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from time import monotonic

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from wallboard.ece.resolver import Resolver
from wallboard.ece.tls import Tls

LONGEST_LIFE_SECONDS = 60.0
"""Of a connection, used or not: its name may lead elsewhere by now, a certificate may be another,
and firewalls are known to forget what was idle for longer."""

MOST_ATTEMPTS = 2


@dataclass(slots=True)
class Attempt:
    """How a request came by its connection; ``fresh`` says that it shall be a new one.

    ``kept`` says that the connection had served others before, and ``count`` how many it was given.
    """

    fresh: bool = False
    kept: bool = False
    count: int = 0
    connected: bool = False


ATTEMPT: ContextVar[Attempt] = ContextVar("attempt")
"""Of the request that this task sends; the library has no other way to say which one that is."""


class _Handler(ResponseHandler):
    """A connection that ends at the first byte nobody asked for: no next request may take it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.made_at = monotonic()
        self.used = self._idle = False

    def take(self) -> None:
        """Have it serve a request."""
        self.used, self._idle = True, False

    def rest(self) -> None:
        """The request was served."""
        self._idle = True

    def data_received(self, data: bytes) -> None:
        """Take bytes of the answer; no bytes are a sign of the library to itself."""
        if self._idle and data:
            self.abort()
        else:
            super().data_received(data)


class Connector(aiohttp.TCPConnector):
    """Connects by the certificates and the addresses of now.

    With ``keep`` a connection serves until its life ends, without it one request only.
    """

    def __init__(self, tls: Tls, resolver: Resolver, *, limit: int, keep: bool) -> None:
        """Make ready without connecting, where an event loop runs."""
        lasting = {"keepalive_timeout": LONGEST_LIFE_SECONDS} if keep else {"force_close": True}
        super().__init__(ssl=tls.context, resolver=resolver, limit=limit, **lasting)
        self._factory = partial(_Handler, self._loop)  # type: ignore[assignment]  # is one of them
        self._tls = tls
        self._oldest = 0.0

    def forget(self) -> None:
        """Use no connection again that stands by now; what is under way goes on."""
        self._oldest = monotonic()

    async def connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  the library's own
    ) -> Connection:
        """A new connection, or one that is kept, young and without unread bytes.

        The library asks here again for a request whose connection broke before any answer; that is
        once, and on a new one.
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
        if self._tls.renewed():
            self.forget()
        self._ssl = self._tls.context
        return await super()._create_connection(req, traces, timeout)
