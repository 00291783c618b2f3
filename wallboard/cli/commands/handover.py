"""``wallboard handover``: the shift report, from the recording."""

from pathlib import Path

import click

from wallboard.cli.options.recording import (
    MOST_CHANGES,
    asked_window,
    ledger_rows,
    opened,
    recorded_board,
    recording_options,
    rules_of,
    window_options,
)
from wallboard.cli.run import exit_codes
from wallboard.cli.run.output import say


@click.command(
    "handover",
    short_help="Write a shift report in Markdown or JSON from the recording.",
    help="""\
Write a shift report as Markdown or JSON: what the next shift needs to know.

Open problems and since when, incidents and the changes they are made of, longest outages, worst
waits, and the time each entry point spent in each verdict.
""",
    epilog="""\b
Examples:
  wallboard handover
  wallboard handover --since 14:00
  wallboard handover --since "yesterday 22:00" --until 06:00 > night.md
""",
)
@window_options(since="8h")
@click.option("--format", "form", type=click.Choice(["markdown", "json"]), default="markdown",
              help="Output format: Markdown or JSON."
              )  # fmt: skip
@recording_options
def command(since: str, until: str, form: str, file: Path | None, config: Path | None) -> int:
    from wallboard.report.past.handover import read_handover

    path, settings = recorded_board(file, config)
    with opened(path) as recording:
        window = asked_window(recording, since, until, most_changes=MOST_CHANGES)
        ledger = ledger_rows(path, window.since)
        beside = None if ledger is None else path
        handover = read_handover(recording, window, ledger or (), rules_of(settings), path=beside)
    if form == "json":
        from wallboard.report.past.handover_json import handover_json

        say([handover_json(handover)])
    else:
        from wallboard.report.past.handover_markdown import handover_markdown

        say([handover_markdown(handover)])
    return exit_codes.OK
