"""Polls a healthy server, alone or beside hostile ones, and reports what it had to suffer.

Arguments: its address, how many entry points, seconds to measure, and the ports of hostile servers
by kind, as JSON.
"""

import asyncio
import json
import sys
import time
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import psutil

from tests.bench.processes import report
from wallboard.board import Board
from wallboard.cli.run.process_memory import collect_seldom, share_heap
from wallboard.config import settings_for_url
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.observation import Failure, Observation
from wallboard.domain.policy import Verdict
from wallboard.feeds.poll_feed import PollFeed
from wallboard.inheritance import entry_points_of
from wallboard.settings import EntryPointSettings, ServerSettings

INTERVAL = TIMEOUT = 1.0
TICK = 0.005


async def main(url: str, count: int, seconds: float, ports: dict[str, int]) -> None:
    settings = settings_for_url(url, [f"1000-{999 + count}"])
    (healthy,) = settings.server
    one = (EntryPointSettings(id=1000),)
    hostile = [
        ServerSettings(name=kind, url=f"http://127.0.0.1:{port}", entry_point=one)
        for kind, port in ports.items()
    ]
    settings = replace(settings, server=(healthy, *hostile), interval=INTERVAL, timeout=TIMEOUT)
    board = Board(entry_points_of(settings), history=settings.history)
    polled: dict[object, list[float]] = {}
    failures: dict[str, str] = {}

    def take(event: object) -> None:
        board.fold(event)  # type: ignore[arg-type]
        if isinstance(event, Observation):
            if event.key.server == healthy.name:
                polled.setdefault((event.key, event.endpoint), []).append(time.perf_counter())
            if isinstance(event.outcome, Failure):
                failures[event.key.server] = event.outcome.message

    feed = asyncio.create_task(PollFeed(settings).run(take))
    # The first round also imports, connects and builds every request, once in the board's life.
    await asyncio.sleep(2 * INTERVAL)
    late, most, until = 0.0, 0, time.perf_counter() + seconds
    while (now := time.perf_counter()) < until:
        await asyncio.sleep(TICK)
        late = max(late, time.perf_counter() - now - TICK)
        most = max(most, psutil.Process().memory_info().rss)
    feed.cancel()
    with suppress(asyncio.CancelledError):
        await feed
    _check(board, healthy.name, count, set(ports), failures)
    gaps = [later - earlier for times in polled.values() for earlier, later in pairwise(times)]
    report({"late_ms": 1000 * late, "gap_ms": 1000 * max(gaps), "mib": most / 2**20})


def _check(
    board: Board, healthy: str, count: int, kinds: set[str], failures: dict[str, str]
) -> None:
    """Every verdict is right: else the figures say nothing."""
    statuses = board.snapshot(time.time()).entry_points
    for number in range(1000, 1000 + count):
        if statuses[EntryPointKey(healthy, number)].judgement.verdict is Verdict.UNREACHABLE:
            raise SystemExit(f"the healthy server is taken for a bad one: {failures[healthy]}")
    if kinds - set(failures):
        raise SystemExit(f"nothing bad is said of {kinds - set(failures)}")


if __name__ == "__main__":
    collect_seldom()  # as every command does
    share_heap()
    url, count, seconds, ports = sys.argv[1:]
    asyncio.run(main(url, int(count), float(seconds), json.loads(ports)))
