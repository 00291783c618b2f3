"""A scripted week: real polls of simulated servers, judged, alarmed and recorded, in no time.

Only the sockets and the clock are not real: time passes as fast as nothing happens, and the client
of a server is handed the simulator's replies. The network may be unplugged.
"""

import asyncio
import errno
import math
import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import aiohttp
import virtual_time
from aiohttp.client_reqrep import ConnectionKey

from wallboard.alarm_board import AlarmBoard
from wallboard.board import Board
from wallboard.config.config_file import load_config
from wallboard.config.plan import PlanReader, Span
from wallboard.domain.alarm import AlarmState
from wallboard.domain.event import Event, ExpectationChanged
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind, moment
from wallboard.domain.raised_alarm import raised_alarms
from wallboard.domain.snapshot import Folded
from wallboard.ece.answer.received import Received
from wallboard.ece.ask.client import EceClient
from wallboard.ece.ask.outgoing import Outgoing
from wallboard.feeds.network_watch import NetworkWatch
from wallboard.feeds.poll_feed import PollFeed
from wallboard.inheritance import alarm_rules_of, entry_points_of
from wallboard.recorder.recording import Recording
from wallboard.recorder.writing.writer import Writer
from wallboard.settings import ServerSettings, Settings
from wallboard.simulator.requests import route_of
from wallboard.simulator.responder import Responder
from wallboard.simulator.scenario import load_scenario

FOLDER = Path(__file__).parent / "fixtures" / "alarm_week"
START = datetime(2026, 11, 2, tzinfo=UTC).timestamp()
WEEK = 7 * 86_400.0
TICK_SECONDS = 120.0
TICK_OFFSET = 7.0
"""Seconds by which the ticks are apart from the polls, so that it is known which come first."""

LOOK_SECONDS = 60.0

Shown = dict[AlarmKey, AlarmState]

UNPLUGGED = (5 * 86_400 + 12 * 3_600.0, 5 * 86_400 + 12 * 3_600 + 2_400.0)
"""Saturday noon, for forty minutes: seconds of the week."""


class SimulatedTransport:
    """The way to a simulated server."""

    problem, looks_up = "", False

    def __init__(self, responder: Responder, seconds: Callable[[], float]) -> None:
        self._responder = responder
        self._seconds = seconds

    async def fetch(self, request: Outgoing, received: Received, **_: bool) -> None:
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
    """Polls the servers of the week, and has a board, its alarms and a recording take that."""

    def __init__(self, settings: Settings, recording: Path) -> None:
        """Nothing is polled before ``play``. ``rows`` is the ledger, ``shown`` the alarms."""
        self.settings = settings
        self.recording = recording
        self.plan = PlanReader().read(settings, Span(START, START + 2 * WEEK))
        self.rows: list[LedgerRow] = []
        self.shown: list[tuple[float, Shown]] = []
        self._seconds = 0.0

    def play(self, until: float) -> None:
        """Run the program from where it ended until a second of the week."""
        self._begin()
        virtual_time.run(lambda loop: self._run(loop, until), self._seconds)
        self._seconds = until
        self._writer.write(self._unwritten)
        self._writer.close()

    def _begin(self) -> None:
        """Start the program: with what was recorded, if anything was."""
        points = entry_points_of(self.settings)
        self._board = Board(points)
        self._alarms = AlarmBoard(alarm_rules_of(self.settings))
        self._unwritten: list[Folded] = []
        self._expected_until = -math.inf
        for row in self.rows:
            self._alarms.apply(row)
        if self.recording.exists():
            now = START + self._seconds
            with Recording.open(self.recording) as recorded:
                newest = recorded.newest_board(now)
            self._happened(self._alarms.fold(self._board.fold(newest)))
        self._writer = Writer.open(self.recording, clock=lambda: START)
        self._writer.listed(points, "week")

    async def _run(self, loop: virtual_time.VirtualLoop, until: float) -> None:
        def clock() -> float:
            return START + loop.time()

        def client(server: ServerSettings) -> EceClient:
            ids = [entry_point.id for entry_point in server.entry_point]
            responder = Responder(ids, load_scenario(FOLDER / f"{server.name}.toml"))
            made = EceClient(server, self.settings, clock=clock, timer=loop.time)
            made._transport = SimulatedTransport(responder, loop.time)  # type: ignore[assignment]
            return made

        feed = PollFeed(
            self.settings,
            client_for=client,
            clock=clock,
            monotonic=loop.time,
            random=Random(1),
        )
        network = NetworkWatch(
            self.settings.alarm.witness,
            lambda: feed.none_in_reach,
            lambda: feed.answered_at,
            look_seconds=LOOK_SECONDS,
            clock=clock,
        )
        network._witnesses = PluggedIn(loop.time)  # type: ignore[assignment]
        tasks = [asyncio.create_task(feed.run(self._fold)), asyncio.create_task(network.run())]
        while (now := loop.time()) < until:
            self._tick(START + now, network.blind_since, network.network_until)
            turn = self._expected_until - START - now
            tick = TICK_SECONDS - (now - TICK_OFFSET) % TICK_SECONDS
            await asyncio.sleep(min(tick, until - now, turn))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _tick(self, now: float, blind_since: float | None, network_until: float | None) -> None:
        """What a living board does again and again."""
        if now >= self._expected_until:
            turn = self.plan.next_turn(now)
            self._expected_until = math.inf if turn is None else turn
            keys = [entry_point.key for entry_point, _ in entry_points_of(self.settings)]
            self._fold(ExpectationChanged(now, self.plan.expectations(keys, now)))
        if (blind_since is None) is not (self._alarms.blind_since is None):
            kind = RowKind.SEEING if blind_since is None else RowKind.BLIND
            row = LedgerRow(moment(blind_since or now), kind, None, until=network_until)
            self._happened([row, *self._alarms.apply(row)])
        self._happened(self._alarms.advance(now))
        self._writer.write(self._unwritten)
        self._unwritten.clear()
        states = {key: alarm.state for key, alarm in self._alarms.alarms.items()}
        between_polls = (now - START) % TICK_SECONDS == TICK_OFFSET
        if between_polls and (not self.shown or self.shown[-1][1] != states):
            self.shown.append((now, states))

    def _fold(self, event: Event) -> None:
        folded = self._board.fold(event)
        self._unwritten.append(folded)
        self._happened(self._alarms.fold(folded))

    def _happened(self, rows: Iterable[LedgerRow]) -> None:
        self.rows += rows


class PluggedIn:
    """Witnesses that answer whenever the network is there."""

    addresses = ("witness",)

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds

    async def any_answers(self) -> bool:
        """Whether one of them answers."""
        return not UNPLUGGED[0] <= self._seconds() < UNPLUGGED[1]


def week_settings() -> Settings:
    """The settings of the week."""
    return load_config(FOLDER / "wallboard.toml", {})


def told(rows: Iterable[LedgerRow]) -> list[str]:
    """The alarms of some rows in lines: when each began, was raised and was over, and of whom."""
    return [
        f"{_said(one.onset)}  {_said(one.raised_at)}  {_said(one.over_at)}  "
        f"{one.key.server}{'' if one.key.id is None else f':{one.key.id}'}  {one.verdict}"
        f"{'  chattering' if one.chattering else ''}"
        for one in raised_alarms(rows)
    ]


def _said(at: float | None) -> str:
    return "-" if at is None else datetime.fromtimestamp(round(at), UTC).strftime("%a %H:%M:%S")
