"""A board that polls, records and sends its notices; reports what polling had to suffer.

Arguments: a config, how many entry points, and the seconds to measure.
"""

import asyncio
import os
import sys
import time
from itertools import pairwise
from pathlib import Path

import psutil

from tests.bench.processes import report
from wallboard.cli.run.process_memory import collect_seldom, share_heap
from wallboard.config import load_config
from wallboard.config.state_folder import BoardId
from wallboard.domain.alarm import AlarmState
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Observation
from wallboard.domain.snapshot import Folded
from wallboard.feeds.shared import SharedFeed
from wallboard.live import LiveBoard

TICK = 0.005
MOST = 0.9
"""Of the entry points; the others are less than open at the moment, or were."""


async def main(config: str, count: int, seconds: float) -> None:
    settings, board = load_config(Path(config), os.environ), BoardId(config)
    polled: dict[object, list[float]] = {}

    def take(folded: Folded) -> None:
        if isinstance(folded.event, Observation):
            key = folded.event.key, folded.event.endpoint
            polled.setdefault(key, []).append(time.perf_counter())

    async with LiveBoard(settings, lambda one: SharedFeed(one, board)) as live:
        live.on_folded(take)
        while len(polled) < count * len(Endpoint):  # noqa: ASYNC110 - each once: all is loaded
            await asyncio.sleep(TICK)
        polled.clear()
        late, most, cpu, began = 0.0, 0, time.process_time(), time.perf_counter()
        while (now := time.perf_counter()) < began + seconds:
            await asyncio.sleep(TICK)
            late = max(late, time.perf_counter() - now - TICK)
            most = max(most, psutil.Process().memory_info().rss)
        cpu, elapsed = time.process_time() - cpu, time.perf_counter() - began
        stand = sum(one.state is AlarmState.UNACKNOWLEDGED for one in live.alarms.alarms.values())
    if stand < MOST * count:
        raise SystemExit(f"{stand} of {count} alarms were raised, so this says nothing")
    gaps = [later - earlier for times in polled.values() for earlier, later in pairwise(times)]
    report(
        {
            "cpu_ms_per_second": 1000 * cpu / elapsed,
            "late_ms": 1000 * late,
            "gap_ms": 1000 * max(gaps),
            "mib": most / 2**20,
            "polls_per_second": sum(map(len, polled.values())) / elapsed,
        }
    )


if __name__ == "__main__":
    collect_seldom()  # as every command does
    share_heap()
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
