"""``wallboard doctor``: checks this machine and the way to every server."""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click

from wallboard.channel_settings import ChannelsSettings
from wallboard.cli.options.board_options import BoardOptions, board_options_of, reach_options
from wallboard.cli.options.values import entry_point_ids, server_names
from wallboard.cli.run.output import output_size
from wallboard.config.config_file import FILE_NAME, SYSTEM_CONFIG, VARIABLE, working_folder
from wallboard.config.state_folder import BoardId
from wallboard.domain.diagnosis import diagnose
from wallboard.domain.doctor import Finding, OnFinding, Step
from wallboard.domain.policy import Level
from wallboard.recorder.paths import RecordingFile, recording_file
from wallboard.report.now.nagios import EXIT_STATUSES
from wallboard.settings import Settings

FORMATS = ("text", "json")


@click.command(
    "doctor",
    short_help="Diagnose the path to the servers: is it me?",
    help="""\
Check this machine and every step of the path to each server.

Each step has its time and result; the last line is the likely cause and what to do. IDS choose
the entry points to request; default: the first of each server. Takes at most 20 seconds and two
requests per server.
""",
    epilog="""\b
Examples:
  wallboard doctor
  wallboard doctor --server prod
  wallboard doctor --url https://ece.example.com
  wallboard doctor --format json | jq -r .cause.message
\b
Exit status: 0 ok, 1 warning, 2 a server does not work, 3 unknown. 64 and
above: the doctor itself failed.
""",
)
@click.argument("ids", nargs=-1, metavar="[IDS]...", shell_complete=entry_point_ids)
@reach_options(url="Check this server instead of the config; no id needed.")
@click.option("--server", "servers", multiple=True, metavar="NAME",
              shell_complete=server_names,
              help="Only this server; repeatable.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(FORMATS), default="text",
              help="Output format: text or JSON.")  # fmt: skip
def command(form: str, **parameters: object) -> int:
    target = board_options_of(parameters)
    guessed = target.url is not None and not target.ids
    settings, source = replace(target, ids=("0",)).opened() if guessed else target.opened()
    if guessed:
        servers = tuple(replace(server, entry_point=()) for server in settings.server)
        settings = replace(settings, server=servers)
    place = _place(source.board.whole, settings)
    machine = [_versions(), _config(source.path, target), _terminal(settings)]
    looking = _as_json if form == "json" else _as_text
    return EXIT_STATUSES[looking(settings, place, machine)]


def _place(board: BoardId, settings: Settings) -> RecordingFile | None:
    try:
        return recording_file(board, settings.record, os.environ)
    except OSError:
        return None  # nothing can be recorded; the board says why


def _as_text(settings: Settings, place: RecordingFile | None, machine: list[Finding]) -> Level:
    from wallboard.report.setup.doctor import DoctorText

    width = output_size().columns if sys.stdout.isatty() else None
    text = DoctorText(settings.server, width)

    def say(finding: Finding) -> None:
        for line in text.hear(finding):
            click.echo(line)

    findings = _found(settings, place, machine, say)
    diagnosis = diagnose(findings)
    for line in text.cause(diagnosis):
        click.echo(line)
    return diagnosis.level


def _as_json(settings: Settings, place: RecordingFile | None, machine: list[Finding]) -> Level:
    from wallboard.report.setup.doctor import doctor_json

    findings = _found(settings, place, machine, lambda _: None)
    diagnosis = diagnose(findings)
    click.echo(doctor_json(settings.server, findings, diagnosis, time.time()))
    return diagnosis.level


def _found(
    settings: Settings,
    place: RecordingFile | None,
    machine: list[Finding],
    say: Callable[[Finding], None],
) -> list[Finding]:
    """All findings, each of which was said as soon as there was one."""
    findings: list[Finding] = []

    def publish(finding: Finding) -> None:
        findings.append(finding)
        say(finding)

    for finding in machine:
        publish(finding)
    asyncio.run(_look(settings, place, publish))
    return findings


async def _look(settings: Settings, place: RecordingFile | None, publish: OnFinding) -> None:
    from wallboard.feeds.doctor import look

    channels = None
    if settings.channel != ChannelsSettings():
        from wallboard.notices.checkup import ask_channels

        channels = ask_channels(settings)
    await look(settings, place, os.environ, publish, clock=time.time, channels=channels)


def _versions() -> Finding:
    from wallboard.report.setup.doctor import versions_finding

    return versions_finding()


def _config(path: Path | None, target: BoardOptions) -> Finding:
    """Which config there is, and why that one."""
    if path is None:
        words = "None: server given by --url."
        return Finding(Step.CONFIG, Level.OK, words, facts={"path": None})
    if target.config:
        why = "given by --config"
    elif os.environ.get(VARIABLE):
        why = f"given by ${VARIABLE}"
    elif path == working_folder() / FILE_NAME:
        why = "in the current directory"
    elif path == SYSTEM_CONFIG:
        why = "that of this machine"
    else:
        why = "in your config directory"
    return Finding(Step.CONFIG, Level.OK, f"{path}, {why}.", facts={"path": str(path)})


def _terminal(settings: Settings) -> Finding:
    from wallboard.ui.look.terminal_abilities import terminal_finding

    size = output_size() if sys.stdout.isatty() else None
    return terminal_finding(settings, size)
