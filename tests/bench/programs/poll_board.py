"""Polls into a board, as the wall does, and reports the CPU of a poll.

Arguments: address, entry points, seconds to measure, polls in flight, interval in seconds.
"""

import asyncio
import sys
import time
from contextlib import suppress
from dataclasses import replace

from tests.bench.processes import report
from wallboard.board import Board
from wallboard.config import settings_for_url
from wallboard.domain.observation import Failure, Observation
from wallboard.feeds.poll import PollFeed
from wallboard.settings import entry_points_of


async def main(url: str, count: int, seconds: float, in_flight: int, interval: float) -> None:
    settings = replace(
        settings_for_url(url, [f"1000-{999 + count}"]), concurrency=in_flight, interval=interval
    )
    board = Board(entry_points_of(settings), history=settings.history)
    polls = failed = 0
    second_round = asyncio.Event()

    def take(event: object) -> None:
        nonlocal polls, failed
        board.fold(event)  # type: ignore[arg-type]
        polls += 1
        if polls > 5 * count:
            second_round.set()
        failed += not isinstance(event, Observation) or isinstance(event.outcome, Failure)

    feed = asyncio.create_task(PollFeed(settings).run(take))
    # The first round also connects and builds every request, which a board does once in its life.
    await second_round.wait()
    polls, began, cpu = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - began < seconds:
        await asyncio.sleep(settings.refresh)
        board.snapshot(time.time())
    cpu, elapsed = time.process_time() - cpu, time.perf_counter() - began
    feed.cancel()
    with suppress(asyncio.CancelledError):
        await feed
    if failed:
        raise SystemExit(f"{failed} polls failed, so this says nothing")
    report({"cpu_ms_per_poll": 1000 * cpu / polls, "polls_per_second": polls / elapsed})


if __name__ == "__main__":
    url, count, seconds, in_flight, interval = sys.argv[1:]
    asyncio.run(main(url, int(count), float(seconds), int(in_flight), float(interval)))
