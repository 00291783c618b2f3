"""Serves the page of a board to a metrics server. Needs the extra ``metrics``.

A scrape returns the latest values; it never polls.
"""

import asyncio
import gzip
import logging
from collections.abc import Callable
from functools import partial

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler

from wallboard.domain.snapshot import Folded, Snapshot
from wallboard.feeds import FleetStatus
from wallboard.report.metrics.page import page
from wallboard.report.metrics.tally import Tally
from wallboard.threads import own_addresses

MOST_SCRAPES = 8
"""Most requests at once; any more get status 503."""

MOST_CONNECTIONS = 64
"""Beyond, the oldest is closed: one that never asks anything would be kept for ever."""

SEND_SECONDS = 30.0
"""A slower reader is cut off, because others wait."""

GZIP_LEVEL = 1
"""Lines that differ little shrink to a twentieth at any level, at this one in the least time."""

OPENMETRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_INDEX = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>wallboard</title></head>
<body><h1>wallboard</h1><p><a href="/metrics">Metrics</a></p></body></html>
"""

log = logging.getLogger(__name__)


def _is_our_fault(record: logging.LogRecord) -> bool:
    """Whether an error is more than a request that is no HTTP, which anybody can send."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


log.addFilter(_is_our_fault)


class MetricsServer:
    """An HTTP server with the metrics of one board; ``take`` gets every folded event."""

    def __init__(
        self,
        snapshot: Callable[[], Snapshot],
        fleet: Callable[[], FleetStatus | None] = lambda: None,
    ) -> None:
        """``snapshot`` returns the current board, ``fleet`` how this member of one is.

        Both are called in the thread of the server.
        """
        self._snapshot = snapshot
        self._fleet = fleet
        self._tally = Tally()
        self._turn = asyncio.Lock()
        self._under_way = 0
        self._runner: web.AppRunner | None = None
        self._listening: list[asyncio.Server] = []

    def take(self, folded: Folded) -> None:
        """Count one event."""
        if folded.statuses:  # else the event is of another board
            self._tally.take(folded.event)

    async def start(self, host: str, port: int) -> str:
        """Listen, and return the address of the page. Raises ``OSError`` if it cannot listen."""
        application = web.Application(middlewares=[self._bounded], client_max_size=1024)
        application.router.add_get("/", _index)
        application.router.add_get("/-/healthy", _healthy)
        application.router.add_get("/metrics", self._metrics)
        runner = self._runner = web.AppRunner(
            application, access_log=None, handle_signals=False, shutdown_timeout=1.0, logger=log
        )
        await runner.setup()
        loop = asyncio.get_running_loop()
        try:
            for address in await own_addresses(host):
                listening = await loop.create_server(self._connection, address, port)
                self._listening.append(listening)
        except OSError:
            await self.stop()
            raise
        where = self._listening[0].sockets[0].getsockname()
        name = f"[{where[0]}]" if ":" in where[0] else where[0]
        return f"http://{name}:{where[1]}/metrics"

    async def stop(self) -> None:
        """Stop listening and close all connections."""
        while self._listening:
            self._listening.pop().close()
        runner, self._runner = self._runner, None
        if runner:
            await runner.cleanup()

    def _connection(self) -> asyncio.Protocol:
        server = self._runner and self._runner.server
        assert server  # noqa: S101  it listens no longer than the runner lives
        excess = len(server.connections) + 1 - MOST_CONNECTIONS
        for oldest in server.connections[: max(0, excess)]:
            if oldest.transport:
                oldest.transport.abort()
        return server()

    async def _metrics(self, request: web.Request) -> web.Response:
        openmetrics = wants_openmetrics(request.headers.get("Accept", ""))
        compress = takes_gzip(request.headers.get("Accept-Encoding", ""))
        async with self._turn:
            snapshot, polls = self._snapshot(), self._tally.polls()
            # In a thread of its own, so that no poll waits for it and seems slow.
            make = partial(page, snapshot, polls, openmetrics=openmetrics, fleet=self._fleet())
            body = await asyncio.to_thread(_body, make, compress)
        kind = OPENMETRICS_TYPE if openmetrics else TEXT_TYPE
        headers = {"Content-Type": kind, "Vary": "Accept, Accept-Encoding"}
        if compress:
            headers["Content-Encoding"] = "gzip"
        return web.Response(body=body, headers=headers)

    @web.middleware
    async def _bounded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self._under_way >= MOST_SCRAPES:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "1"})
        self._under_way += 1
        try:
            response = await handler(request)
            response.headers["Server"] = "wallboard"
            async with asyncio.timeout(SEND_SECONDS):
                await response.prepare(request)
                await response.write_eof()
        except TimeoutError:
            if request.transport:
                request.transport.abort()
        finally:
            self._under_way -= 1
        return response


def _body(make: Callable[[], bytes], compress: bool) -> bytes:
    text = make()
    return gzip.compress(text, GZIP_LEVEL) if compress else text


async def _index(_request: web.Request) -> web.Response:
    return web.Response(text=_INDEX, content_type="text/html")


async def _healthy(_request: web.Request) -> web.Response:
    return web.Response(text="ok\n")


# Negotiation is ours because that of prometheus-client ignores q=: choose_encoder sends OpenMetrics
# even at q=0, and gzip_accepted is true for gzip;q=0.
OPENMETRICS = "application/openmetrics-text"
PLAIN = "text/plain"


def wants_openmetrics(accept: str) -> bool:
    """Whether an ``Accept`` header ranks OpenMetrics first; without one the answer is text."""
    quality = _best(accept, {OPENMETRICS}, "1.0.0")
    return quality > 0 and quality >= _best(accept, {PLAIN, "text/*", "*/*"}, "")


def takes_gzip(accept_encoding: str) -> bool:
    """Whether an ``Accept-Encoding`` header allows gzip."""
    return _best(accept_encoding, {"gzip"}, "") > 0


def _best(header: str, kinds: set[str], version: str) -> float:
    """The highest quality at which one of the kinds is asked for, in that version if one is named.

    0 where none is.
    """
    best = 0.0
    for choice in header.split(","):
        kind, *parameters = (part.strip().lower() for part in choice.split(";"))
        named = dict(part.split("=", 1) for part in parameters if "=" in part)
        if kind in kinds and version in {"", named.get("version", version)}:
            best = max(best, _quality(named.get("q", "1")))
    return best


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
