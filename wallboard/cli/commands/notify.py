"""``wallboard notify``: tries the channels of notices, and shows what was or would be sent."""

import asyncio
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wallboard.cli.commands.alarms import FORMATS, ledger_rows
from wallboard.cli.options.alarms import RecordedBoard, ledger_errors, recorded
from wallboard.cli.options.board_options import config_option, config_settings
from wallboard.cli.options.recording import asked_window, moment_of, opened, recording_options
from wallboard.cli.options.rule_sets import rows_of_trials, rule_set
from wallboard.cli.run import exit_codes
from wallboard.cli.run.errors import CommandError
from wallboard.cli.run.output import say
from wallboard.domain.ledger_row import AlarmKey

if TYPE_CHECKING:
    from wallboard.channel_settings import ChannelSettings
    from wallboard.domain.endpoint import EntryPoint
    from wallboard.settings import Settings


@click.group(
    "notify",
    short_help="Try the channels of notices; show what was sent, or would be.",
    help="""\
Try the channels of notices, and show what was sent through them, or what would have been.

Channels and their routes are set up in the config; the process that records sends.
""",
    epilog="""\b
Examples:
  wallboard notify test pager
  wallboard notify list --since 8h
  wallboard notify dry-run --since 7d
""",
)
def command() -> None:
    pass


@command.command(
    "test",
    short_help="Send a real notice, marked as a test.",
    help="""\
Send a real notice through a channel, marked as a test, and say what the far side answered.

A far side that keeps an incident for each alarm is told that it is over, too. Nothing is written
to the ledger. Exit status: 0 delivered, 69 not.
""",
    epilog="""\b
Examples:
  wallboard notify test pager
  wallboard notify test mail --config /etc/wallboard.toml
""",
)
@click.argument("channel")
@config_option
def test(channel: str, config: Path | None) -> int:
    settings = config_settings(config)
    kind, found = _channel(settings, channel)
    return asyncio.run(_try(kind, found, settings))


def _channel(settings: "Settings", name: str) -> tuple[str, "ChannelSettings"]:
    from wallboard.channel_settings import channels_of
    from wallboard.domain.nearest import nearest

    known = {one.name: (kind, one) for kind, _, one in channels_of(settings.channel)}
    if name in known:
        return known[name]
    hint = nearest(name, tuple(known)) if known else "the config has no [[channel.…]] table"
    raise CommandError(f"no such channel; {hint}", exit_codes.USAGE)


async def _try(kind: str, channel: "ChannelSettings", settings: "Settings") -> int:
    from wallboard.ece.ask.outgoing import ClientSetupError
    from wallboard.notices.channel import DeliveryError, MissingExtraError
    from wallboard.notices.sample_notice import try_channel

    try:
        answers = await try_channel(kind, channel, settings, time.time())
    except (ClientSetupError, MissingExtraError) as error:
        raise CommandError(str(error), exit_codes.CONFIG) from None
    except DeliveryError as error:
        raise CommandError(f"not delivered: {error}", exit_codes.UNAVAILABLE) from None
    say(f"{line}\n" for line in answers)
    return exit_codes.OK


@command.command(
    "list",
    short_help="Show what was sent, to whom, and what the far side said.",
    help="Show what was sent, through which channel, and what the far side said.",
    epilog="""\b
Examples:
  wallboard notify list
  wallboard notify list --since 7d --format json
""",
)
@click.option("--since", metavar="TIME", default="1d",
              help="Start: 2h, 14:32, 2026-11-21 14:32 or yesterday 14:32; default: 1d ago.",
              )  # fmt: skip
@click.option("--format", "form", type=FORMATS, default="text",
              help="Output format: table (text) or JSON.")  # fmt: skip
@recording_options
def list_notices(since: str, form: str, file: Path | None, config: Path | None) -> int:
    from wallboard.report.past.notices import notice_lines, notice_records, notices_json

    now = time.time()
    start = moment_of(since, now, "--since")
    with recorded(file, config) as board, ledger_errors(board.recording):
        notices = notice_records(ledger_rows(board.recording, start, math.inf))
        if form == "json":
            say([f"{notices_json(notices, _points(board))}\n"])
        else:
            say(f"{line}\n" for line in notice_lines(notices, _points(board), now))
    return exit_codes.OK


@command.command(
    "dry-run",
    short_help="Show what would have been sent for the alarms of a recording.",
    help="""\
Show what the notices of the config would have been for the alarms that its rules would have raised
on the recording. Nobody acknowledges anything meanwhile, and nothing is sent.
""",
    epilog="""\b
Examples:
  wallboard notify dry-run --since 7d
  wallboard notify dry-run --config new.toml --format json
""",
)
@click.option("--since", metavar="TIME", default="7d", help="Start; default: 7d ago.")
@click.option("--format", "form", type=FORMATS, default="text",
              help="Output format: table (text) or JSON.")  # fmt: skip
@recording_options
def dry_run(since: str, form: str, file: Path | None, config: Path | None) -> int:
    from wallboard.notices.dry_run import would_be_queued
    from wallboard.notices.routes import sending_rules
    from wallboard.report.past.notices import notice_lines, notice_records, notices_json

    settings = config_settings(config)
    if not settings.notice:
        raise CommandError("the config has no [[notice]]; nothing would be sent", exit_codes.CONFIG)
    with recorded(file, config) as board, opened(board.recording) as recording:
        window = asked_window(recording, since, None)
        if not window.recorded:
            return exit_codes.UNAVAILABLE
        rules = rule_set(settings, window)
        (rows,) = rows_of_trials(recording, board.recording, window, [rules])
        sending = sending_rules(settings, board.statuses_of, rules.plan.named.get)
        queued = would_be_queued(rows, sending, window.until)
        notices = notice_records(row for row in queued if row.at >= window.since)
        if form == "json":
            say([f"{notices_json(notices, _points(board))}\n"])
        else:
            lines = notice_lines(notices, _points(board), time.time(), sent=False)
            say(f"{line}\n" for line in lines)
    return exit_codes.OK


def _points(board: RecordedBoard) -> dict[AlarmKey, "EntryPoint"]:
    return {
        AlarmKey.of(key): status.entry_point for key, status in board.snapshot.entry_points.items()
    }
