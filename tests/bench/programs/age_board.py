"""The whole app: a wall that polls a simulator, and is then told simulated days in minutes.

Arguments: address, entry points, days, and perhaps ``kiosk``: then each round is shown, the rounds
are four minutes apart, and every round turns the page; or ``recorded``: then all of it is recorded.
"""

import asyncio
import random
import re
import sys
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import psutil

from tests.bench.processes import report
from wallboard.cli.run.process_memory import collect_seldom, share_heap
from wallboard.config import settings_for_url
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import Event
from wallboard.domain.observation import Observation, Response
from wallboard.domain.reading import LiveSessionStatus
from wallboard.domain.snapshot import Folded
from wallboard.feeds import FeedStatus, Fold, WholeBoard
from wallboard.feeds.poll_feed import PollFeed
from wallboard.inheritance import entry_points_of
from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp

if TYPE_CHECKING:
    from wallboard.recorder.recorder import Recorder

START = 1_780_000_000.0
ROUND_SECONDS = 60.0
KIOSK_ROUND_SECONDS = 240.0
PAINT_SECONDS = 0.004
MOST_WAITING = 500
"""Events that wait for the recorder; a living board of this size has about fifty."""

FLUSH_SECONDS = 0.01
"""Between two commits, so that what waits is soon written although days pass in minutes."""

INTERVAL_SECONDS = 10.0
DAY_SECONDS = 86_400.0
MIB = 2**20
DATE = re.compile(rb"(?i)date: [^\r\n]*")


class Aging:
    """Polls for real until all have answered, then repeats those answers with other values.

    A simulated day is a round a minute: four times what the histories hold. A kiosk has a round in
    four minutes, which fills them in a day too. Within a round the
    polls are as far apart as at the default interval. Bodies and dates are new bytes each time, as
    they are from a socket, and most waits cross a threshold, which fills the timelines too.
    """

    def __init__(
        self, settings: Settings, endpoints: int, days: int, recording: Path | None
    ) -> None:
        self.now = START
        self._settings = settings
        self._recording = recording
        self._recorder: Recorder | None = None
        self.app: WallboardApp | None = None
        self._feed = PollFeed(settings, clock=lambda: self.now)
        self._kiosk = settings.kiosk
        self._round_seconds = KIOSK_ROUND_SECONDS if settings.kiosk else ROUND_SECONDS
        self._endpoints = endpoints
        self._days = days
        self._heard: dict[tuple[EntryPointKey, str], Observation] = {}
        self._all_heard = asyncio.Event()
        self._rolls = random.Random(1)

    def check_clock(self) -> None:
        """No clock is set here."""

    def poll_now(self, key: EntryPointKey) -> None:
        """Passed on."""
        self._feed.poll_now(key)

    status = FeedStatus()

    async def run(self, fold: Fold, board: WholeBoard) -> None:
        fold = self._recorded(fold)
        real = asyncio.create_task(self._feed.run(lambda event: self._hear(event, fold)))
        await self._all_heard.wait()
        at_start = _mib()
        after_days = []
        for _ in range(self._days):
            await self._live_a_day(fold)
            after_days.append(_mib())
        report({"mib_at_start": at_start, "mib_after_days": after_days})
        real.cancel()
        if self.app:
            self.app.exit()
        await asyncio.sleep(60)

    def _hear(self, event: Event, fold: Fold) -> None:
        fold(event)
        if isinstance(event, Observation):
            self._heard[event.key, event.endpoint] = event
            if len(self._heard) == self._endpoints:
                self._all_heard.set()

    async def _live_a_day(self, fold: Fold) -> None:
        end = self.now + DAY_SECONDS
        while self.now < end:
            self.now += self._round_seconds
            for number, observation in enumerate(list(self._heard.values())):
                at = self.now - INTERVAL_SECONDS * (1 - number / self._endpoints)
                fold(self._again(observation, at))
                if number % 50 == 0:
                    await self._breathe()
            if self._kiosk and self.app:
                self.app.tick()
                await asyncio.sleep(PAINT_SECONDS)

    async def _breathe(self) -> None:
        await asyncio.sleep(0)
        while self._recorder and self._recorder.waiting > MOST_WAITING:  # noqa: ASYNC110  the thread has no event to wait for
            await asyncio.sleep(0.01)

    def _recorded(self, fold: Fold) -> Fold:
        app = self.app
        if not self._recording or not app:
            return fold
        from wallboard.recorder import recorder as recording
        from wallboard.recorder.paths import RecordingFile
        from wallboard.recorder.writing.retention import retention_of

        recording.FLUSH_SECONDS = FLUSH_SECONDS
        settings = self._settings
        recorder = self._recorder = recording.Recorder(
            RecordingFile(self._recording),
            entry_points_of(settings),
            settings.title,
            retention=retention_of(settings),
            clock=lambda: self.now,
            monotonic=lambda: self.now,  # else its clock is not trusted, and nothing is trimmed
        )

        def folded(event: Event) -> Folded:
            recorder.take(did := fold(event))
            return did

        recorder.start()
        return folded

    def _again(self, before: Observation, at: float) -> Observation:
        outcome, response = before.outcome, before.response
        body = bytearray(response.body if response else b"")
        if isinstance(outcome, LiveSessionStatus):
            wait = self._rolls.randint(0, 400)
            outcome = LiveSessionStatus(float(wait), wait // 12)
            body += b"<!-- %d -->" % wait
        if response:
            date = f"Date: {formatdate(at, usegmt=True)}".encode()
            head = DATE.sub(date, response.head)
            response = Response(response.status, "OK", head, bytes(body))
        return replace(before, at=at, outcome=outcome, response=response)


def _mib() -> float:
    return psutil.Process().memory_info().rss / MIB


def main(url: str, count: int, days: int, *, kiosk: bool, folder: Path | None) -> None:
    collect_seldom()  # as every command does
    share_heap()
    settings = replace(
        settings_for_url(url, [f"1000-{999 + count}"]), interval=ROUND_SECONDS, kiosk=kiosk
    )
    feed = Aging(settings, 5 * count, days, folder / "aging.db" if folder else None)
    app = WallboardApp(settings, lambda _: feed, clock=lambda: feed.now)
    feed.app = app
    app.run()


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        main(
            sys.argv[1],
            int(sys.argv[2]),
            int(sys.argv[3]),
            kiosk="kiosk" in sys.argv[4:],
            folder=Path(folder) if "recorded" in sys.argv[4:] else None,
        )
