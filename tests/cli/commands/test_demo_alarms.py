import asyncio
import errno
import os

import aiohttp
import virtual_time
from aiohttp.client_reqrep import ConnectionKey

from wallboard.alarm_board import AlarmBoard
from wallboard.board import Board
from wallboard.cli.commands.demo import demo_settings
from wallboard.cli.commands.simulate import Simulation
from wallboard.domain.alarm import AlarmState
from wallboard.domain.event import Event
from wallboard.domain.ledger_row import RowKind
from wallboard.ece.ask.client import EceClient
from wallboard.feeds.poll_feed import PollFeed
from wallboard.inheritance import alarm_rules_of, entry_points_of
from wallboard.settings import ServerSettings
from wallboard.simulator.names import entry_point_ids
from wallboard.simulator.requests import route_of
from wallboard.simulator.responder import Responder
from wallboard.simulator.scenario import load_scenario

MINUTE = 60.0
INTERVAL = 2.0


class SimulatedTransport:
    """The way to a simulated server, without a socket."""

    problem, looks_up = "", False

    def __init__(self, responder, seconds) -> None:
        self._responder = responder
        self._seconds = seconds

    async def fetch(self, request, received, **_) -> None:
        """The reply that the simulator gives at this second."""
        now = self._seconds()
        if self._responder.down(now):
            where = ConnectionKey("ece.example.com", 80, False, True, None, None, None)
            refused = OSError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))
            raise aiohttp.ClientConnectorError(where, refused)
        reply = self._responder.reply(*route_of(request.url.path), now)
        received.start(reply.status, "", [(b"Content-Type", reply.content_type.encode())])
        received.feed(reply.body)
        received.finish()

    async def aclose(self) -> None:
        """Nothing is open."""


def played(seconds):
    """The alarms of the demo after some seconds, and the rows that led to them."""
    story = Simulation(entry_points=12, scenario="demo", seed=0, speed=1.0)
    settings = demo_settings("http://demo.example.com", story, INTERVAL)
    responder = Responder(entry_point_ids(12), load_scenario("demo"), story.seed)
    board = Board(entry_points_of(settings))
    alarms = AlarmBoard(alarm_rules_of(settings), flood=settings.alarm.flood)
    rows = []

    async def main(loop):
        def client(server: ServerSettings) -> EceClient:
            made = EceClient(server, settings, clock=loop.time, timer=loop.time)
            made._transport = SimulatedTransport(responder, loop.time)
            return made

        def fold(event: Event) -> None:
            rows.extend(alarms.advance(event.at))
            rows.extend(alarms.fold(board.fold(event)))

        feed = PollFeed(settings, client_for=client, clock=loop.time, monotonic=loop.time)
        with_end = asyncio.timeout(seconds)
        try:
            async with with_end:
                await feed.run(fold)
        except TimeoutError:
            assert with_end.expired()
        rows.extend(alarms.advance(loop.time()))

    virtual_time.run(main)
    return alarms, rows


def test_the_demo_has_alarms_that_call_and_some_that_have_returned_within_a_minute():
    alarms, _ = played(MINUTE)
    states = {alarm.state for alarm in alarms.alarms.values()}
    assert {AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED} <= states


def test_alarms_of_the_demo_are_neither_chattering_nor_a_flood():
    alarms, rows = played(11 * MINUTE)
    assert not [row for row in rows if row.kind is RowKind.CHATTERING]
    assert not alarms.flooded(11 * MINUTE)
    assert sum(row.kind is RowKind.RAISED for row in rows) > 20
