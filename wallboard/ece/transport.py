"""The way to one server: its connections, and reading an answer from one of them."""

import ssl
from collections.abc import AsyncGenerator, Sequence

import aiohttp
import httpx
from aiohttp.connector import Connection
from httpx_aiohttp import AiohttpTransport

from wallboard.ece.outgoing import uses_tls
from wallboard.ece.received import Received
from wallboard.ece.tls import tls_context
from wallboard.settings import ServerSettings


def transport_to(
    server: ServerSettings,
    proxy: httpx.Proxy | None,
    *,
    concurrency: int,
    keep_seconds: float | None,
    traces: Sequence[aiohttp.TraceConfig] = (),
) -> AiohttpTransport:
    """The transport to a server, not connected yet. Raises ``ClientSetupError`` for bad files.

    An unused connection is kept for ``keep_seconds``; with ``None`` each serves one request only.
    """
    tls = (
        tls_context(server) if uses_tls(server, proxy) else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    )

    def open_session() -> aiohttp.ClientSession:
        """The connections; opened at the first request, for that is where the event loop runs."""
        kept = (
            {"force_close": True} if keep_seconds is None else {"keepalive_timeout": keep_seconds}
        )
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=concurrency, ssl=tls, **kept),
            response_class=_AnyReason,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
            trust_env=False,
            trace_configs=list(traces),
        )

    return AiohttpTransport(verify=tls, trust_env=False, proxy=proxy, client=open_session)


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
