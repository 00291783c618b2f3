"""The options that say which recording is asked and of what time, shared by all that ask one."""

import math
import os
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wallboard.cli.options.board_options import BoardOptions
from wallboard.cli.options.values import Command, stacked
from wallboard.cli.run import exit_codes
from wallboard.cli.run.errors import CommandError, config_errors, home_errors
from wallboard.cli.run.output import warn
from wallboard.cli.run.signals import left_on_ctrl_c
from wallboard.domain.endpoint import EntryPoint, EntryPointKey
from wallboard.domain.ledger_row import LedgerRow, RowKind
from wallboard.files import exists
from wallboard.parse_time import MomentError, moment
from wallboard.settings import Settings

if TYPE_CHECKING:
    from wallboard.domain.incident import Rules
    from wallboard.recorder.reading.segments import Span
    from wallboard.recorder.recording import Recording
    from wallboard.report.past.past import Window

MOST_CHANGES = 50_000
"""Changes that a report holds at once: more than anybody reads."""

file_option = click.option(
    "--file", "file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Recording file; default: that of the config's board.",
)  # fmt: skip
config_option = click.option(
    "--config", type=click.Path(path_type=Path), metavar="FILE",
    help="Config file of the recorded board.",
)  # fmt: skip


def recording_options(command: Command) -> Command:
    """Adds ``--file`` and ``--config``; take them with ``recording_file``."""
    return file_option(config_option(command))


def window_options(*, since: str | None) -> Callable[[Command], Command]:
    """Adds ``--since`` and ``--until``; take them with ``asked_window``.

    They are from ``since`` to now unless given; without that, all there is.
    """
    begins, ends = (f"{since} ago", "now") if since else ("the beginning", "the end")
    return stacked(
        click.option("--since", metavar="TIME", default=since,
                     help="Start: 2h, 14:32, 2026-11-21 14:32, 2026-11-21 14:32+01:00 or "
                          f"yesterday 14:32; default: {begins}."),
        click.option("--until", metavar="TIME", default="now" if since else None,
                     help=f"End, likewise; default: {ends}."),
    )  # fmt: skip


def ledger_rows(recording: Path, since: float) -> list[LedgerRow] | None:
    """What people did about alarms since a moment, by the ledger beside a recording.

    ``None`` if it cannot be read, which is warned of.
    """
    return _rows(recording, since, tuple(RowKind), "acknowledgements and notes")


def network_rows(recording: Path) -> list[LedgerRow]:
    """When this machine had no network, by the ledger beside a recording.

    None if it cannot be read, which is warned of.
    """
    from wallboard.domain.blind import NETWORK_KINDS

    return _rows(recording, -math.inf, NETWORK_KINDS, "it") or []


def _rows(
    recording: Path, since: float, kinds: Collection[RowKind], missing: str
) -> list[LedgerRow] | None:
    from wallboard.recorder.errors import RecordingError
    from wallboard.recorder.ledger.reader import rows_of_recording
    from wallboard.recorder.paths import ledger_path

    try:
        return rows_of_recording(recording, since, kinds)
    except RecordingError as error:
        warn(f"{ledger_path(recording)}: {error}; going on without {missing}")
        return None


def recording_file(file: Path | None, config: Path | None) -> Path:
    """The recording that is meant. Raises ``CommandError``."""
    return recorded_board(file, config)[0]


def recorded_board(file: Path | None, config: Path | None) -> tuple[Path, Settings | None]:
    """The recording that is meant, and the settings of the config that it is of, if one is meant.

    Raises ``CommandError``.
    """
    from wallboard.recorder.paths import real_path

    if file:
        return real_path(file), None
    path, settings = recording_of_config(config)
    if not exists(path):
        raise CommandError(
            f"no recording of this board yet\n{path}\nA board records while it runs. For another "
            "recording use --file."
        )
    return path, settings


def recording_of_config(config: Path | None) -> tuple[Path, Settings]:
    """The recording of the board of a config, which need not be there yet, and its settings.

    Raises ``CommandError``.
    """
    from wallboard.recorder.paths import recording_path

    target = BoardOptions(
        url=None, ids=(), config=config, interval=None, no_verify=False, headers=()
    )
    settings, source = target.opened()
    with home_errors():
        path = recording_path(source.board, settings.record, os.environ)
    if path is None:
        raise CommandError(
            "this board is not recorded: its config has `record = false`\nGive a recording with "
            "--file.",
            exit_codes.CONFIG,
        )
    return path, settings


def rules_of(settings: Settings | None) -> "Rules":
    """The rules of the alarms of a config; those of a recording without one are the default."""
    from wallboard.inheritance import alarm_rules_of

    return alarm_rules_of(settings) if settings else {}


@contextmanager
def recording_errors(path: Path) -> Iterator[None]:
    """Turns what is wrong with a recording into words."""
    from wallboard.recorder.errors import DamagedError, RecordingError

    try:
        yield
    except DamagedError as error:
        raise CommandError(
            f"cannot read the recording: {error}\n{path}\nCheck it with `wallboard recording "
            "verify`."
        ) from None
    except RecordingError as error:
        raise CommandError(f"cannot use the recording: {error}\n{path}") from None


@contextmanager
def opened(path: Path) -> Iterator["Recording"]:
    """A recording to read. What goes wrong with it within is a ``CommandError``."""
    from wallboard.recorder.recording import Recording

    with left_on_ctrl_c(), recording_errors(path), Recording.open(path) as recording:
        yield recording


def asked_window(
    recording: "Recording",
    since: str | None,
    until: str | None,
    now: float | None = None,
    *,
    keys: Collection[EntryPointKey] | None = None,
    most_changes: int | None = None,
) -> "Window":
    """The window between two moments as they were written, or that of all that was recorded.

    It begins later, and that is said, where it would hold more than ``most_changes`` of ``keys``,
    or of all. ``now`` is Unix time in seconds. Raises ``click.UsageError``.
    """
    from wallboard.report.past.past import window_of

    now = time.time() if now is None else now
    recorded_spans = recording.recorded_spans()
    end = moment_of(until, now, "--until") if until else _end(recorded_spans, now)
    start = moment_of(since, now, "--since") if since else _beginning(recorded_spans, end)
    if since and start >= end:
        raise click.UsageError(
            f"--since ({moment_words(start)}) must be before --until ({moment_words(end)}); "
            "a time without a date means its last occurrence."
        )
    if most_changes is not None:
        start = _begun_later(recording, most_changes, start, end, keys)
    _say_what_was_recorded_twice(recording, start, end)
    window = window_of(start, end, recorded_spans, gap_seconds=recording.gap_seconds)
    if not window.recorded:
        warn(f"no data recorded in that time; {_holds(recorded_spans)}")
    return window


def _begun_later(
    recording: "Recording",
    most: int,
    start: float,
    end: float,
    keys: Collection[EntryPointKey] | None,
) -> float:
    later = recording.since_newest(most, start, end, keys)
    if later > start:
        warn(
            f"more than {most:,} changes; those before {moment_words(later)} are left out "
            "(see them with --until)"
        )
    return later


def _say_what_was_recorded_twice(recording: "Recording", start: float, end: float) -> None:
    twice = [
        f"{moment_words(span.first_at)} to {moment_words(span.last_at)}"
        for span in recording.recorded_twice()
        if span.first_at < end and span.last_at > start
    ]
    if twice:
        more = f" and {len(twice) - 1:,} other times" if len(twice) > 1 else ""
        warn(
            f"the clock was set back: {twice[0]}{more} was recorded more than once and is sorted "
            "by clock time"
        )


def moment_of(text: str, now: float, option: str) -> float:
    """A moment as written on the command line. Raises ``click.BadParameter``."""
    try:
        return moment(text, now)
    except MomentError as error:
        raise click.BadParameter(str(error), param_hint=[option]) from None


def chosen(recording: "Recording", words: Sequence[str]) -> list[EntryPoint]:
    """The entry points that ids, ranges and ``server:id`` name, in the order of the board.

    Raises ``CommandError`` for what is not in the recording.
    """
    from wallboard.config.selection import named_keys

    known = {entry_point.key: entry_point for entry_point, _ in recording.entry_points()}
    with config_errors():
        found = named_keys(words, known)
    return [entry_point for key, entry_point in known.items() if key in found]


def _beginning(recorded_spans: Sequence["Span"], end: float) -> float:
    return min([end, *(stretch.first_at for stretch in recorded_spans)])


def _end(recorded_spans: Sequence["Span"], now: float) -> float:
    # The clock that the recording went by may have been ahead of ours.
    return max([now, *(stretch.last_at for stretch in recorded_spans)])


def _holds(recorded_spans: Sequence["Span"]) -> str:
    if not recorded_spans:
        return "the recording is empty"
    first, last = recorded_spans[0].first_at, recorded_spans[-1].last_at
    return f"the recording holds {moment_words(first)} to {moment_words(last)}"


def moment_words(at: float) -> str:
    """The local time with its offset from UTC."""
    return datetime.fromtimestamp(at, UTC).astimezone().isoformat(" ", timespec="seconds")
