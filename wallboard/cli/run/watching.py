"""Prints what changes on a board, line by line, until it is asked to end."""

import asyncio
import signal
from collections.abc import Iterator

from wallboard.cli.run.exit_codes import BROKEN_PIPE, OK
from wallboard.cli.run.output import Output, warn
from wallboard.cli.run.signals import on_end, status_after
from wallboard.cli.run.text_board import FirstAnswers, Problems
from wallboard.domain.event import RecordedBoard
from wallboard.domain.policy import Level
from wallboard.domain.snapshot import Folded
from wallboard.frozen import frozen
from wallboard.live import LiveBoard
from wallboard.report.now.change_lines import UNSETTLED_SECONDS, ChangeLines

LOOK_SECONDS = 0.25
"""Between two looks at all that does not come with an event."""

ANSWER_SECONDS = 0.05
"""Between two looks at whether there are answers to begin with."""


@frozen
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
    """Says what becomes of a living board."""

    def __init__(
        self,
        live: LiveBoard,
        form: str,
        bounds: Bounds,
        *,
        ascii_only: bool,
    ) -> None:
        """``form`` names the module that makes lines."""
        self._live = live
        self._bounds = bounds
        self._ascii_only = ascii_only
        self._change_lines = ChangeLines(live.board, form, bounds.least)
        self._ended_by: signal.Signals | None = None
        self._woken = asyncio.Event()
        self._told = 0
        self._opened = False
        live.on_folded(self._tell)

    async def run(self) -> int:
        """Watch until there is an end to it; the exit status."""
        on_end(self._end)
        self._output = Output(ascii_only=self._ascii_only)
        try:
            async with self._live:
                await self._watch()
        finally:
            lost = self._output.close()
        if self._output.failure:
            raise self._output.failure
        if self._output.gone:
            return BROKEN_PIPE
        if lost:
            warn(f"{lost} lines were dropped: the reader is too slow.")
        return OK if self._ended_by is None else status_after(self._ended_by)

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        problems = Problems(self._live)
        while not self._live.running and not self._is_over(None):
            await self._pause(ANSWER_SECONDS)  # what it imports takes its time
        until = None if self._bounds.seconds is None else loop.time() + self._bounds.seconds
        await self._begin(until)
        every = self._bounds.heartbeat_seconds
        due = loop.time() + every
        while not self._is_over(until):
            problems.say()
            if self._opened:
                snapshot = self._live.snapshot()
                for line in self._change_lines.of_time(snapshot):
                    self._output.write(line)
            if every and loop.time() >= due:
                self._output.write(self._change_lines.heartbeat(self._live.snapshot()))
                due = max(due + every, loop.time())
            ends = [at for at in (until, due if every else None) if at is not None]
            await self._pause(min([loop.time() + LOOK_SECONDS, *ends]) - loop.time())
            self._output.check_reader()
        problems.say()

    async def _begin(self, until: float | None) -> None:
        """Say how all of it stands, once there are answers or the end is near."""
        loop = asyncio.get_running_loop()
        answers = FirstAnswers(self._live)
        while answers.awaited and not self._is_over(until):
            await self._pause(ANSWER_SECONDS)
        certain_by = loop.time() + UNSETTLED_SECONDS
        while (
            self._change_lines.unsettled and loop.time() < certain_by and not self._is_over(until)
        ):
            await self._pause(ANSWER_SECONDS)
        if self._ended_by is None:
            self._open()

    def _open(self) -> None:
        self._opened = True
        for line in self._change_lines.opening(self._live.snapshot()):
            self._output.write(line)

    def _is_over(self, until: float | None) -> bool:
        enough = self._bounds.changes is not None and self._told >= self._bounds.changes
        late = until is not None and asyncio.get_running_loop().time() >= until
        return enough or late or self._ended_by is not None or self._output.gone

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await self._woken.wait()
        except TimeoutError:
            return
        self._woken.clear()

    def _tell(self, folded: Folded) -> None:
        self._say(self._change_lines.of_event(folded))
        if isinstance(folded.event, RecordedBoard) and self._opened:
            self._open()

    def _say(self, lines: Iterator[str]) -> None:
        for line in lines:
            if not self._opened:
                continue
            if self._bounds.changes is not None and self._told >= self._bounds.changes:
                return
            self._output.write(line)
            self._told += 1
            if self._told == self._bounds.changes:
                self._woken.set()

    def _end(self, number: signal.Signals) -> None:
        self._ended_by = number
        self._woken.set()
