"""Polls into a board and its alarms, as the wall does, and reports the CPU of a poll.

Arguments: address, entry points, seconds to measure, polls in flight, interval in seconds, and the
file to record in, if any.
"""

import asyncio
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from tests.bench.processes import report
from wallboard.alarm_board import AlarmBoard
from wallboard.board import Board
from wallboard.cli.run.process_memory import collect_seldom, share_heap
from wallboard.config import settings_for_url
from wallboard.domain.observation import Failure, Observation
from wallboard.domain.snapshot import Folded
from wallboard.feeds.poll_feed import PollFeed
from wallboard.inheritance import alarm_rules_of, entry_points_of
from wallboard.recorder.paths import RecordingFile
from wallboard.recorder.recorder import Recorder
from wallboard.settings import Settings

TIMED_POLLS = 100
"""Whose alarms are timed at once: looking at the clock may take longer than those of one."""


class TimedAlarms:
    """The alarms of a board, and the CPU seconds that they took."""

    def __init__(self, settings: Settings) -> None:
        self.seconds = 0.0
        self._alarms = AlarmBoard(alarm_rules_of(settings), flood=settings.alarm.flood)
        self._waiting: list[Folded] = []

    def fold(self, folded: Folded) -> None:
        """Take what a poll did to the board."""
        self._waiting.append(folded)
        if len(self._waiting) == TIMED_POLLS:
            self.advance(None)

    def advance(self, now: float | None) -> None:
        """Judge what waits and, unless it is ``None``, what is due by ``now`` in Unix time."""
        begun = time.thread_time()
        for folded in self._waiting:
            self._alarms.fold(folded)
        if now is not None:
            self._alarms.advance(now)
        self.seconds += time.thread_time() - begun
        self._waiting.clear()


async def main(
    url: str, count: int, seconds: float, in_flight: int, interval: float, file: Path | None = None
) -> None:
    settings = replace(
        settings_for_url(url, [f"1000-{999 + count}"]), concurrency=in_flight, interval=interval
    )
    board = Board(entry_points_of(settings), history=settings.history)
    points = entry_points_of(settings)
    alarms = TimedAlarms(settings)
    recorder = Recorder(RecordingFile(file), points, settings.title) if file else None
    if recorder:
        recorder.start()
    polls = failed = 0
    second_round = asyncio.Event()

    def take(event: object) -> None:
        nonlocal polls, failed
        folded = board.fold(event)  # type: ignore[arg-type]
        alarms.fold(folded)
        if recorder:
            recorder.take(folded)
        polls += 1
        if polls > 5 * count:
            second_round.set()
        failed += not isinstance(event, Observation) or isinstance(event.outcome, Failure)

    feed = asyncio.create_task(PollFeed(settings).run(take))
    # The first round also connects and builds every request, which a board does once in its life.
    await second_round.wait()
    polls, alarms.seconds = 0, 0.0
    began, cpu = time.perf_counter(), time.process_time()
    while time.perf_counter() - began < seconds:
        await asyncio.sleep(settings.refresh)
        board.snapshot(time.time())
        alarms.advance(time.time())
    cpu, elapsed = time.process_time() - cpu, time.perf_counter() - began
    feed.cancel()
    with suppress(asyncio.CancelledError):
        await feed
    if failed:
        raise SystemExit(f"{failed} polls failed, so this says nothing")
    if recorder:
        recorder.stop()
        if recorder.problem:
            raise SystemExit(f"{recorder.problem} So this says nothing")
    report(
        {
            "cpu_ms_per_poll": 1000 * cpu / polls,
            "alarms_ms_per_poll": 1000 * alarms.seconds / polls,
            "polls_per_second": polls / elapsed,
        }
    )


if __name__ == "__main__":
    collect_seldom()  # as every command does
    share_heap()
    url, count, seconds, in_flight, interval, *file = sys.argv[1:]
    asyncio.run(
        main(url, int(count), float(seconds), int(in_flight), float(interval), *map(Path, file))
    )
