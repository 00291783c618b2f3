"""Prints the board frame after frame, for a pipe or a log."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

import click

from wallboard.board import Board, Snapshot
from wallboard.feeds import Feed
from wallboard.report.lines import TextBoard
from wallboard.report.plain import plain
from wallboard.settings import Settings

FIRST_FRAME_SECONDS = 6.0
"""The first frame waits this long for answers, so that it says more than "waiting"."""

LOOK_SECONDS = 0.05


async def print_board(
    settings: Settings,
    board: Board,
    feed: Feed,
    *,
    every: float,
    frames: int | None,
    clock: Callable[[], float] = time.time,
) -> None:
    """Print a frame every so many seconds, for ever or ``frames`` times.

    What hinders the feed is said on stderr, once.
    """
    text = TextBoard(settings.title)
    said: set[str] = set()
    polling = asyncio.create_task(feed.run(board.fold))
    try:
        await _first_answers(board, clock, polling)
        loop = asyncio.get_running_loop()
        due, printed = loop.time(), 0
        while frames is None or printed < frames:
            await _wait(polling, due - loop.time())
            click.echo("\n".join(text.frame(board.snapshot(clock()))))
            printed += 1
            _complain(feed, said)
            due = max(due + every, loop.time())
    finally:
        polling.cancel()
        with suppress(asyncio.CancelledError):
            await polling


def _complain(feed: Feed, said: set[str]) -> None:
    problems = set(getattr(feed, "problems", ()))
    for problem in sorted(problems - said):
        click.echo(f"wallboard: {plain(problem)}", err=True)
    said.clear()
    said |= problems


async def _first_answers(
    board: Board, clock: Callable[[], float], polling: asyncio.Task[None]
) -> None:
    loop = asyncio.get_running_loop()
    start, until = clock(), loop.time() + FIRST_FRAME_SECONDS
    while _is_waiting(board.snapshot(clock()), start) and loop.time() < until:
        await _wait(polling, LOOK_SECONDS)


def _is_waiting(snapshot: Snapshot, start: float) -> bool:
    """Whether there is an endpoint of which nothing is known but from a recording of long ago."""
    down = {status.server for status in snapshot.unreachable}
    return any(
        state.last is None or state.last.at < start - status.policy.interval
        for status in snapshot.entry_points.values()
        if status.entry_point.key.server not in down
        for state in status.state.endpoints.values()
    )


async def _wait(polling: asyncio.Task[None], seconds: float) -> None:
    """Wait, unless the feed breaks down meanwhile, which is raised."""
    done, _ = await asyncio.wait({polling}, timeout=max(0.0, seconds))
    if done:
        polling.result()
