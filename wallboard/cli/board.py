"""``wallboard board``, or ``wallboard`` alone: the wall, or a text board without a terminal."""

from functools import partial

import click

from wallboard.board import Board
from wallboard.cli.face import face_of, face_options, show
from wallboard.cli.options import record_options, target_of, target_options
from wallboard.feeds import Feed
from wallboard.settings import Settings


@click.command(
    "board",
    short_help="Show the living board; this is what `wallboard` alone does.",
    epilog="""\b
Examples:
  wallboard
  wallboard --url https://ece.example.com 1000 1005-1010
  wallboard --frames 3 | tee board.log
""",
)
@target_options
@record_options
@face_options
def command(**parameters: object) -> int:
    """Show the board: every chat entry point, living, worst first.

    Without a terminal it is printed as text that is only appended to.
    """
    face = face_of(parameters)
    settings, source = target_of(parameters).opened()
    return show(settings, face, partial(live, settings, name=source.board), source)


def live(settings: Settings, board: Board, *, name: str) -> Feed:
    """The feed that records what it polls, or follows who does; ``name`` tells the board.

    What it needs is imported only now, after the first paint.
    """
    from wallboard.feeds.shared import SharedFeed

    return SharedFeed(settings, board, name)
