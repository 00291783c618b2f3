"""Whether the loop that polls still does: what a watchdog goes by."""

import asyncio
from contextlib import suppress

import pytest
from feeds_support import rounds
from waiting import until

from wallboard.clock import running as monotonic
from wallboard.feeds.poll_feed import PollFeed

TIMEOUT = 5.0


class Clock:
    """The monotonic clock, which can be put forward."""

    ahead = 0.0

    def __call__(self) -> float:
        return monotonic() + self.ahead


@pytest.fixture
async def polling(settings_of, server_of):
    tasks = []

    def started(simulator):
        clock = Clock()
        settings = settings_of(server_of(simulator, timeout=TIMEOUT))
        feed = PollFeed(settings, monotonic=clock)
        tasks.append(asyncio.create_task(feed.run(lambda _event: None)))
        return feed, clock

    yield started
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_polls_that_come_back_are_no_stall(polling, simulated):
    simulator = await simulated()
    feed, _ = polling(simulator)

    await until(lambda: rounds(simulator) >= 3)

    assert feed.stalled_seconds == 0.0


async def test_polls_that_do_not_come_back_long_after_their_timeout_are_one(polling, simulated):
    simulator = await simulated('[[fault]]\nkind = "hang"\n')
    feed, clock = polling(simulator)
    await until(lambda: simulator.requests.max_in_flight >= 1)
    assert feed.stalled_seconds == 0.0

    clock.ahead = 100.0

    assert feed.stalled_seconds == pytest.approx(100 - 2 * TIMEOUT, abs=TIMEOUT)


async def test_a_server_out_of_reach_that_is_probed_seldom_is_none(polling, simulated):
    simulator = await simulated()
    feed, _ = polling(simulator)
    await until(lambda: rounds(simulator) >= 1)
    await simulator.stop()

    await until(lambda: feed.none_in_reach)

    assert feed.stalled_seconds == 0.0
