"""Folds an ordinary day's polls at their pace, publishes them to a fleet, and reports the CPU.

Arguments: entry points, seconds to measure, and the port of the bus; without one it only folds.
"""

import asyncio
import sys
import time
from collections.abc import Callable, Sequence

from tests.bench.processes import report
from tests.bench.simulated import INTERVAL, SimulatedPolls
from wallboard.board import Board
from wallboard.cli.run.process_memory import collect_seldom, share_heap
from wallboard.domain.observation import Observation
from wallboard.fleet.bus import Bus
from wallboard.fleet.lease import Term
from wallboard.fleet.names import BoardNames
from wallboard.fleet.publisher import Publisher
from wallboard.fleet_settings import FleetSettings

NAMES = BoardNames.of("Bench")
MORNING = 10 * 3600.0
WARM_SECONDS = 2 * INTERVAL
"""The first round tells of every entry point, which happens once in a term."""

STEP_SECONDS = 0.02

Take = Callable[[Observation], object]


async def main(count: int, seconds: float, port: int) -> None:
    simulated = SimulatedPolls(count)
    board = Board(simulated.entry_points)
    rounds = simulated.rounds(time.time(), MORNING, WARM_SECONDS + seconds + INTERVAL)
    polls = sorted((one for found in rounds for one in found), key=lambda one: one.at)
    if port == 0:
        await _measured(polls, seconds, board.fold)
        return
    bus = Bus(FleetSettings(url=f"nats://127.0.0.1:{port}"), name="leader", writes=True)
    term = Term(1, 1)

    def take(event: Observation) -> None:
        board.fold(event)
        publisher.take(event)

    publisher = Publisher(
        bus, NAMES, term=lambda: term, board=lambda: board.snapshot(time.time()).recorded
    )
    working = [asyncio.create_task(one.run()) for one in (bus, publisher)]
    await _measured(polls, seconds, take)
    for task in working:
        task.cancel()
    await asyncio.gather(*working, return_exceptions=True)
    if publisher.dropped or publisher.problem:
        raise SystemExit(f"not all was published ({publisher.problem}), so this says nothing")


async def _measured(polls: Sequence[Observation], seconds: float, take: Take) -> None:
    """Have polls taken when it is their time, and report what that cost after the first rounds."""
    begun, first = time.perf_counter(), polls[0].at
    taken, counted, cpu = 0, 0, 0.0
    while (passed := time.perf_counter() - begun) < WARM_SECONDS + seconds:
        if passed > WARM_SECONDS and not cpu:
            counted, cpu = taken, time.process_time()
        while polls[taken].at - first <= passed:
            take(polls[taken])
            taken += 1
        await asyncio.sleep(STEP_SECONDS)
    cpu = time.process_time() - cpu
    report({"cpu_ms_per_poll": 1000 * cpu / (taken - counted)})


if __name__ == "__main__":
    collect_seldom()  # as every command does
    share_heap()
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
