"""``wallboard handover``: the shift report, from the recording."""

from pathlib import Path

import click

from wallboard.cli.options.recording import (
    MOST_CHANGES,
    asked_window,
    opened,
    recording_file,
    recording_options,
    say,
    window_options,
)
from wallboard.cli.run import exit_codes


@click.command(
    "handover",
    short_help="Write a shift report in Markdown from the recording.",
    help="""\
Write a shift report as Markdown: what the next shift needs to know.

Open problems and since when, changes, longest outages, worst waits, and the time each entry point
spent in each verdict.
""",
    epilog="""\b
Examples:
  wallboard handover
  wallboard handover --since 14:00
  wallboard handover --since "yesterday 22:00" --until 06:00 > night.md
""",
)
@window_options(since="8h")
@recording_options
def command(since: str, until: str, file: Path | None, config: Path | None) -> int:
    from wallboard.report.past.handover import read_handover
    from wallboard.report.past.handover_markdown import handover_markdown

    with opened(recording_file(file, config)) as recording:
        window = asked_window(recording, since, until, most_changes=MOST_CHANGES)
        report = handover_markdown(read_handover(recording, window))
    say([report])
    return exit_codes.OK
