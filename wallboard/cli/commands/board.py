"""``wallboard board``, or ``wallboard`` alone: the wall, or a text board without a terminal."""

from collections.abc import Callable
from functools import partial

import click

from wallboard.cli.options.board_options import board_options, board_options_of, record_options
from wallboard.cli.options.display import face_of, face_options, show
from wallboard.config.reload import ConfigSource
from wallboard.config.state_folder import BoardId
from wallboard.feeds import Feed
from wallboard.settings import Settings


@click.command(
    "board",
    short_help="Show the living board; this is what `wallboard` alone does.",
    help="""\
Show the board: every chat entry point, living, worst first.

Without a terminal it is printed as text that is only appended to.
""",
    epilog="""\b
Examples:
  wallboard
  wallboard --url https://ece.example.com 1000 1005-1010
  wallboard --frames 3 | tee board.log
""",
)
@board_options
@record_options
@face_options
def command(**parameters: object) -> int:
    face = face_of(parameters)
    settings, source = board_options_of(parameters).opened()
    return show(settings, face, feed_of(settings, source), source)


def feed_of(settings: Settings, source: ConfigSource) -> Callable[[], Feed]:
    """Makes the feed of a board, or of a part of one."""
    return partial(live, settings, board=source.board, whole=source.whole)


def live(
    settings: Settings, *, board: BoardId, whole: Callable[[], Settings] | None = None
) -> Feed:
    """The feed that records what it polls, or follows who does.

    ``whole`` gives the settings that these are a part of. What it needs is imported only now, after
    the first paint.
    """
    if whole:
        from wallboard.feeds.part import PartFeed

        return PartFeed(settings, whole, board)
    from wallboard.feeds.shared import SharedFeed

    return SharedFeed(settings, board)
