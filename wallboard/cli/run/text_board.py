"""Prints the board frame after frame, for a pipe or a log."""

import asyncio

import click

from wallboard.cli.run.appending import Complaints, FirstAnswers
from wallboard.live import LiveBoard
from wallboard.report.now.lines import TextBoard


async def print_board(live: LiveBoard, *, every: float | None, frames: int | None) -> None:
    """Print a frame every so many seconds, for ever or ``frames`` times.

    Without ``every`` it is as often as the most frequent polls. What hinders the board is said on
    stderr, once.
    """
    text = TextBoard(live.settings.title)
    complaints = Complaints(live)
    loop = asyncio.get_running_loop()
    async with live:
        await FirstAnswers(live).wait()
        due, printed = loop.time(), 0
        while frames is None or printed < frames:
            await asyncio.sleep(due - loop.time())
            text.title = live.settings.title
            click.echo("\n".join(text.frame(live.snapshot())))
            printed += 1
            complaints.say()
            settings = live.settings
            due += every or min(map(settings.interval_of, settings.server))
            due = max(due, loop.time())
