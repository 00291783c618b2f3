"""A board that shares a recording, without a face; reports its CPU and how late it hears of polls.

Arguments: address, entry points, seconds to measure, recording, and the role to wait for.
"""

import asyncio
import sys
import time
from contextlib import suppress
from dataclasses import replace
from statistics import quantiles

from tests.bench.processes import report
from wallboard.board import Board
from wallboard.cli.run.process_memory import collect_seldom, share_heap
from wallboard.config import settings_for_url
from wallboard.config.state_folder import BoardId
from wallboard.domain.event import Event
from wallboard.domain.observation import Observation
from wallboard.domain.snapshot import Folded
from wallboard.feeds import Role
from wallboard.feeds.shared import SharedFeed
from wallboard.inheritance import entry_points_of


async def main(url: str, count: int, seconds: float, file: str, role: Role) -> None:
    settings = replace(settings_for_url(url, [f"1000-{999 + count}"]), record=file)
    board = Board(entry_points_of(settings), history=settings.history)
    lags: list[float] = []

    def take(event: Event) -> Folded:
        if isinstance(event, Observation):
            lags.append(time.time() - event.at)
        return board.fold(event)

    shared = SharedFeed(settings, BoardId("bench"))
    feed = asyncio.create_task(shared.run(take))
    while shared.status.role is not role or len(lags) < count:  # noqa: ASYNC110 - the role tells nobody
        await asyncio.sleep(0.1)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    lags.clear()
    began, cpu = time.perf_counter(), time.process_time()
    while time.perf_counter() - began < seconds:
        await asyncio.sleep(settings.refresh)
        board.snapshot(time.time())
    cpu, elapsed = time.process_time() - cpu, time.perf_counter() - began
    heard = len(lags)
    feed.cancel()
    with suppress(asyncio.CancelledError):
        await feed
    if not heard:
        raise SystemExit("nothing was heard, so this says nothing")
    report(
        {
            "cpu_ms_per_second": 1000 * cpu / elapsed,
            "lag_seconds": quantiles(lags, n=100)[98],
            "worst_lag_seconds": max(lags),
            "polls_per_second": heard / elapsed,
        }
    )


if __name__ == "__main__":
    collect_seldom()  # as every command does
    share_heap()
    url, count, seconds, file, role = sys.argv[1:]
    asyncio.run(main(url, int(count), float(seconds), file, Role(role)))
