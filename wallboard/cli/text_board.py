"""Prints the board frame after frame, for a pipe or a log."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

import click

from wallboard.board import Board, Snapshot
from wallboard.feeds import Feed
from wallboard.report.lines import TextBoard
from wallboard.settings import Settings, entry_points_of

FIRST_FRAME_SECONDS = 6.0
"""The first frame waits this long for answers, so that it says more than "waiting"."""

LOOK_SECONDS = 0.05
SAMPLES = 2
"""A text board shows no history."""


async def print_board(
    settings: Settings,
    feed: Feed,
    *,
    every: float,
    frames: int | None,
    clock: Callable[[], float] = time.time,
) -> None:
    """Print a frame every so many seconds, for ever or ``frames`` times."""
    board = Board(entry_points_of(settings), history=SAMPLES)
    text = TextBoard(settings.title)
    polling = asyncio.create_task(feed.run(board.fold))
    try:
        await _first_answers(board, clock, polling)
        loop = asyncio.get_running_loop()
        due, printed = loop.time(), 0
        while frames is None or printed < frames:
            await _wait(polling, due - loop.time())
            click.echo("\n".join(text.frame(board.snapshot(clock()))))
            printed += 1
            due = max(due + every, loop.time())
    finally:
        polling.cancel()
        with suppress(asyncio.CancelledError):
            await polling


async def _first_answers(
    board: Board, clock: Callable[[], float], polling: asyncio.Task[None]
) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + FIRST_FRAME_SECONDS
    while _is_waiting(board.snapshot(clock())) and loop.time() < until:
        await _wait(polling, LOOK_SECONDS)


def _is_waiting(snapshot: Snapshot) -> bool:
    down = {status.server for status in snapshot.unreachable}
    return any(
        state.last is None
        for status in snapshot.entry_points.values()
        if status.entry_point.key.server not in down
        for state in status.state.endpoints.values()
    )


async def _wait(polling: asyncio.Task[None], seconds: float) -> None:
    """Wait, unless the feed breaks down meanwhile, which is raised."""
    done, _ = await asyncio.wait({polling}, timeout=max(0.0, seconds))
    if done:
        polling.result()
