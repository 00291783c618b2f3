"""A real simulated call centre, polled by one member and seen by others over a real bus."""

import asyncio

from tests.fleet.bus_server import connected
from tests.fleet.ends import NAMES, Receiver, running
from tests.fleet.heard import as_heard
from tests.waiting import until
from wallboard.board import Board
from wallboard.domain.endpoint import EntryPointKey
from wallboard.feeds.poll_feed import PollFeed
from wallboard.fleet.lease import Term
from wallboard.fleet.publisher import Publisher
from wallboard.inheritance import entry_points_of
from wallboard.settings import EntryPointSettings, ServerSettings, Settings
from wallboard.simulator.scenario import parse_scenario
from wallboard.simulator.server import Simulator

IDS = range(1000, 1008)
TROUBLES = """
[[fault]]
kind = "http"
status = 500
entry_points = [1001]

[[fault]]
kind = "malformed"
form = "broken"
entry_points = [1002]

[[fault]]
kind = "empty"
entry_points = [1003]

[[fault]]
kind = "html"
entry_points = [1004]

[[fault]]
kind = "service_not_running"
entry_points = [1005]
"""


async def test_all_boards_of_a_fleet_say_the_same_of_a_call_centre(bus_server):
    async with (
        Simulator(entry_points=IDS, scenario=parse_scenario(TROUBLES)) as simulator,
        connected(bus_server) as bus,
        connected(bus_server) as other_bus,
    ):
        server = ServerSettings(
            name="prod",
            url=simulator.url,
            entry_point=tuple(EntryPointSettings(id=id_) for id_ in IDS),
        )
        settings = Settings(interval=0.3, timeout=5.0, server=(server,))
        board, events = Board(entry_points_of(settings)), []
        term = Term(bus.epoch, 1)
        publisher = Publisher(
            bus,
            NAMES,
            term=lambda: term,
            board=lambda: board.snapshot(events[-1].at if events else 0.0).recorded,
        )

        def fold(event):
            events.append(event)
            board.fold(event)
            publisher.take(event)

        points = entry_points_of(settings)
        first, later = Receiver(other_bus, of=points, complete=True), Receiver(other_bus, of=points)
        tasks = [
            asyncio.create_task(publisher.run()),
            polling := asyncio.create_task(PollFeed(settings).run(fold)),
        ]
        async with running(first):
            await until(lambda: len(events) > 3 * 5 * len(IDS))
            async with running(later):
                await until(lambda: later.boards and later.events)
                polling.cancel()
                await until(lambda: publisher.published == len(events))
                last = as_heard(events[-1])
                await until(lambda: first.events[-1] == later.events[-1] == last)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert first.events == [as_heard(event) for event in events]
    ours = facts(board)
    assert facts(first.board) == facts(later.board) == ours
    assert len({verdict for verdict, *_ in ours.values()}) > 2


def facts(board) -> dict[EntryPointKey, tuple[object, ...]]:
    """What can be read on each tile, and the last answers of each."""
    return {
        key: (
            one.judgement.verdict,
            one.judgement.level,
            one.judgement.summary,
            [as_heard(state.last) for state in one.state.endpoints.values() if state.last],
        )
        for key, one in board.snapshot(0.0).entry_points.items()
    }
