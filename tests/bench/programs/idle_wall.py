"""The real wall and a real board whose polls go on and always bring the same.

Arguments: entry points, seconds until it ends, and perhaps how many bytes of XML an answer has.
"""

import asyncio
import sys
import time

from tests.bench.boards import answer_of, answers, entry_points, observed
from wallboard.board import Board
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.observation import Response
from wallboard.feeds import FeedStatus, Fold, WholeBoard
from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp

INTERVAL_SECONDS = 10.0
ROUNDS = 30


def wait_of(key: EntryPointKey) -> float:
    """Waits that differ between entry points and never change."""
    return float(key.id * 37 % 400)


class SameAgain:
    """A feed that answers for each entry point once an interval, evenly spread."""

    status = FeedStatus()

    def __init__(self, keys: list[EntryPointKey], seconds: float, heard: Response) -> None:
        self.heard = heard
        self.keys = keys
        self.seconds = seconds
        self.app: WallboardApp | None = None

    async def run(self, fold: Fold, board: WholeBoard) -> None:
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            for key in self.keys:
                for endpoint, reading in answers(wait_of(key)):
                    fold(observed(key, endpoint, reading, time.time(), self.heard))
                await asyncio.sleep(INTERVAL_SECONDS / len(self.keys))
        if self.app:
            self.app.exit()

    def check_clock(self) -> None:
        """No clock is set here."""

    def poll_now(self, key: EntryPointKey) -> None:
        """It comes round soon enough."""


def main(count: int, seconds: float, size: int) -> None:
    known = entry_points(count, INTERVAL_SECONDS)
    board = Board(known)
    heard = answer_of(size)
    keys = [point.key for point, _ in known]
    now = time.time()
    for round_ago in range(ROUNDS, 0, -1):
        for number, key in enumerate(keys):
            at = now - (round_ago - number / len(keys)) * INTERVAL_SECONDS
            for endpoint, reading in answers(wait_of(key)):
                board.fold(observed(key, endpoint, reading, at, heard))
    feed = SameAgain(keys, seconds, heard)
    app = WallboardApp(Settings(title="bench"), lambda _: feed, board=board)
    feed.app = app
    app.run()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), int((*sys.argv, 0)[3]))
