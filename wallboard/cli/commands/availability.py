"""``wallboard availability``: how much of the business hours customers could start a chat."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wallboard.cli.options.recording import (
    asked_window,
    chosen,
    network_rows,
    opened,
    recorded_board,
    recording_options,
    window_options,
)
from wallboard.cli.options.values import entry_point_ids
from wallboard.cli.run import exit_codes
from wallboard.cli.run.output import say, warn
from wallboard.domain.blind import blind_spans

if TYPE_CHECKING:
    from wallboard.domain.plan import Plan
    from wallboard.settings import Settings


@click.command(
    "availability",
    short_help="Report availability in business hours, from the recording.",
    help="""\
Report in which share of the business hours a customer could start a chat, from the recording.

Planned maintenance is left out, and what was not recorded counts neither way: the coverage says how
much of the business hours is known. Without a calendar it is around the clock. The calendars are
those of the config as it is now, so that a window can be entered afterwards; with --file they are
those of the time of recording.
""",
    epilog="""\b
Examples:
  wallboard availability --since 2026-11-01
  wallboard availability --since 2026-11-01 --until 2026-12-01 --by week
  wallboard availability 1000 prod:1005 --since 7d --by day --format csv > week.csv
""",
)
@click.argument("ids", nargs=-1, metavar="[IDS]...", shell_complete=entry_point_ids)
@window_options(since="7d")
@click.option(
    "--by",
    type=click.Choice(["month", "week", "day"]),
    default=None,
    help="A row for each local month, week (from Monday) or day.",
)
@click.option("--format", "form", type=click.Choice(["text", "csv", "json"]), default="text",
              help="Output format: a table (text), CSV or JSON.")  # fmt: skip
@recording_options
def command(
    ids: tuple[str, ...],
    since: str,
    until: str,
    by: str | None,
    form: str,
    file: Path | None,
    config: Path | None,
) -> int:
    from wallboard.report.past.availability import (
        Period,
        availability_of,
        hours_by,
        hours_recorded,
        names_of,
        periods_of,
    )
    from wallboard.report.past.availability_formats import (
        availability_csv,
        availability_json,
        availability_lines,
    )

    path, settings = recorded_board(file, config)
    with opened(path) as recording:
        listed = [entry_point for entry_point, _ in recording.entry_points()]
        entry_points = chosen(recording, ids) if ids else listed
        window = asked_window(recording, since, until)
        end = min(window.until, time.time())
        asked = Period("", window.since, max(window.since, end))
        plan = _plan(settings, asked.start, asked.end) if settings else None
        if plan is None:
            hours = hours_recorded(recording.expectation_changes(float("-inf"), asked.end))
        else:
            hours = hours_by(plan)
        parts = recording.known_states(
            asked.start, asked.end, keys={one.key for one in entry_points}
        )
        periods = periods_of(asked.start, asked.end, by) or [asked]
        blind = blind_spans(network_rows(path), asked.end)
        found = availability_of(parts, entry_points, periods, hours, blind)
    calendars = names_of(plan, entry_points) if plan else {}
    if form == "json":
        say([availability_json(found, calendars, asked)])
    elif form == "csv":
        say(availability_csv(found, calendars))
    else:
        lines = availability_lines(found, calendars, recorded=plan is None)
        say(f"{line}\n" for line in lines)
    return exit_codes.OK


def _plan(settings: "Settings", start: float, end: float) -> "Plan":
    """The plan of a config for a time; what cannot be read of it is a warning."""
    from wallboard.config.plan import PlanReader, Span

    reader = PlanReader()
    plan = reader.read(settings, Span(start, end))
    for problem in reader.problems:
        warn(problem)
    return plan
