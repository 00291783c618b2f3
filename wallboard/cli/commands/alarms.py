"""``wallboard alarms``: what stands, who has it, and what is done about it."""

import math
import time
from collections.abc import Iterator
from pathlib import Path

import click

from wallboard.cli.commands.alarms_backtest import backtest
from wallboard.cli.commands.alarms_requests import acknowledge, note, shelve, unshelve
from wallboard.cli.options.alarms import (
    ledger_errors,
    recorded,
    selected_alarms,
    selection_options,
)
from wallboard.cli.options.recording import moment_of, recording_options
from wallboard.cli.run import exit_codes
from wallboard.cli.run.output import say
from wallboard.domain.ledger_row import AlarmKey, LedgerRow
from wallboard.files import exists


@click.group(
    "alarms",
    short_help="List, acknowledge and shelve alarms; show what happened to them; try rules.",
    help="""\
List, acknowledge and shelve alarms, and show what happened to them.

Works on the recording of the config's board and the ledger beside it, whether a board runs or
not; every board on that recording shows what is done here within a second.
""",
    no_args_is_help=False,
    epilog="""\b
Examples:
  wallboard alarms list
  wallboard alarms ack 1000 --why "restarting the service"
  wallboard alarms shelve --filter group:EMEA --for 1h --why "vendor is on it"
  wallboard alarms log --since 8h
""",
)
def command() -> None:
    pass


FORMATS = click.Choice(["text", "json"])


@command.command(
    "list",
    short_help="List the alarms that stand.",
    help="""\
List the alarms that stand, those that nobody has acknowledged first.

Exit status: 0 none, 1 all of them are handled (acknowledged, shelved or suppressed), 2 some are
not, or are over and nobody looked, 3 none, but nothing is known (no data, no network); 64 and
above: could not be read.
""",
    epilog="""\b
Examples:
  wallboard alarms list
  wallboard alarms list --filter alarm:unacknowledged --format json
  wallboard alarms list > /dev/null || echo "alarms stand"
""",
)
@selection_options
@click.option("--format", "form", type=FORMATS, default="text",
              help="Output format: table (text) or JSON.")  # fmt: skip
@recording_options
def list_alarms(
    ids: tuple[str, ...], query: str | None, form: str, file: Path | None, config: Path | None
) -> int:
    from wallboard.report.now.alarms import alarm_lines, alarms_json, exit_status
    from wallboard.report.words.alarms import listed

    with recorded(file, config) as board:
        keys = set(selected_alarms(board, ids, query))
        alarms = [alarm for alarm in listed(board.snapshot.alarms.values()) if alarm.key in keys]
        if form == "json":
            click.echo(alarms_json(board.snapshot, alarms))
        else:
            say(f"{line}\n" for line in alarm_lines(board.snapshot, alarms))
        return exit_status(board.snapshot, alarms)


@command.command(
    "log",
    short_help="Show what happened to alarms, and who did what.",
    help="Show the rows of the ledger in the order of time: what the rules and what people did.",
    epilog="""\b
Examples:
  wallboard alarms log
  wallboard alarms log 1000 --since "yesterday 22:00" --until 06:00
  wallboard alarms log --since 7d --format json | jq '.rows[] | select(.kind == "raised")'
""",
)
@selection_options
@click.option("--since", metavar="TIME", default="1d",
              help="Start: 2h, 14:32, 2026-11-21 14:32 or yesterday 14:32; default: 1d ago.",
              )  # fmt: skip
@click.option("--until", metavar="TIME", default=None, help="End, likewise; default: the end.")
@click.option("--format", "form", type=FORMATS, default="text",
              help="Output format: lines (text) or JSON.")  # fmt: skip
@recording_options
def log(
    ids: tuple[str, ...],
    query: str | None,
    since: str,
    until: str | None,
    form: str,
    file: Path | None,
    config: Path | None,
) -> int:
    from wallboard.report.past.ledger_log import log_json, log_lines

    now = time.time()
    start = moment_of(since, now, "--since")
    # The clock of who wrote a row may be ahead of ours.
    end = moment_of(until, now, "--until") if until else math.inf
    with recorded(file, config) as board:
        some = bool(ids) or query is not None
        keys = set(selected_alarms(board, ids, query)) if some else None
        points = {
            AlarmKey.of(key): status.entry_point
            for key, status in board.snapshot.entry_points.items()
        }
        with ledger_errors(board.recording):
            rows = (
                row
                for row in ledger_rows(board.recording, start, end)
                if keys is None or row.key in keys
            )
            if form == "json":
                say(log_json(rows, points, start, now if math.isinf(end) else end))
            else:
                say(f"{line}\n" for line in log_lines(rows, points, now))
    return exit_codes.OK


def ledger_rows(recording: Path, since: float, until: float) -> Iterator[LedgerRow]:
    """The rows of a recording's ledger in the order of time. Raises ``RecordingError``."""
    from wallboard.recorder.ledger.reader import LedgerReader
    from wallboard.recorder.paths import ledger_path

    path = ledger_path(recording)
    if exists(path):
        with LedgerReader(path) as ledger:
            yield from ledger.rows(since, until)


for one in (acknowledge, shelve, unshelve, note, backtest):
    command.add_command(one)
