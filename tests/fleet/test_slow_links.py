"""Viewers whose links are slow: they are late, and hold up nobody."""

import asyncio
import os
import time
from contextlib import AsyncExitStack

import pytest

from tests.fleet.bus_server import connected
from tests.fleet.ends import NAMES, Leader, Receiver, running
from tests.fleet.heard import a_round, as_heard
from tests.fleet.slow_link import slow_link
from tests.recorder.recordings import board_of, poll
from tests.waiting import until
from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint
from wallboard.fleet import names, subscriber

MANY = tuple(range(1000, 2000))
ROUNDS = 20
PAGE_BYTES = 5_000
LONG_LINK = {"delay": 0.15, "loss": (0.01, 0.01)}


class At:
    """A bus at another address."""

    def __init__(self, port) -> None:
        self.url = f"nats://127.0.0.1:{port}"


def picture(end):
    """When each endpoint was polled last, as far as this end knows."""
    return {
        (key, endpoint): round(state.last.at, 2)
        for key, status in end.board.snapshot(0.0).entry_points.items()
        for endpoint, state in status.state.endpoints.items()
        if state.last
    }


async def test_of_ten_viewers_a_slow_one_holds_up_nobody(bus_server, monkeypatch):
    monkeypatch.setattr(subscriber, "MOST_WAITING", 20)
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        leader = Leader(await enter(connected(bus_server)))
        quick = [Receiver(await enter(connected(bus_server))) for _ in range(9)]
        port = await enter(slow_link(bus_server.port, 5_000))
        slow = Receiver(await enter(connected(At(port))))
        await enter(running(leader, slow, *quick))
        leader.fold(a_round(0))
        await until(lambda: all(one.boards for one in (*quick, slow)))
        polls, lags = [], []
        for number in range(1, ROUNDS + 1):
            page = poll(Endpoint.CAPACITY, number + 0.5, body=os.urandom(PAGE_BYTES))
            polls += (found := [*a_round(number), page])
            began = time.monotonic()
            leader.fold(found)
            last = as_heard(found[-1])
            await until(lambda last=last: all(one.events[-1:] == [last] for one in quick))
            lags.append(time.monotonic() - began)
            assert leader.publisher.lag_seconds < 5
        assert sorted(lags)[len(lags) // 2] < 2, lags
        assert picture(slow) != picture(leader)
        for one in quick:
            assert one.events[-len(polls) :] == [as_heard(one) for one in polls]
            assert one.subscriber.resyncs == 0
        await until(lambda: picture(slow) == picture(leader))


async def test_a_thousand_entry_points_come_over_a_long_link_that_loses_packets(bus_server):
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        leader = Leader(await enter(connected(bus_server)))
        leader.board = Board(board_of(*MANY))
        port = await enter(slow_link(bus_server.port, 64_000, **LONG_LINK))
        bus = await enter(connected(At(port)))
        viewer = Receiver(bus, board_of(*MANY))
        await enter(running(leader))
        leader.fold(a_round(0, MANY))
        await until(lambda: leader.publisher.published == 5 * len(MANY))
        await until(lambda: leader.publisher._bus.kept(names.LAST, NAMES.key))
        await enter(running(viewer))
        await until(lambda: viewer.boards, 20)
        for number in range(1, 4):
            # A tenth of them in each second, as in an interval of 10 s.
            leader.fold(a_round(10 * number, MANY[number::10], wait=500))
            await asyncio.sleep(1)
        await until(lambda: picture(viewer) == picture(leader), 10)
        assert bus.status.connections == 1
        assert len(viewer.boards) == 1


@pytest.mark.parametrize("loss", [(0.9, 0.0), (0.0, 0.9)], ids=["to the bus", "from the bus"])
async def test_who_loses_packets_in_one_direction_misses_nothing_and_tells_all(bus_server, loss):
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        port = await enter(slow_link(bus_server.port, 64_000, loss=loss))
        near, far = await enter(connected(bus_server)), await enter(connected(At(port)))
        for leader, viewer in (
            (Leader(far), Receiver(near)),
            (Leader(near, revision=2), Receiver(far)),
        ):
            async with running(leader, viewer):
                leader.fold(a_round(0))
                await until(lambda viewer=viewer: viewer.boards or viewer.events)
                polls = [one for at in range(10, 110, 10) for one in a_round(at)]
                leader.fold(polls)
                wanted = [as_heard(one) for one in polls]
                await until(
                    lambda viewer=viewer, wanted=wanted: viewer.events[-len(wanted) :] == wanted
                )
