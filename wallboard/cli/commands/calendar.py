"""``wallboard calendar``: what is expected of entry points, and which rule says so."""

import time
from pathlib import Path

import click

from wallboard.cli.options.board_options import BoardOptions
from wallboard.cli.options.values import entry_point_ids, group_names, server_names
from wallboard.cli.run import exit_codes
from wallboard.cli.run.output import warn
from wallboard.inheritance import entry_points_of


@click.command(
    "show",
    short_help="Show what is expected when, and which rule says so.",
    help="""\
Show whether entry points are expected to be open now, until when, and which rule says so.

IDS are numbers, ranges such as 1005-1010, or `server:1000`. Polls nothing.
""",
    epilog="""\b
Examples:
  wallboard calendar show
  wallboard calendar show 1000 --week      the next seven days, hour by hour
  wallboard calendar show --format json
""",
)
@click.argument("ids", nargs=-1, metavar="[IDS]...", shell_complete=entry_point_ids)
@click.option("--week", is_flag=True, help="The next seven days, in the zone of the calendar.")
@click.option(
    "--group",
    "groups",
    multiple=True,
    metavar="NAME",
    shell_complete=group_names,
    help="Only this group; repeatable.",
)
@click.option(
    "--server",
    "servers",
    multiple=True,
    metavar="NAME",
    shell_complete=server_names,
    help="Only this server; repeatable.",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Config file; default: as the board finds it.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              help="Output format: a table (text) or JSON.")  # fmt: skip
def show(
    ids: tuple[str, ...],
    week: bool,
    groups: tuple[str, ...],
    servers: tuple[str, ...],
    config: Path | None,
    form: str,
) -> int:
    from wallboard.config.plan import PlanReader, Span
    from wallboard.report.setup.calendar import calendar_json, now_lines, week_lines

    target = BoardOptions(
        url=None, ids=ids, config=config, no_verify=False, headers=(), groups=groups,
        servers=servers,
    )  # fmt: skip
    settings, now, reader = target.settings(), time.time(), PlanReader()
    plan = reader.read(settings, Span.around(now))
    for problem in reader.problems:
        warn(problem)
    entry_points = [entry_point for entry_point, _ in entry_points_of(settings)]
    if form == "json":
        click.echo(calendar_json(plan, entry_points, now, week=week))
    else:
        lines = week_lines if week else now_lines
        click.echo("\n".join(lines(plan, entry_points, now)))
    return exit_codes.OK


@click.group(
    "calendar",
    short_help="Show business hours and planned maintenance.",
    help="""\
Show business hours and planned maintenance, as they apply to the entry points of the config.
""",
    epilog="""\b
Examples:
  wallboard calendar show
  wallboard calendar show 1000 --week
""",
)
def command() -> None:
    pass


command.add_command(show)
