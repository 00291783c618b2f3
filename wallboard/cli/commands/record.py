"""``wallboard record``: polls and records headless, for a service unit."""

import asyncio
import logging
import os
import time
from pathlib import Path

import click

from wallboard.cli.options.board_options import board_options, board_options_of
from wallboard.cli.run import exit_codes
from wallboard.cli.run.errors import CommandError, home_errors
from wallboard.cli.run.metrics_server import Address, address
from wallboard.cli.run.signals import end_at_eof
from wallboard.config.state_folder import BoardId


@click.command(
    "record",
    short_help="Poll and record headless, as a service.",
    help="""\
Poll and record until SIGTERM or Ctrl-C; boards on the same recording follow.

The log goes to stderr. SIGHUP reloads the config; an invalid one changes nothing.
While another process records, this one stands by and takes over when it ends.

Everything in the config is recorded; IDS, --group and --server filter what is logged and served.
""",
    epilog="""\b
Examples:
  wallboard record
  wallboard record --config /etc/wallboard.toml --log-format json
  wallboard record --url https://ece.example.com 1000-1010 --file wall.db
""",
)
@board_options
@click.option("--file", "record", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Recording file; default: that of the config's board.")  # fmt: skip
@click.option("--no-standby", is_flag=True,
              help="Exit with 69 if another process is recording, instead of waiting.")  # fmt: skip
@click.option("--metrics", callback=address, metavar="[HOST:]PORT",
              help="Also serve metrics; see `wallboard metrics`.")  # fmt: skip
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text",
              help="Log lines as key=value (text) or JSON.")  # fmt: skip
@click.option("--until-eof", is_flag=True, hidden=True, expose_value=False, callback=end_at_eof)
def command(
    log_format: str, metrics: Address | None, *, no_standby: bool, **parameters: object
) -> int:
    from wallboard.cli.run.service import Service, ServiceLog

    settings, source = board_options_of(parameters).opened()
    if settings.record is False:
        raise CommandError(
            "nothing to record: the config has `record = false`\nGive a recording with --file.",
            exit_codes.CONFIG,
        )
    _demand_recordable(source.board.whole, settings.record)
    log = ServiceLog(log_format)
    logging.getLogger("wallboard").addHandler(log)
    service = Service(
        settings,
        source,
        log,
        time.time,
        standby=not no_standby,
        metrics=metrics,
    )
    return asyncio.run(service.run())


def _demand_recordable(board: BoardId, record: bool | str) -> None:
    """Raise ``CommandError`` if there is something else in the place of the recording."""
    from wallboard.recorder.errors import RecordingError
    from wallboard.recorder.file.opening import demand_recording
    from wallboard.recorder.paths import recording_path

    with home_errors():
        path = recording_path(board, record, os.environ)
    if path:
        try:
            demand_recording(path)
        except (FileNotFoundError, NotADirectoryError):
            return
        except (RecordingError, OSError) as error:
            raise CommandError(f"cannot record there: {error}\n{path}") from None
