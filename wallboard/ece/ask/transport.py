"""The way to one server: its connections, and reading an answer from one of them."""

from collections.abc import AsyncGenerator, Sequence
from functools import cached_property

import aiohttp
import httpx
from aiohttp.connector import Connection
from httpx_aiohttp import AiohttpTransport

from wallboard.ece.answer.received import Received
from wallboard.ece.ask.connector import Connector
from wallboard.ece.ask.failures import Target
from wallboard.ece.ask.outgoing import proxy_of, uses_tls
from wallboard.ece.ask.resolver import Resolver
from wallboard.ece.ask.tls import Tls
from wallboard.settings import ServerSettings

MOST_SPARE = 2
"""A server that hangs shall not be asked twice as much."""


class ServerTransport(AiohttpTransport):
    """The transport to a server, connected at the first request, where the event loop runs."""

    def __init__(
        self,
        server: ServerSettings,
        target: Target,
        *,
        concurrency: int,
        keep: bool,
        traces: Sequence[aiohttp.TraceConfig] = (),
    ) -> None:
        """Raises ``ClientSetupError`` for files that cannot be used.

        Connections are kept to be used again; without ``keep`` each serves one request only.
        """
        proxy = proxy_of(server)
        self._concurrency = concurrency
        self._keep = keep
        self._traces = list(traces)
        self._tls = Tls(server, used=uses_tls(server, proxy))
        self._resolver = Resolver(target.connect_timeout)
        self._connector: Connector | None = None
        super().__init__(
            verify=self._tls.context, trust_env=False, proxy=proxy, client=self._session
        )

    @property
    def looks_up(self) -> bool:
        """Whether a name is being looked up that nobody answered for yet."""
        return self._resolver.waits

    @property
    def problem(self) -> str:
        """Why files that changed are not used; empty if they are."""
        return self._tls.problem

    def renew(self) -> None:
        """Take up files that changed, now."""
        if self._tls.renewed():
            self.forget()

    def forget(self) -> None:
        """Use no connection again that stands by now; what is under way goes on."""
        if self._connector:
            self._connector.forget()

    @cached_property
    def spare(self) -> AiohttpTransport:
        """A transport whose connections serve one request each, few of them at once."""
        return AiohttpTransport(
            verify=self._tls.context,
            trust_env=False,
            proxy=self.proxy,
            client=lambda: self._session_of(self._connections(MOST_SPARE, keep=False)),
        )

    async def aclose(self) -> None:
        """Close all connections."""
        if "spare" in self.__dict__:
            await self.spare.aclose()
        await super().aclose()

    def _session(self) -> aiohttp.ClientSession:
        self._connector = self._connections(self._concurrency, keep=self._keep)
        return self._session_of(self._connector)

    def _connections(self, limit: int, *, keep: bool) -> Connector:
        return Connector(self._tls, self._resolver, limit=limit, keep=keep)

    def _session_of(self, connector: Connector) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=connector,
            response_class=_AnyReason,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
            trust_env=False,
            trace_configs=self._traces,
        )


async def fetch(transport: AiohttpTransport, request: httpx.Request, received: Received) -> None:
    """Send a request and read the answer into ``received``, which is whole at every moment."""
    response = await transport.handle_async_request(request)
    stream = response.stream
    assert isinstance(stream, httpx.AsyncByteStream)  # noqa: S101  what this transport returns
    chunks = aiter(stream)
    try:
        received.start(response)
        async for chunk in chunks:
            if not received.feed(chunk):
                return
        received.finish()
    finally:
        if isinstance(chunks, AsyncGenerator):
            await chunks.aclose()
        await stream.aclose()


class _AnyReason(aiohttp.ClientResponse):
    """A response whose reason phrase may be in Latin-1, at which the transport would stumble."""

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        await super().start(connection)
        if self.reason and not self.reason.isascii():
            phrase = self.reason.encode("utf-8", "surrogateescape")
            try:
                self.reason = phrase.decode("utf-8")
            except UnicodeDecodeError:
                self.reason = phrase.decode("latin-1")
        return self
