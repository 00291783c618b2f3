"""``wallboard recording``: the file that a board is recorded in."""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wallboard.cli.options.recording import (
    moment_of,
    opened,
    recording_errors,
    recording_file,
    recording_options,
)
from wallboard.cli.run import exit_codes
from wallboard.cli.run.errors import CommandError
from wallboard.cli.run.output import say
from wallboard.cli.run.signals import left_on_ctrl_c
from wallboard.files import exists

if TYPE_CHECKING:
    from wallboard.recorder.writing.retention import Retention
    from wallboard.report.past.recording import DescribedLedger

DAMAGED = 2
"""Exit status of ``verify``, which monitoring systems read as critical."""

MOST_FAULTS = 20
"""Named one by one; the rest is counted."""

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(b|kb|mb|gb|tb|kib|mib|gib|tib)?", re.IGNORECASE)
_UNITS = {"b": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_FOR_EVER = float(2**60)


@click.group(
    "recording",
    short_help="Inspect, verify and trim the recording.",
    help="Inspect, verify and trim the recording of a board.",
    no_args_is_help=False,
    epilog="""\b
Examples:
  wallboard recording info
  wallboard recording verify
  wallboard recording trim --older 2d
""",
)
def command() -> None:
    pass


@command.command(
    "info",
    short_help="Show what is in the recording and who is writing.",
    help="Show where the recording is, what it holds, its size, and who is writing.",
    epilog="""\b
Examples:
  wallboard recording info
  wallboard recording info --file /srv/wallboard/prod.db
""",
)
@recording_options
def info(file: Path | None, config: Path | None) -> int:
    path = recording_file(file, config)
    with opened(path) as recording:
        from wallboard.recorder.lock import holder
        from wallboard.recorder.reading.connection import Connection
        from wallboard.recorder.statistics import read_statistics
        from wallboard.report.past.recording import Described, recording_lines

        connection = Connection(path)
        try:
            with connection.reading() as database:
                facts = read_statistics(database)
        finally:
            connection.close()
        described = Described(
            path=path,
            title=recording.title,
            file_bytes=_file_bytes(path),
            holder=holder(path),
            facts=facts,
            recorded_spans=recording.recorded_spans(),
            ledger=_ledger(path),
        )
        say(f"{line}\n" for line in recording_lines(described))
    return exit_codes.OK


@command.command(
    "verify",
    short_help="Check the whole recording for damage.",
    help="""\
Check the whole recording: the file, every body, every segment; and the alarm ledger beside it.

Exit status: 0 intact, 2 damaged; 64 and above: could not be checked.
""",
    epilog="""\b
Examples:
  wallboard recording verify
  wallboard recording verify --file copy.db || echo damaged
""",
)
@recording_options
def verify(file: Path | None, config: Path | None) -> int:
    from wallboard.domain.foreign_text import safe
    from wallboard.recorder.errors import DamagedError

    path = recording_file(file, config)
    faults: list[str] = []
    with left_on_ctrl_c(), recording_errors(path):
        try:
            faults.extend(_faults(path))
        except DamagedError as error:
            faults.append(str(error))
        faults.extend(_faults_of_ledger(path))
    if not faults:
        click.echo(f"{safe(str(path))}: the recording is intact")
        return exit_codes.OK
    click.echo(f"{safe(str(path))}: the recording is damaged")
    for fault in faults[:MOST_FAULTS]:
        click.echo(f"  {safe(fault)}")
    if len(faults) > MOST_FAULTS:
        click.echo(f"  and {len(faults) - MOST_FAULTS:,} more")
    return DAMAGED


@command.command(
    "trim",
    short_help="Delete the oldest part of the recording.",
    help="""\
Delete the oldest part of the recording and free its disk space.

Only for a recording that nobody is writing; a live one is trimmed automatically by `record_days`
and `record_megabytes`. The alarm ledger beside it stays: `ledger_days` trims that.
""",
    epilog="""\b
Examples:
  wallboard recording trim --older 2d
  wallboard recording trim --to 100MB
""",
)
@click.option("--older", metavar="TIME",
              help="Delete what is older than this: 2d, 12h, 2026-11-21.")  # fmt: skip
@click.option(
    "--to", metavar="SIZE", help="Delete the oldest until no more than this is used: 100MB."
)
@recording_options
def trim(older: str | None, to: str | None, file: Path | None, config: Path | None) -> int:
    from wallboard.report.past.recording import size

    if older is None and to is None:
        raise click.UsageError("Give --older 2d, --to 100MB, or both.")
    retention = _retention(older, to)
    path = recording_file(file, config)
    with opened(path):
        before = _file_bytes(path)
    with recording_errors(path):
        segments = _trimmed(path, retention)
    after = _file_bytes(path)
    if segments:
        parts = f"{segments:,} segment{'' if segments == 1 else 's'}"
        click.echo(f"Deleted {parts}: {size(before)} before, {size(after)} now")
    else:
        click.echo(f"Nothing to delete: {size(after)}")
    if after > retention.bytes:
        click.echo("The newest segment is always kept.")
    return exit_codes.OK


def _ledger(recording: Path) -> "DescribedLedger | str":
    """The ledger of a recording, or in words why there is nothing to say of it."""
    from wallboard.recorder.errors import RecordingError
    from wallboard.recorder.ledger.reader import LedgerReader
    from wallboard.recorder.paths import ledger_path
    from wallboard.report.past.recording import DescribedLedger

    path = ledger_path(recording)
    if not exists(path):
        return "none"
    try:
        with LedgerReader(path) as ledger:
            return DescribedLedger(path, _file_bytes(path), *ledger.extent())
    except RecordingError as error:
        return f"{path}: {error}"


def _faults_of_ledger(recording: Path) -> Iterator[str]:
    from wallboard.recorder.errors import DamagedError
    from wallboard.recorder.ledger.reader import LedgerReader
    from wallboard.recorder.paths import ledger_path

    path = ledger_path(recording)
    if not exists(path):
        return
    try:
        with LedgerReader(path) as ledger:
            yield from (f"alarm ledger: {fault}" for fault in ledger.faults())
    except DamagedError as error:
        yield f"alarm ledger: {error}"


def _faults(path: Path) -> Iterator[str]:
    from wallboard.recorder.reading.connection import Connection
    from wallboard.recorder.verify import verify as faults_in

    connection = Connection(path)
    try:
        with connection.reading() as database:
            yield from faults_in(database)
    finally:
        connection.close()


def _retention(older: str | None, to: str | None) -> "Retention":
    from wallboard.recorder.writing.retention import Retention

    now = time.time()
    seconds = _FOR_EVER if older is None else now - moment_of(older, now, "--older")
    return Retention(seconds, 2**60 if to is None else _bytes(to))


def _bytes(text: str) -> int:
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise click.BadParameter(f"not a size: {text!r}; use 100MB.", param_hint=["--to"])
    unit = (found[2] or "b").lower()
    return int(float(found[1]) * (1024 if "i" in unit else 1000) ** _UNITS[unit[0]])


def _trimmed(path: Path, retention: "Retention") -> int:
    """How many segments were forgotten, while nobody else can write."""
    from wallboard.recorder.lock import holder, take
    from wallboard.recorder.paths import RecordingFile
    from wallboard.recorder.writing.retention import trim as trimmed

    lock = take(RecordingFile(path, path.stat().st_mode & 0o666))
    if lock is None:
        raise CommandError(
            f"{holder(path) or 'another process'} is writing the recording\n"
            "It is trimmed automatically: set `record_days` and `record_megabytes` in the config."
        )
    try:
        return trimmed(path, retention, time.time())
    finally:
        lock.release()


def _file_bytes(path: Path) -> int:
    beside = path.with_name(f"{path.name}-wal")
    return sum(os.path.getsize(one) for one in (path, beside) if exists(one))  # noqa: PTH202
