"""``wallboard check``: one poll of everything, for scripts and monitoring."""

import asyncio
import time

import click

from wallboard.board import Board
from wallboard.cli.errors import CommandError
from wallboard.cli.options import target_of, target_options
from wallboard.settings import Settings, entry_points_of

SAMPLES = 2
"""A check shows no history."""


@click.command(
    "check",
    short_help="Poll everything once and report it, for scripts.",
    epilog="""\b
Examples:
  wallboard check
  wallboard check --url https://ece.example.com 1000 1005-1010
  wallboard check --format json | jq '.entry_points[] | select(.level != "ok")'
""",
)
@target_options
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              help="A table for people (the default), or JSON for programs.")  # fmt: skip
def command(form: str, **parameters: object) -> int:
    """Poll every endpoint of every entry point once, report, and exit.

    The exit status is the worst level found: 0 ok, 1 warning, 2 critical, 3 unknown, where unknown
    counts as worse than warning and better than critical. 64 and up: the check itself went wrong.
    """
    from wallboard.report.exit_status import exit_status

    settings = target_of(parameters).settings()
    board = Board(entry_points_of(settings), history=SAMPLES)
    asyncio.run(_poll(settings, board))
    snapshot = board.snapshot(time.time())
    if form == "json":
        from wallboard.report.json import json_report as report
    else:
        from wallboard.report.text import text_report as report
    click.echo(report(snapshot))
    return exit_status(snapshot)


async def _poll(settings: Settings, board: Board) -> None:
    from wallboard.cli import status
    from wallboard.ece.client import ClientSetupError
    from wallboard.feeds.once import poll_once

    try:
        await poll_once(settings, board.fold)
    except ClientSetupError as error:
        raise CommandError(str(error), status.CONFIG) from None
