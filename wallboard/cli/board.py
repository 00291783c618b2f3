"""``wallboard board``, or ``wallboard`` alone: the wall, or a text board without a terminal."""

import click

from wallboard.cli.face import face_of, face_options, show
from wallboard.cli.options import target_of, target_options
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
@face_options
def command(**parameters: object) -> int:
    """Show the board: every chat entry point, living, worst first.

    Without a terminal it is printed as text that is only appended to.
    """
    face = face_of(parameters)
    settings, source = target_of(parameters).opened()
    return show(settings, face, lambda: live(settings), source)


def live(settings: Settings) -> Feed:
    """The feed that polls; what it needs is imported only now, after the first paint."""
    from wallboard.feeds.poll import PollFeed

    return PollFeed(settings)
