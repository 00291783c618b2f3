"""Tells what becomes of a board, line by line, until it is asked to end."""

import asyncio
import logging
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from wallboard.abandonable import start_aside
from wallboard.board import Board, Folded
from wallboard.cli.run.appending import Complaints, complain, first_answers, wait
from wallboard.cli.run.exit_codes import BROKEN_PIPE, OK
from wallboard.cli.run.output import Output
from wallboard.cli.run.signals import on_end, status_after
from wallboard.config.problem import ConfigError
from wallboard.config.watch import ConfigSource, Watch
from wallboard.domain.policy import Level
from wallboard.domain.restored import Event, Restored
from wallboard.feeds import Feed
from wallboard.report.now.telling import DOUBT_SECONDS, Telling
from wallboard.settings import Settings, entry_points_of

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
"""Between two looks at all that does not come with an event."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is told and for how long.

    ``heartbeat_seconds`` are those between two heartbeats, 0 for none; it ends after so many
    ``seconds`` or ``changes``.
    """

    least: Level
    heartbeat_seconds: float
    seconds: float | None
    changes: int | None


class Watcher:
    """Runs the feed of a board and says what becomes of it."""

    def __init__(
        self,
        settings: Settings,
        source: ConfigSource,
        make_feed: Callable[[], Feed],
        form: str,
        bounds: Bounds,
        *,
        ascii_only: bool,
        clock: Callable[[], float],
    ) -> None:
        """``form`` names the module that makes lines; ``clock`` is Unix time in seconds."""
        self._source = source
        self._bounds = bounds
        self._ascii_only = ascii_only
        self._clock = clock
        self._board = Board(entry_points_of(settings), history=settings.history)
        self._feed = make_feed()
        self._telling = Telling(self._board, form, bounds.least)
        self._ended_by: signal.Signals | None = None
        self._woken = asyncio.Event()
        self._told = 0
        self._opened = False

    async def run(self) -> int:
        """Watch until there is an end to it; the exit status."""
        on_end(self._end)
        self._output = Output(ascii_only=self._ascii_only)
        polling = asyncio.create_task(self._feed.run(self._fold))
        try:
            await self._watch(polling)
        finally:
            polling.cancel()
            await asyncio.gather(polling, return_exceptions=True)
            lost = self._output.close()
        if self._output.failure:
            raise self._output.failure
        if self._output.gone:
            return BROKEN_PIPE
        if lost:
            complain(f"{lost} lines were not taken by whoever reads them, and are lost.")
        return OK if self._ended_by is None else status_after(self._ended_by)

    async def _watch(self, polling: "asyncio.Task[None]") -> None:
        loop = asyncio.get_running_loop()
        complaints = Complaints(self._feed)
        until = None if self._bounds.seconds is None else loop.time() + self._bounds.seconds
        await self._begin(polling, self._bounds.seconds)
        every = self._bounds.heartbeat_seconds
        due = loop.time() + every
        looking: asyncio.Task[None] | None = None
        config = Watch(self._source.path, self._source.stamp) if self._source.path else None
        while not self._is_over(loop.time(), until):
            complaints.say()
            if self._opened:
                for line in self._telling.of_staleness(self._clock()):
                    self._output.say(line)
            if every and loop.time() >= due:
                self._output.say(self._telling.heartbeat(self._clock()))
                due = max(due + every, loop.time())
            if config and config.due(loop.time()) and (looking is None or looking.done()):
                looking = asyncio.create_task(self._follow(config, loop.time()))
            ends = [at for at in (until, due if every else None) if at is not None]
            await self._pause(min([loop.time() + LOOK_SECONDS, *ends]) - loop.time())
            if polling.done():
                polling.result()
            self._output.look()
        complaints.say()

    async def _begin(self, polling: "asyncio.Task[None]", seconds: float | None) -> None:
        """Say how all of it stands, once there are answers or, after so long, the end is near."""
        answers = asyncio.create_task(self._answers(polling))
        woken = asyncio.create_task(self._woken.wait())
        try:
            first = asyncio.FIRST_COMPLETED
            await asyncio.wait({answers, woken}, timeout=seconds, return_when=first)
        finally:
            woken.cancel()
            answers.cancel()
        if answers.done():
            answers.result()
        if self._ended_by is None:
            self._open()

    async def _answers(self, polling: "asyncio.Task[None]") -> None:
        loop = asyncio.get_running_loop()
        await first_answers(self._board, self._clock, polling)
        until = loop.time() + DOUBT_SECONDS
        while self._telling.doubts and loop.time() < until:
            await wait(polling, LOOK_SECONDS)

    def _open(self) -> None:
        self._opened = True
        for line in self._telling.opening(self._clock()):
            self._output.say(line)

    def _is_over(self, now: float, until: float | None) -> bool:
        enough = self._bounds.changes is not None and self._told >= self._bounds.changes
        late = until is not None and now >= until
        return enough or late or self._ended_by is not None or self._output.gone

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await self._woken.wait()
        except TimeoutError:
            return
        self._woken.clear()

    def _fold(self, event: Event) -> Folded:
        folded = self._board.fold(event)
        self._say(self._telling.of_event(folded))
        if isinstance(event, Restored) and self._opened:
            self._open()
        return folded

    def _say(self, lines: Iterator[str]) -> None:
        for line in lines:
            if not self._opened:
                continue
            if self._bounds.changes is not None and self._told >= self._bounds.changes:
                return
            self._output.say(line)
            self._told += 1
            if self._told == self._bounds.changes:
                self._woken.set()

    async def _follow(self, config: Watch, now: float) -> None:
        """Look at the config; its folder may be on a machine that is away."""
        if await start_aside(lambda: config.changed(now)):
            await self._reload()

    async def _reload(self) -> None:
        """Take up the config as it is now; one that cannot be used changes nothing."""
        try:
            settings = await start_aside(self._source.read)
        except ConfigError as error:
            for problem in error.problems:
                complain(f"the config was not read again: {problem}")
            return
        except Exception:
            log.exception("The config could not be read again")
            return
        points = entry_points_of(settings)
        edit = self._board.replace(points, self._clock(), history=settings.history)
        self._feed.replace(settings, edit)
        self._say(self._telling.of_event(edit))

    def _end(self, number: signal.Signals) -> None:
        self._ended_by = number
        self._woken.set()
