"""A living board hears of other places over a real bus, each with a real simulator of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from tests.fleet.bus_server import connected
from tests.waiting import until
from wallboard.board import Board
from wallboard.config.state_folder import BoardId
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.policy import Verdict
from wallboard.domain.vantage import agreement_of, answers_of
from wallboard.feeds.poll_feed import PollFeed
from wallboard.feeds.shared import SharedFeed
from wallboard.fleet.lease import Term
from wallboard.fleet.names import BoardNames
from wallboard.fleet.publisher import Publisher
from wallboard.fleet_settings import FleetSettings
from wallboard.inheritance import entry_points_of
from wallboard.live import LiveBoard
from wallboard.settings import AlarmSettings, EntryPointSettings, ServerSettings, Settings
from wallboard.simulator.scenario import parse_scenario
from wallboard.simulator.server import Simulator

IDS = (1000, 1001)
ONE = EntryPointKey("prod", 1000)
NO_AGENTS = """
[[fault]]
kind = "agents"
entry_points = 1000
count = 0
"""
ALARM = AlarmSettings(raise_for=0.5, clear_for=0.5, quorum=2)


def settings_of(simulator: Simulator, **more: object) -> Settings:
    """The settings of one member: its own way to the same server."""
    points = tuple(EntryPointSettings(id=one) for one in IDS)
    server = ServerSettings(name="prod", url=simulator.url, entry_point=points)
    whole = replace(Settings(interval=0.3, timeout=5.0, record=False), server=(server,))
    return replace(whole, alarm=ALARM, title="chat", **more)


@asynccontextmanager
async def place(bus, name: str, simulator: Simulator) -> AsyncIterator[None]:
    """Another place: polls a simulator, and publishes what it folds."""
    settings = settings_of(simulator)
    board, feed, at = Board(entry_points_of(settings)), PollFeed(settings), 0.0
    term = Term(bus.epoch, 1)
    publisher = Publisher(
        bus,
        BoardNames.of("chat", name),
        term=lambda: term,
        board=lambda: board.snapshot(at).recorded,
    )

    def fold(event: object) -> None:
        nonlocal at
        at = event.at
        board.fold(event)
        publisher.take(event)

    tasks = [asyncio.create_task(publisher.run()), asyncio.create_task(feed.run(fold))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def simulated(fault: str = "") -> AsyncIterator[Simulator]:
    async with Simulator(entry_points=IDS, scenario=parse_scenario(fault)) as simulator:
        yield simulator


@pytest.fixture
async def live(bus_server) -> AsyncIterator[LiveBoard]:
    """A board in ``fra``, for which all is open."""
    fleet = FleetSettings(url=bus_server.url, vantage="fra", lease=2.0)
    async with simulated() as simulator:
        settings = settings_of(simulator)
        alone = SharedFeed(settings, BoardId("chat"))
        async with LiveBoard(replace(settings, fleet=fleet), lambda _: alone) as board:
            yield board


def said(live: LiveBoard, key: EntryPointKey = ONE) -> dict[str, Verdict]:
    """What each place says that counts."""
    snapshot = live.snapshot()
    answers = answers_of(snapshot.entry_points[key], snapshot.at)
    return {one.place: one.verdict for one in answers if one.counts}


def agreement(live: LiveBoard, key: EntryPointKey = ONE):
    snapshot = live.snapshot()
    return agreement_of(snapshot.entry_points[key], snapshot.at)


async def test_three_places_of_which_one_differs(bus_server, live):
    assert live.snapshot().places == ()
    async with (
        connected(bus_server) as bus,
        simulated() as good,
        simulated(NO_AGENTS) as bad,
        place(bus, "nyc", bad),
        place(bus, "sin", good),
    ):
        wanted = {"fra": Verdict.OPEN, "nyc": Verdict.AGENT_NOT_AVAILABLE, "sin": Verdict.OPEN}
        await until(lambda: said(live) == wanted)
        assert [one.name for one in live.snapshot().places] == ["fra", "nyc", "sin"]
        await until(lambda: agreement(live).disagrees)
        found = agreement(live)
        assert (found.verdict, found.agree, found.count) == (Verdict.OPEN, 2, 3)
        await until(lambda: agreement(live, EntryPointKey("prod", 1001)).agree == 3)
        # One of three says so, and two are asked for.
        assert not live.snapshot().alarms
        # What each was answered is there byte for byte.
        (far,) = (one for one in answers_of(live.board.status(ONE), 0.0) if one.place == "nyc")
        body = far.status.state.endpoint(far.status.judgement.decided_by).last.response.body
        assert b"agent_not_available" in body


async def test_an_alarm_takes_the_quorum_of_the_places_that_are_heard(bus_server, live):
    async with connected(bus_server) as bus, simulated(NO_AGENTS) as bad:
        async with place(bus, "nyc", bad), place(bus, "sin", bad):
            await until(lambda: ONE in map(tuple, live.snapshot().alarms))
            alarm = live.snapshot().alarms[(*ONE,)]
            assert alarm.condition.verdict == Verdict.AGENT_NOT_AVAILABLE
        # Both fall silent: this place alone is enough, and that is said.
        await until(lambda: all(one.silent_since for one in live.snapshot().places if not one.own))
        await until(lambda: not any(one.active for one in live.snapshot().alarms.values()))
        assert "Alarms take 2 places, and only fra can say: that is enough." in live.problems
        assert agreement(live).silent == ("nyc", "sin")


async def test_while_the_bus_is_away_other_places_are_silent_and_come_back(bus_server, live):
    async with connected(bus_server) as bus, simulated() as good, place(bus, "nyc", good):
        await until(lambda: len(said(live)) == 2)
        bus_server.kill()
        await until(lambda: any(one.silent_since for one in live.snapshot().places))
        assert any(one.startswith("Other places are not heard: ") for one in live.problems)
        assert said(live) == {"fra": Verdict.OPEN}
        await bus_server.start()
        await until(lambda: len(said(live)) == 2)
        assert not any("not heard" in one for one in live.problems)


async def test_an_edit_ends_and_begins_the_comparison(bus_server, live):
    async with connected(bus_server) as bus, simulated() as good, place(bus, "nyc", good):
        await until(lambda: len(said(live)) == 2)
        compared = live.settings
        live.take_up(replace(compared, fleet=replace(compared.fleet, vantage="")))
        assert live.snapshot().places == ()
        assert live.board.status(ONE).places is None
        live.take_up(replace(compared, fleet=replace(compared.fleet, vantage="fra-2")))
        await until(lambda: set(said(live)) == {"fra-2", "nyc"})


async def test_garbage_from_a_place_is_none(bus_server, live):
    async with connected(bus_server) as bus, simulated() as good, place(bus, "nyc", good):
        await until(lambda: len(said(live)) == 2)
        await bus.store(BoardNames.of("chat", "nyc").observations, b"\x93\x01garbage")
        await bus.keep("WALLBOARD_LAST", "chat.tok", b"garbage")
        later = live.board.status(ONE).places.others[0].status.judgement.newest_at
        await until(
            lambda: live.board.status(ONE).places.others[0].status.judgement.newest_at > later + 1
        )
        assert [one.name for one in live.snapshot().places] == ["fra", "nyc"]
