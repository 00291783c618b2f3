"""Members of a fleet in the process of a test, each with a recording of its own."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from feeds_support import Heard

from wallboard.board import Board
from wallboard.config.state_folder import BoardId
from wallboard.feeds.shared import SharedFeed
from wallboard.fleet_settings import FleetSettings
from wallboard.inheritance import entry_points_of
from wallboard.recorder.recording import Recording
from wallboard.settings import Settings

LONG_LEASE = 60.0
"""Longer than any test waits."""


class Member:
    """A board with its feed, as a process on a machine of its own has them."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self.name = settings.fleet.member
        self.clock = clock
        self.board = Board(entry_points_of(settings))
        self.feed = SharedFeed(settings, BoardId("a board"), environ={}, clock=clock)
        self.heard = Heard()
        self.task: asyncio.Task | None = None

    def start(self) -> "Member":
        self.task = asyncio.create_task(self.feed.run(self._fold, self._recorded))
        return self

    def replace(self, settings: Settings) -> None:
        self.settings = settings
        self.feed.replace(settings, self.board.replace(entry_points_of(settings), time.time()))

    async def leave(self) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task

    @property
    def status(self):
        return self.feed.status

    @property
    def fleet(self):
        return self.feed.status.fleet

    @property
    def leads(self) -> bool:
        return bool(self.fleet and self.fleet.holds and not self.status.leader)

    def polls(self) -> set:
        """The polls that were folded here, by the millisecond as it crosses the bus."""
        return {(o.key, o.endpoint, round(o.at * 1000) / 1000) for o in self.heard.observations()}

    def recorded(self) -> int:
        """How many polls its recording has; nobody may write to it any more."""
        with Recording.open(Path(self.settings.record)) as recording:
            return sum(run.polls for run in recording.runs())

    def _fold(self, event):
        self.heard(event)
        return self.board.fold(event)

    def _recorded(self):
        return self.board.snapshot(self.clock()).recorded


def fleet(server, member: str, **more) -> FleetSettings:
    """The settings of a member on a bus, with a lease that a busy machine does not lose."""
    return FleetSettings(**{"url": server.url, "member": member, "lease": LONG_LEASE} | more)
