"""What the faces that only ever append lines have in common."""

import asyncio
from collections.abc import Callable

import click

from wallboard.board import Board, Snapshot
from wallboard.domain.foreign_text import safe
from wallboard.domain.observation import is_recent
from wallboard.feeds import Feed

FIRST_ANSWERS_SECONDS = 6.0
"""The first lines wait this long for answers, so that they say more than "waiting"."""

LOOK_SECONDS = 0.05


async def first_answers(
    board: Board, clock: Callable[[], float], polling: "asyncio.Task[None]"
) -> None:
    """Wait until something new is known of every endpoint, or for long enough."""
    loop = asyncio.get_running_loop()
    start, until = clock(), loop.time() + FIRST_ANSWERS_SECONDS
    while _is_waiting(board.snapshot(clock()), start) and loop.time() < until:
        await wait(polling, LOOK_SECONDS)


async def wait(polling: "asyncio.Task[None]", seconds: float) -> None:
    """Wait, unless the feed breaks down meanwhile, which is raised."""
    done, _ = await asyncio.wait({polling}, timeout=max(0.0, seconds))
    if done:
        polling.result()


class Complaints:
    """Says on stderr what hinders a feed, once for as long as it holds."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._said: set[str] = set()

    def say(self) -> None:
        """Say what is new, and be ready to say again what is over."""
        problems = set(getattr(self._feed, "problems", ()))
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
