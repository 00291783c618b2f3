"""``wallboard check``: one poll of everything, for scripts and monitoring."""

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from wallboard.board import Board
from wallboard.cli.commands.check_plugins import PLUGIN_TIMEOUT_SECONDS, PLUGINS, PluginCommand
from wallboard.cli.options.board_options import board_options_of, round_options
from wallboard.cli.options.values import Command, Number, stacked
from wallboard.cli.run.errors import client_errors
from wallboard.cli.run.metrics_server import need_extra
from wallboard.cli.run.output import warn
from wallboard.cli.run.signals import leave_now
from wallboard.domain.blind import Blindness
from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.policy import Level, Policy
from wallboard.domain.snapshot import Snapshot
from wallboard.inheritance import entry_points_of
from wallboard.settings import Settings

if TYPE_CHECKING:
    from wallboard.config.reload import ConfigSource
    from wallboard.domain.ranges import Limit


def limit_options(command: Command) -> Command:
    """Adds ``-w`` and ``-c``; take them with ``limits_of``."""
    return stacked(
        click.option("-w", "--warning", "warnings", multiple=True, metavar="FIGURE=RANGE",
                     help="Warning range for `wait` (seconds), `queue` or `capacity`, overriding "
                          "the config; repeatable."),
        click.option("-c", "--critical", "criticals", multiple=True, metavar="FIGURE=RANGE",
                     help="Critical range, likewise."),
    )(command)  # fmt: skip


def limits_of(parameters: dict[str, Any]) -> "list[Limit]":
    """Takes ``-w`` and ``-c`` out of a command's parameters. Raises ``click.BadParameter``."""
    words = {
        (Level.WARNING, "-w"): parameters.pop("warnings"),
        (Level.CRITICAL, "-c"): parameters.pop("criticals"),
    }
    return [_limit(word, level, option) for (level, option), given in words.items()
            for word in given]  # fmt: skip


def asked_once(
    entry_points: Iterable[tuple[EntryPoint, Policy]], limits: "Sequence[Limit]"
) -> list[tuple[EntryPoint, Policy]]:
    """The entry points, judged by one answer, and by the limits where those say something."""
    found, changed = list(entry_points), dict[int, Policy]()
    for _, policy in found:
        if id(policy) not in changed:
            changed[id(policy)] = replace(_limited(policy, limits), once=True)
    return [(one, changed[id(policy)]) for one, policy in found]


def _limited(policy: Policy, limits: "Sequence[Limit]") -> Policy:
    if not limits:
        return policy
    from wallboard.domain.ranges import with_limits

    return replace(policy, thresholds=with_limits(policy.thresholds, limits))


def _limit(word: str, level: Level, option: str) -> "Limit":
    from wallboard.domain.ranges import Figure, Limit, parse_range

    name, equals, text = word.partition("=")
    if not equals:
        raise click.BadParameter(
            "Expected FIGURE=RANGE, such as wait=60 or capacity=1:.", param_hint=[option]
        )
    names = [figure.value for figure in Figure]
    if name.strip().lower() not in names:
        from wallboard.domain.nearest import nearest

        why = f"Unknown figure {name!r}; {nearest(name, names)}"
        raise click.BadParameter(why, param_hint=[option])
    try:
        found = parse_range(text.strip())
    except ValueError as error:
        raise click.BadParameter(f"{error}.", param_hint=[option]) from None
    return Limit(Figure(name.strip().lower()), level, found)


SAMPLES = 2
"""A check shows no history."""

OPENMETRICS = "openmetrics"

WITH_ALARMS = frozenset({"json", "csv"})
"""The formats that tell the alarm of each entry point."""

FORMATS: Mapping[str, tuple[str, str]] = {
    "text": ("wallboard.report.now.text", "text_report"),
    "json": ("wallboard.report.now.json", "json_report"),
    "csv": ("wallboard.report.now.csv", "csv_report"),
    OPENMETRICS: ("wallboard.report.metrics.page", "openmetrics_report"),
    **{name: (plugin.module, plugin.report) for name, plugin in PLUGINS.items()},
}
"""The function of each format that makes a text of a snapshot, loaded when it is asked for."""


@click.command(
    "check",
    cls=PluginCommand,
    short_help="Poll everything once and report, for scripts and monitoring.",
    help="""\
Poll every endpoint of every entry point once, report and exit.

The exit status is the worst level: 0 ok, 1 warning, 2 critical, 3 unknown; unknown ranks between
warning and critical. 64 and above: the check itself failed.
""",
    epilog="""\b
Examples:
  wallboard check
  wallboard check 1000 1005-1010 --group EMEA
  wallboard check --url https://ece.example.com 1000 1005-1010
  wallboard check --format json | jq '.entry_points[] | select(.level != "ok")'
  wallboard check --format nagios -w wait=60 -c wait=300 -c capacity=1:
\b
RANGE as in monitoring plugins; it alerts on
  10      less than 0, more than 10       ~:10    more than 10
  10:     less than 10                    10:20   less than 10, more than 20
  @10:20  10 to 20                        Quote ~ in the shell.
\b
With `nagios`, usage and config errors are UNKNOWN (3) too. Levels rank
ok < warning < unknown < critical; other plugins rank unknown below warning.
`checkmk` and `prtg` have the state in the output, errors too, and exit with 0.
""",
)
@round_options
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="text",
              help="Output format: table (text), JSON, CSV, OpenMetrics, or for a monitoring "
                   "system.")  # fmt: skip
@limit_options
@click.option("--timeout", type=Number(min=0, min_open=True, max=86_400),
              metavar="SECONDS",
              help="Time limit of the whole check; what has not answered is unknown. Default "
                   f"for a monitoring system: {PLUGIN_TIMEOUT_SECONDS:g}.")  # fmt: skip
def command(form: str, timeout: float | None, **parameters: object) -> int:
    from wallboard.report.now.nagios import exit_status

    began = time.monotonic()
    if form == OPENMETRICS:
        need_extra()
    plugin = PLUGINS.get(form)
    if timeout is None and plugin:
        timeout = PLUGIN_TIMEOUT_SECONDS
    limits = limits_of(parameters)
    settings, source = board_options_of(parameters).opened()
    board = Board(asked_once(entry_points_of(settings), limits), history=SAMPLES)
    _expect(settings, board)
    with asyncio.Runner() as runner:
        left = None if timeout is None else began + timeout - time.monotonic()
        finished = runner.run(_poll(settings, board, left))
        snapshot = runner.run(_seen(settings, board.snapshot(time.time())))
        if form in WITH_ALARMS:
            snapshot = _with_alarms(snapshot, settings, source)
        _print(form, snapshot, "" if finished else f"not finished within {timeout:g} s")
        code = exit_status(snapshot, at_least=Level.OK if finished else Level.UNKNOWN)
        code = code if plugin is None or plugin.status is None else plugin.status
        if not finished:
            leave_now(code)
    return code


def _expect(settings: Settings, board: Board) -> None:
    """Have the board expect what is planned for now; what cannot be read is a warning."""
    if not (settings.calendar or settings.maintenance):
        return
    from wallboard.config.plan import PlanReader, Span
    from wallboard.domain.event import ExpectationChanged

    now, reader = time.time(), PlanReader()
    keys = [entry_point.key for entry_point, _ in entry_points_of(settings)]
    plan = reader.read(settings, Span.around(now))
    for problem in reader.problems:
        warn(problem)
    board.fold(ExpectationChanged(now, plan.expectations(keys, now)))


async def _poll(settings: Settings, board: Board, seconds: float | None) -> bool:
    """Whether everything was asked in time."""
    from wallboard.feeds.node_watch import ask_nodes_once
    from wallboard.feeds.poll_feed import poll_once

    try:
        with client_errors():
            async with asyncio.timeout(seconds):
                await poll_once(settings, board.fold)
                await ask_nodes_once(settings, board.fold)
    except TimeoutError:
        return False
    return True


async def _seen(settings: Settings, snapshot: Snapshot) -> Snapshot:
    """The snapshot, with whether this machine has a network where no server can be reached."""
    servers = {key.server for key in snapshot.entry_points}
    if not settings.alarm.witness or len(snapshot.unreachable) < len(servers):
        return snapshot
    from wallboard.feeds.network_watch import Witnesses

    answers = await Witnesses(settings.alarm.witness).any_answers()
    if answers:
        return snapshot
    return Blindness().shown(replace(snapshot, blind_since=snapshot.at))


def _with_alarms(snapshot: Snapshot, settings: Settings, source: "ConfigSource") -> Snapshot:
    """The snapshot, with the alarms that stand by the ledger, if the board is recorded."""
    from wallboard.inheritance import alarm_rules_of
    from wallboard.recorded_alarms import alarms_by_ledger
    from wallboard.recorder.errors import RecordingError
    from wallboard.recorder.paths import recording_path

    try:
        path = recording_path(source.board, settings.record, os.environ)
        if path is None:
            return snapshot
        return replace(snapshot, alarms=alarms_by_ledger(path, alarm_rules_of(settings), snapshot))
    except (OSError, RecordingError, RuntimeError) as error:
        warn(f"alarms are not known: {error}")
        return snapshot


def _print(form: str, snapshot: Snapshot, unfinished: str) -> None:
    module, name = FORMATS[form]
    report: Callable[..., str] = getattr(import_module(module), name)
    if unfinished and form in PLUGINS:
        text = report(snapshot, unfinished=unfinished)
    else:
        text = report(snapshot)
        if unfinished:
            warn(f"{unfinished}; missing answers count as unknown")
    click.echo(text, nl=not text.endswith("\n"))
