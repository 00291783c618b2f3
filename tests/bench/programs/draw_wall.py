"""The real wall on a board made beforehand; reports the CPU it takes a second.

Arguments: entry points, seconds before measuring, seconds to measure, ``moving`` or ``still`` (a
clock that stands, for the first paint alone), and perhaps ``lite``.
"""

import asyncio
import gc
import sys
import time

from tests.bench.boards import START, changing
from tests.bench.processes import report
from wallboard.domain.endpoint import EntryPointKey
from wallboard.feeds import FeedStatus, Publish, WholeBoard
from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp


class Stopwatch:
    """A feed that polls nothing: it measures, and ends the app."""

    status = FeedStatus()

    def __init__(self, settle_seconds: float, seconds: float) -> None:
        self.settle_seconds = settle_seconds
        self.seconds = seconds
        self.app: WallboardApp | None = None

    async def run(self, publish: Publish, board: WholeBoard) -> None:
        await asyncio.sleep(self.settle_seconds)
        cpu, began = time.process_time(), time.perf_counter()
        await asyncio.sleep(self.seconds)
        cpu, elapsed = time.process_time() - cpu, time.perf_counter() - began
        report({"cpu_ms_per_second": 1000 * cpu / elapsed})
        if self.app:
            self.app.exit()
        await asyncio.sleep(60)

    def check_clock(self) -> None:
        """No clock is set here."""

    def poll_now(self, key: EntryPointKey) -> None:
        """Nothing to poll."""


def main(count: int, settle_seconds: float, seconds: float, *, moving: bool, lite: bool) -> None:
    board = changing(count, int(settle_seconds + seconds) + 3 if moving else 1)
    # The pictures of the seconds to come are ours and not the product's: keep them from its
    # garbage collections.
    gc.collect()
    gc.freeze()
    began = time.monotonic()
    feed = Stopwatch(settle_seconds, seconds)

    def clock() -> float:
        return START + (time.monotonic() - began if moving else 0.0)

    settings = Settings(title="bench", lite=lite)
    app = WallboardApp(settings, lambda _: feed, board=board, clock=clock)  # type: ignore[arg-type]
    feed.app = app
    app.run()


if __name__ == "__main__":
    count, settle, seconds, how, *more = sys.argv[1:]
    main(int(count), float(settle), float(seconds), moving=how == "moving", lite="lite" in more)
