"""The connections to one server, and reading an answer from one of them."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import aiohttp

from wallboard.ece.answer.received import Received
from wallboard.ece.ask.connector import SLICE, Connector
from wallboard.ece.ask.outgoing import Destination, Outgoing, proxy_of, uses_tls
from wallboard.ece.ask.resolver import Resolver
from wallboard.ece.ask.tls import Tls
from wallboard.settings import ServerSettings

MOST_SPARE = 2
"""Connections for second attempts: a server that hangs must not get twice the requests."""


class ServerTransport:
    """Connections to a server, opened on demand in the running event loop."""

    def __init__(
        self,
        server: ServerSettings,
        target: Destination,
        *,
        concurrency: int,
        keep: bool,
        traces: Sequence[aiohttp.TraceConfig] = (),
        place: tuple[str, int] | None = None,
    ) -> None:
        """Raises ``ClientSetupError`` for files that cannot be used.

        Connections are kept to be used again; without ``keep`` each serves one request only. They
        go to ``place``, a host and a port, in place of the server's address.
        """
        proxy = proxy_of(server)
        self._place = place
        self._server = server.name
        self._concurrency = concurrency
        self._keep = keep
        self._traces = list(traces)
        self._tls = Tls(server, used=uses_tls(server, proxy))
        self._resolver = Resolver(min(target.connect_timeout, target.timeout))
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=target.connect_timeout)
        self._options: dict[str, Any] = {"allow_redirects": False}
        if proxy:
            self._options |= {"proxy": proxy.url, "proxy_headers": proxy.headers}
        if target.host.endswith("."):
            # In TLS a name goes without its final dot.
            self._options["server_hostname"] = target.host.rstrip(".")

    @property
    def looks_up(self) -> bool:
        """Whether a name lookup is pending and no earlier address is known."""
        return self._resolver.waits

    @property
    def problem(self) -> str:
        """Why changed files are not used, or old addresses are; empty if neither."""
        if self._tls.problem or not self._resolver.outdated:
            return self._tls.problem
        return (
            f'server "{self._server}": no name server answers; using the last known address for '
            "up to an hour. Check this machine's name servers."
        )

    def renew(self) -> None:
        """Use changed certificate files now."""
        if self._tls.renewed():
            self.forget()

    def forget(self) -> None:
        """Never reuse the connections that are open now; requests under way go on."""
        if "_session" in self.__dict__:
            self._connector.forget()

    async def fetch(
        self, request: Outgoing, received: Received, *, spare: bool = False, fresh: bool = False
    ) -> None:
        """Send a request and read the answer into ``received``, which can be used at every moment.

        ``spare``, for a second attempt, and ``fresh`` send it on a connection of its own. Raises
        ``aiohttp.ClientError`` and ``OSError``.
        """
        session = self._spare if spare else self._fresh if fresh else self._session
        async with session.request(
            request.method,
            request.url,
            headers=request.headers,
            data=request.body,
            **self._options,
        ) as response:
            received.start(response.status, response.reason or "", response.raw_headers)
            while chunk := await response.content.read(SLICE):
                if not received.feed(chunk):
                    return
            received.finish()

    async def aclose(self) -> None:
        """Close all connections."""
        for name in ("_spare", "_fresh", "_session"):
            if session := self.__dict__.get(name):
                await session.close()

    @cached_property
    def _session(self) -> aiohttp.ClientSession:
        return self._session_of(self._connector)

    @cached_property
    def _spare(self) -> aiohttp.ClientSession:
        """A session for second attempts: each connection serves one request."""
        return self._session_of(self._connections(MOST_SPARE, keep=False))

    @cached_property
    def _fresh(self) -> aiohttp.ClientSession:
        """A session for requests that must not be kept at one node; none waits for another."""
        return self._session_of(self._connections(self._concurrency, keep=False))

    @cached_property
    def _connector(self) -> Connector:
        return self._connections(self._concurrency, keep=self._keep)

    def _connections(self, limit: int, *, keep: bool) -> Connector:
        return Connector(self._tls, self._resolver, limit=limit, keep=keep, place=self._place)

    def _session_of(self, connector: Connector) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=self._timeout,
            auto_decompress=False,
            trust_env=False,
            trace_configs=self._traces,
        )
