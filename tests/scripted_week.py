"""A scripted week: real polls of simulated servers, judged, alarmed and recorded, in no time.

Only the sockets and the clock are not real: time passes as fast as nothing happens, and the client
of a server is handed the simulator's replies. The network may be unplugged.
"""

import asyncio
import errno
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import aiohttp
import virtual_time
from aiohttp.client_reqrep import ConnectionKey

from wallboard.board import Board
from wallboard.config.config_file import load_config
from wallboard.domain.event import Event
from wallboard.domain.snapshot import Folded
from wallboard.ece.answer.received import Received
from wallboard.ece.ask.client import EceClient
from wallboard.ece.ask.outgoing import Outgoing
from wallboard.feeds.poll import PollFeed
from wallboard.inheritance import entry_points_of
from wallboard.settings import ServerSettings, Settings
from wallboard.simulator.requests import route_of
from wallboard.simulator.responder import Responder
from wallboard.simulator.scenario import load_scenario

FOLDER = Path(__file__).parent / "fixtures" / "alarm_week"
START = datetime(2026, 11, 2, tzinfo=UTC).timestamp()
WEEK = 7 * 86_400.0

UNPLUGGED = (5 * 86_400 + 12 * 3_600.0, 5 * 86_400 + 12 * 3_600 + 2_400.0)
"""Saturday noon, for forty minutes: seconds of the week."""


class SimulatedTransport:
    """The way to a simulated server."""

    problem, looks_up = "", False

    def __init__(self, responder: Responder, seconds: Callable[[], float]) -> None:
        self._responder = responder
        self._seconds = seconds

    async def fetch(self, request: Outgoing, received: Received, *, spare: bool = False) -> None:
        """The reply that the simulator gives at this second."""
        now = self._seconds()
        if UNPLUGGED[0] <= now < UNPLUGGED[1]:
            raise _unconnected(errno.ENETUNREACH)
        if self._responder.down(now):
            raise _unconnected(errno.ECONNREFUSED)
        route = route_of(request.url.path)
        assert route, request.url
        reply = self._responder.reply(*route, now)
        received.start(reply.status, "", [(b"Content-Type", reply.content_type.encode())])
        received.feed(reply.body)
        received.finish()

    async def aclose(self) -> None:
        """Nothing is open."""


def _unconnected(number: int) -> aiohttp.ClientConnectorError:
    """What the library raises where no connection can be made."""
    where = ConnectionKey("ece.example.com", 80, False, True, None, None, None)
    return aiohttp.ClientConnectorError(where, OSError(number, os.strerror(number)))


class Week:
    """Polls the servers of the week, has a board fold that, and hands on what that did."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.board = Board(entry_points_of(settings))
        self.seconds = 0.0

    @property
    def now(self) -> float:
        """Unix time in seconds."""
        return START + self.seconds

    def play(self, on_folded: Callable[[Folded], object], until: float = WEEK) -> None:
        """Poll until a second of the week."""
        virtual_time.run(lambda loop: self._poll(loop, on_folded, until))

    async def _poll(
        self, loop: virtual_time.VirtualLoop, on_folded: Callable[[Folded], object], until: float
    ) -> None:
        def clock() -> float:
            self.seconds = loop.seconds
            return START + loop.seconds

        def client(server: ServerSettings) -> EceClient:
            ids = [entry_point.id for entry_point in server.entry_point]
            responder = Responder(ids, load_scenario(FOLDER / f"{server.name}.toml"))
            made = EceClient(server, self.settings, clock=clock, timer=loop.time)
            made._transport = SimulatedTransport(responder, loop.time)  # type: ignore[assignment]
            return made

        def fold(event: Event) -> None:
            on_folded(self.board.fold(event))

        feed = PollFeed(
            self.settings,
            client_for=client,
            clock=clock,
            monotonic=loop.time,
            random=Random(1),
        )
        polling = asyncio.create_task(feed.run(fold))
        await asyncio.sleep(until)
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)


def week_settings() -> Settings:
    """The settings of the week."""
    return load_config(FOLDER / "wallboard.toml", {})
