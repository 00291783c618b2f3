"""The board as text, printed frame after frame, and what all that append lines have in common."""

import asyncio
import signal

import click

from wallboard.cli.run.exit_codes import OK
from wallboard.cli.run.output import warn
from wallboard.cli.run.signals import on_end, status_after
from wallboard.domain.observation import is_recent
from wallboard.domain.snapshot import Snapshot
from wallboard.live import LiveBoard
from wallboard.report.now.text import TextBoard

FIRST_ANSWERS_SECONDS = 6.0
"""The first lines wait this long for answers, so that they say more than "waiting"."""

LOOK_SECONDS = 0.05


class FirstAnswers:
    """Whether something new is known of every endpoint, or that was waited for long enough."""

    def __init__(self, live: LiveBoard) -> None:
        """Wait from now on; to be called in the event loop."""
        self._live = live
        self._start = live.snapshot().at
        self._until = asyncio.get_running_loop().time() + FIRST_ANSWERS_SECONDS

    @property
    def awaited(self) -> bool:
        """Whether to wait on."""
        late = asyncio.get_running_loop().time() >= self._until
        return not late and _is_waiting(self._live.snapshot(), self._start)

    async def wait(self) -> None:
        """Wait until they are there, or for long enough."""
        while self.awaited:  # noqa: ASYNC110 - it depends on the time
            await asyncio.sleep(LOOK_SECONDS)


class Problems:
    """Says on stderr what hinders a board, once for as long as it holds."""

    def __init__(self, live: LiveBoard) -> None:
        self._live = live
        self._said: set[str] = set()

    def say(self) -> None:
        """Say what is new, and be ready to say again what is over."""
        problems = set(self._live.problems)
        for problem in sorted(problems - self._said):
            warn(problem)
        self._said = problems


def _is_waiting(snapshot: Snapshot, start: float) -> bool:
    """Whether there is an endpoint of which nothing is known but from a recording of long ago."""
    down = {status.server for status in snapshot.unreachable}
    passed = snapshot.at - start
    return any(
        state.last is None
        or not is_recent(state.last.at, snapshot.at, passed + status.policy.interval)
        for status in snapshot.entry_points.values()
        if status.entry_point.key.server not in down
        for state in status.state.endpoints.values()
    )


async def print_board(live: LiveBoard, *, every: float | None, frames: int | None) -> int:
    """Print a frame every so many seconds, for ever or ``frames`` times; the exit status.

    Without ``every`` it is as often as the most frequent polls. What hinders the board is said on
    stderr, once. A signal ends it in good order.
    """
    printing = asyncio.ensure_future(_print(live, every, frames))
    ended_by: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        ended_by.append(number)
        printing.cancel()

    on_end(end)
    try:
        await printing
    except asyncio.CancelledError:
        if not ended_by:
            raise
        return status_after(ended_by[0])
    return OK


async def _print(live: LiveBoard, every: float | None, frames: int | None) -> None:
    text = TextBoard(live.settings.title)
    problems = Problems(live)
    loop = asyncio.get_running_loop()
    async with live:
        await FirstAnswers(live).wait()
        due, printed = loop.time(), 0
        while frames is None or printed < frames:
            await asyncio.sleep(due - loop.time())
            text.title = live.settings.title
            click.echo("\n".join(text.frame(live.snapshot())))
            printed += 1
            problems.say()
            settings = live.settings
            due += every or min(map(settings.interval_of, settings.server))
            due = max(due, loop.time())
