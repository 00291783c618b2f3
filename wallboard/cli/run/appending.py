"""What the faces that only ever append lines have in common."""

import asyncio

import click

from wallboard.board import Snapshot
from wallboard.domain.foreign_text import safe
from wallboard.domain.observation import is_recent
from wallboard.live import LiveBoard

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


class Complaints:
    """Says on stderr what hinders a board, once for as long as it holds."""

    def __init__(self, live: LiveBoard) -> None:
        self._live = live
        self._said: set[str] = set()

    def say(self) -> None:
        """Say what is new, and be ready to say again what is over."""
        problems = set(self._live.problems)
        for problem in sorted(problems - self._said):
            complain(problem)
        self._said = problems


def complain(problem: str) -> None:
    """Say one thing on stderr, on one line."""
    click.echo(f"wallboard: {safe(problem)}", err=True)


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
