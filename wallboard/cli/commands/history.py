"""``wallboard history``: the past of an entry point, from the recording."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wallboard.cli.options.recording import (
    MOST_CHANGES,
    asked_window,
    chosen,
    ledger_rows,
    opened,
    recorded_board,
    recording_options,
    rules_of,
    window_options,
)
from wallboard.cli.options.values import entry_point_ids
from wallboard.cli.run import exit_codes
from wallboard.cli.run.output import say

if TYPE_CHECKING:
    from wallboard.recorder.recording import Recording, Run
    from wallboard.report.past.past import Past, Window


@click.command(
    "history",
    short_help="Show the history of entry points from the recording.",
    help="""\
Show the history of entry points: time in each verdict, changes, waits, every poll.

IDS are numbers, ranges such as 1005-1010, or `server:1000` where several servers have the id.
""",
    epilog="""\b
Examples:
  wallboard history 1000
  wallboard history 1000 1005-1010 --since 14:00 --until 15:30
  wallboard history prod:1000 --since 2d --format csv > sales.csv
""",
)
@click.argument("ids", nargs=-1, required=True, metavar="IDS...", shell_complete=entry_point_ids)
@window_options(since="2h")
@click.option("--format", "form", type=click.Choice(["text", "csv", "json"]), default="text",
              help="Output format: text, CSV or JSON."
              )  # fmt: skip
@recording_options
def command(
    ids: tuple[str, ...],
    since: str,
    until: str,
    form: str,
    file: Path | None,
    config: Path | None,
) -> int:
    from wallboard.report.past.past import read_pasts

    path, settings = recorded_board(file, config)
    with opened(path) as recording:
        entry_points = chosen(recording, ids)
        keys = {entry_point.key for entry_point in entry_points}
        window = asked_window(recording, since, until, keys=keys, most_changes=MOST_CHANGES)
        pasts = read_pasts(
            recording,
            window,
            entry_points,
            ledger_rows(path, window.since) or (),
            rules_of(settings),
        )
        say(_told(recording, window, pasts, form))
    return exit_codes.OK


def _told(
    recording: "Recording",
    window: "Window",
    pasts: Iterable["Past"],
    form: str,
) -> Iterable[str]:
    def runs_of(past: "Past") -> Iterable["Run"]:
        return recording.runs(window.since, window.until, keys={past.entry_point.key})

    if form == "json":
        from wallboard.report.past.export import history_json

        board = {entry_point.key: entry_point for entry_point, _ in recording.entry_points()}
        return history_json(window, pasts, runs_of, board)
    if form == "csv":
        from wallboard.report.past.export import history_csv

        return history_csv(pasts, runs_of)
    from wallboard.report.past.history import history_lines

    return (
        f"{line}\n"
        for number, past in enumerate(pasts)
        for line in (*[""][: number and 1], *history_lines(past, runs_of(past)))
    )
