"""``wallboard alarms backtest``: what rules of alarms would have raised, by the recording."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wallboard.cli.options.board_options import config_settings
from wallboard.cli.options.recording import (
    asked_window,
    file_option,
    opened,
    recording_file,
    window_options,
)
from wallboard.cli.options.rule_sets import rows_of_trials, rule_set
from wallboard.cli.run import exit_codes
from wallboard.cli.run.output import say, warn
from wallboard.domain.ledger_row import AlarmKey

if TYPE_CHECKING:
    from wallboard.domain.endpoint import EntryPoint
    from wallboard.domain.raised_alarm import RaisedAlarm
    from wallboard.recorder.recording import Recording
    from wallboard.report.past.backtest import Tried
    from wallboard.report.past.past import Window
    from wallboard.settings import Settings

IN_FORCE = "in force"
_NOW, _NONE = "now", "none"


@click.command(
    "backtest",
    short_help="Show what alarms some rules would have raised.",
    help="""\
Show what alarms the rules in force, or those of another config, would have raised.

Reads the recording: every verdict, outage and gap as the board knew it. With --config its
calendars, levels, thresholds and [alarm] are tried beside those in force. Nobody is told anything.
""",
    epilog="""\b
Examples:
  wallboard alarms backtest
  wallboard alarms backtest --since 30d --config new.toml
  wallboard alarms backtest --config new.toml --against old.toml
  wallboard alarms backtest --format json | jq '.rules[0].alarms[] | select(.only_here)'
""",
)
@window_options(since="7d")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE",
              help="Try the rules of this config.")  # fmt: skip
@click.option("--against", metavar="now|none|FILE",
              help="Compare with the rules in force (now) or those of another config; default: "
                   "now with --config, else none.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              help="Output format: text or JSON.")  # fmt: skip
@file_option
def backtest(
    since: str,
    until: str,
    config: Path | None,
    against: str | None,
    form: str,
    file: Path | None,
) -> int:
    from wallboard.report.past.backtest import backtest_json, backtest_lines

    chosen = list(_chosen(config, against))
    path = recording_file(file, None)
    with opened(path) as recording:
        window = asked_window(recording, since, until)
        if not window.recorded:
            return exit_codes.UNAVAILABLE
        tried = _tried(recording, path, window, chosen)
        points = _entry_points(recording, [settings for _, settings in chosen])
        if form == "json":
            say(backtest_json(tried, points, window.recorded_seconds))
        else:
            lines = backtest_lines(tried, points, window.recorded_seconds)
            say(f"{line}\n" for line in lines)
    return exit_codes.OK


def _chosen(config: Path | None, against: str | None) -> Iterator[tuple[str, "Settings"]]:
    """The sets of rules to try by their names, the one to compare with first."""
    if config is None and against in {_NONE, None}:
        against = _NOW
    against = against or _NOW
    if against == _NOW:
        yield IN_FORCE, config_settings(None)
    elif against != _NONE:
        yield against, config_settings(Path(against))
    if config:
        yield str(config), config_settings(config)


def _tried(
    recording: "Recording",
    path: Path,
    window: "Window",
    chosen: Sequence[tuple[str, "Settings"]],
) -> Sequence["Tried"]:
    from wallboard.domain.raised_alarm import raised_alarms
    from wallboard.report.past.backtest import Tried

    rule_sets = [rule_set(settings, window) for _, settings in chosen]
    recorded = {entry_point.key for entry_point, _ in recording.entry_points()}
    for (name, _), rules in zip(chosen, rule_sets, strict=True):
        if missing := len(rules.policies.keys() - recorded):
            which = f"{missing:,} of {len(rules.policies):,} entry points"
            warn(f"{name}: {which} are not in the recording (by server and id)")
    found = rows_of_trials(recording, path, window, rule_sets)
    since = window.since
    return [
        Tried(name, window, [one for one in raised_alarms(rows) if not _over(one, since)])
        for (name, _), rows in zip(chosen, found, strict=True)
    ]


def _over(alarm: "RaisedAlarm", at: float) -> bool:
    return alarm.over_at is not None and alarm.over_at < at


def _entry_points(
    recording: "Recording", settings: Sequence["Settings"]
) -> dict[AlarmKey, "EntryPoint"]:
    from wallboard.inheritance import entry_points_of

    known = [entry_point for entry_point, _ in recording.entry_points()]
    known += [entry_point for one in settings for entry_point, _ in entry_points_of(one)]
    return {AlarmKey.of(entry_point.key): entry_point for entry_point in known}
