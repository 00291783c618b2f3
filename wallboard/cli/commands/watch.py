"""``wallboard watch``: a line for every change, only ever appended."""

import asyncio

import click

from wallboard.cli.commands.board import feed_of
from wallboard.cli.options.board_options import board_options, board_options_of, record_options
from wallboard.cli.options.values import Number, WholeNumber
from wallboard.domain.policy import Level

HEARTBEAT_SECONDS = 60.0

LEVELS = {level.label: level for level in sorted(Level)}

FORMATS = {"text": "wallboard.report.now.sentences", "ndjson": "wallboard.report.now.json"}
"""The module of each format, loaded when it is asked for."""


@click.command(
    "watch",
    short_help="Print a line per change, for logs, serial consoles and screen readers.",
    help="""\
Print what is not ok, then every change of verdict, level, endpoint and server.

Each line is a sentence with time and level; output is append-only. Polls are recorded and shared
as by a board: next to a running board it polls nothing. Problems go to stderr.
""",
    epilog="""\b
Examples:
  wallboard watch
  wallboard watch --level warning --heartbeat 300 | tee -a night.log
  wallboard watch 1000 1005-1010 --group EMEA --heartbeat 0
  wallboard watch --format ndjson | jq 'select(.event == "change")'
  wallboard watch --url https://ece.example.com 1000-1010 --for 600
""",
)
@board_options
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="text",
              help="Output format: sentences (text) or one JSON document per line.")  # fmt: skip
@click.option("--level", type=click.Choice(list(LEVELS)), default=Level.OK.label,
              show_default=True,
              help="Only changes to or from at least this level.")  # fmt: skip
@click.option("--heartbeat", type=Number(min=0, max=86_400), default=HEARTBEAT_SECONDS,
              show_default=True, metavar="SECONDS",
              help="Print a status line this often; 0: never.")  # fmt: skip
@click.option("--for", "lasting", type=Number(min=0, min_open=True), metavar="SECONDS",
              help="Exit after this time.")  # fmt: skip
@click.option("--changes", type=WholeNumber(min=1), metavar="N",
              help="Exit after N changes.")  # fmt: skip
@record_options
def command(
    form: str,
    level: str,
    heartbeat: float,
    lasting: float | None,
    changes: int | None,
    **parameters: object,
) -> int:
    from wallboard.cli.run.watching import Bounds, Watcher
    from wallboard.live import LiveBoard
    from wallboard.ui.look.glyphs import choose

    settings, source = board_options_of(parameters).opened()
    watcher = Watcher(
        LiveBoard(settings, feed_of(source.board), source=source),
        FORMATS[form],
        Bounds(LEVELS[level], heartbeat, lasting, changes),
        ascii_only=choose(settings.ascii).name == "ascii",
    )
    return asyncio.run(watcher.run())
