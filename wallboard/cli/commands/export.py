"""``wallboard export``: every observation of a recording, for other programs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from wallboard.cli.options.recording import (
    asked_window,
    opened,
    recording_file,
    recording_options,
    window_options,
)
from wallboard.cli.run import exit_codes
from wallboard.cli.run.errors import CommandError
from wallboard.cli.run.output import say
from wallboard.files import exists, is_file

STDOUT = "-"


@click.command(
    "export",
    short_help="Export all observations from the recording, for other programs.",
    help="""\
Write all observations to FILE, or to stdout with `-`.

Each line is a run: consecutive polls of one endpoint with the same answer, with first and last
time, number of polls, latency, decoded values and body. FILE appears once complete, readable by
you only.
""",
    epilog="""\b
Examples:
  wallboard export week.ndjson
  wallboard export - --since 2h | jq 'select(.ok == false)'
""",
)
@click.argument("to", metavar="FILE")
@click.option("--format", "form", type=click.Choice(["ndjson"]), default="ndjson",
              expose_value=False, help="NDJSON: a JSON object on each line.")  # fmt: skip
@window_options(since=None)
@recording_options
def command(
    to: str,
    since: str | None,
    until: str | None,
    file: Path | None,
    config: Path | None,
) -> int:
    from wallboard.report.past.export import export_lines

    path = recording_file(file, config)
    with opened(path) as recording:
        window = asked_window(recording, since, until)
        known = {entry_point.key: entry_point for entry_point, _ in recording.entry_points()}
        lines = export_lines(recording.runs(window.since, window.until), known)
        if to == STDOUT:
            say(lines)
            return exit_codes.OK
        _refuse_the_recording(Path(to), path)
        with _written(Path(to)) as output:
            count = sum(bool(output.write(line.encode("ascii"))) for line in lines)
    click.echo(f"{count:,} run{'' if count == 1 else 's'} written to {click.format_filename(to)}")
    return exit_codes.OK


@contextmanager
def _written(path: Path) -> Iterator[IO[bytes]]:
    from wallboard.files import replaced

    try:
        if exists(path) and not is_file(path):
            # A pipe or a device takes what it is given; it cannot be replaced.
            with path.open("wb") as output:
                yield output
        else:
            with replaced(path) as output:
                yield output
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror or error}") from None


def _refuse_the_recording(to: Path, recording: Path) -> None:
    if exists(to) and os.path.samefile(to, recording):  # noqa: PTH121 - as clear as any
        raise click.BadParameter("is the recording itself", param_hint=["FILE"])
