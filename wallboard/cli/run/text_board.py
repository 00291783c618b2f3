"""Prints the board frame after frame, for a pipe or a log."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

import click

from wallboard.board import Board
from wallboard.cli.run.appending import Complaints, first_answers, wait
from wallboard.feeds import Feed
from wallboard.report.now.lines import TextBoard
from wallboard.settings import Settings


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
    complaints = Complaints(feed)
    polling = asyncio.create_task(feed.run(board.fold))
    try:
        await first_answers(board, clock, polling)
        loop = asyncio.get_running_loop()
        due, printed = loop.time(), 0
        while frames is None or printed < frames:
            await wait(polling, due - loop.time())
            click.echo("\n".join(text.frame(board.snapshot(clock()))))
            printed += 1
            complaints.say()
            due = max(due + every, loop.time())
    finally:
        polling.cancel()
        with suppress(asyncio.CancelledError):
            await polling
