"""``wallboard alarms ack|shelve|unshelve|note``: what people do about alarms."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from wallboard.cli.options.alarms import (
    RecordedBoard,
    ledger_errors,
    recorded,
    selected_alarms,
    selection_options,
)
from wallboard.cli.options.recording import recording_options
from wallboard.cli.run import exit_codes
from wallboard.cli.run.errors import CommandError
from wallboard.domain.alarm_requests import (
    Asker,
    RequestRefusedError,
    acknowledged,
    after_what_was_seen,
    noted,
    shelved,
    unshelved,
)
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, moment
from wallboard.parse_time import MomentError, moment_to_come

MOST_NAMED = 5
"""Alarms that are named one by one; the rest is counted."""


@click.command(
    "ack",
    short_help="Acknowledge alarms: I am on it.",
    help="""\
Acknowledge alarms, which says "I am on it", with a reason of at least one word.

IDS are numbers, ranges such as 1005-1010, `server:1000`, or the name of a server for its own
alarm. Only what stands, or is over and nobody looked, is acknowledged; what somebody else has is
left to them. Exit status: 0 acknowledged, 64 usage, 69 nothing to acknowledge, or not written.
""",
    epilog="""\b
Examples:
  wallboard alarms ack 1000 --why "restarting the service"
  wallboard alarms ack prod --why "network is looking"
  wallboard alarms ack --filter "group:EMEA alarm:new" --why "data centre move"
""",
)
@selection_options
@click.option("--all", "all_alarms", is_flag=True, help="All alarms that stand.")
@click.option("--why", metavar="TEXT", required=True, help="The reason.")
@recording_options
def acknowledge(
    ids: tuple[str, ...],
    query: str | None,
    all_alarms: bool,
    why: str,
    file: Path | None,
    config: Path | None,
) -> int:
    if all_alarms == (bool(ids) or query is not None):
        raise click.UsageError("Name entry points or servers, or give --filter; or give --all.")
    with recorded(file, config) as board, _refusals():
        keys = selected_alarms(board, ids, query)
        rows = acknowledged(_asker(board), board.snapshot.alarms, keys, why)
        _write(board, rows)
        click.echo(f"Acknowledged {_counted(board, rows)}")
    return exit_codes.OK


@click.command(
    "shelve",
    short_help="Shelve alarms for some time: not now.",
    help="""\
Shelve alarms, which says "not now": for some time, at most `shelve_max` of the config (24 hours).

Says how many alarms that covers and asks. All of a board cannot be shelved at once.
""",
    epilog="""\b
Examples:
  wallboard alarms shelve 1000 --for 1h
  wallboard alarms shelve --filter group:EMEA --until 18:00 --why "vendor is on it" --yes
""",
)
@selection_options
@click.option("--for", "seconds", metavar="TIME", help="For how long: 15m, 1h, 4h.")
@click.option("--until", metavar="TIME", help="Until when: 18:00, tomorrow 08:00.")
@click.option("--why", metavar="TEXT", default="", help="The reason.")
@click.option("-y", "--yes", is_flag=True, help="Shelve without confirmation.")
@recording_options
def shelve(
    ids: tuple[str, ...],
    query: str | None,
    seconds: str | None,
    until: str | None,
    why: str,
    yes: bool,
    file: Path | None,
    config: Path | None,
) -> int:
    from wallboard.domain.time_span import span
    from wallboard.report.words.figures import clock

    _demand_selection(ids, query)
    if (seconds is None) == (until is None):
        raise click.UsageError("Give either --for 1h or --until 18:00.")
    now = time.time()
    end = _moment_to_come(seconds, now, "--for") if seconds else now
    end = _moment_to_come(until, now, "--until") if until else end
    if not yes and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise click.UsageError("No terminal for confirmation; use --yes.")
    with recorded(file, config) as board, _refusals():
        keys, longest = selected_alarms(board, ids, query), board.settings.alarm.shelve_max
        rows = shelved(_asker(board), board.rules, keys, end, why, longest=longest)
        words = f"{_counted(board, rows)} until {clock(end, now)} ({span(end - now)})"
        if not yes and not click.confirm(f"Shelve {words}?", err=True):
            return exit_codes.INTERRUPTED
        _write(board, rows)
        click.echo(f"Shelved {words}")
    return exit_codes.OK


@click.command(
    "unshelve",
    short_help="End the shelves of alarms.",
    help="End the shelves of alarms; what stands calls again.",
    epilog="""\b
Examples:
  wallboard alarms unshelve 1000
  wallboard alarms unshelve --filter alarm:shelved
""",
)
@selection_options
@recording_options
def unshelve(
    ids: tuple[str, ...], query: str | None, file: Path | None, config: Path | None
) -> int:
    _demand_selection(ids, query)
    with recorded(file, config) as board, _refusals():
        keys = selected_alarms(board, ids, query)
        rows = unshelved(_asker(board), board.snapshot.alarms, keys)
        _write(board, rows)
        click.echo(f"Unshelved {_counted(board, rows)}")
    return exit_codes.OK


@click.command(
    "note",
    short_help="Write a note on an entry point, a server or the board.",
    help="""\
Write a note on the timeline of entry points or servers; without any, on the board.
""",
    epilog="""\b
Examples:
  wallboard alarms note --text "release 12.6 goes live at 22:00"
  wallboard alarms note 1000 --text "new queue since today"
""",
)
@selection_options
@click.option("--text", metavar="TEXT", required=True, help="The note.")
@recording_options
def note(
    ids: tuple[str, ...], query: str | None, text: str, file: Path | None, config: Path | None
) -> int:
    with recorded(file, config) as board, _refusals():
        some = bool(ids) or query is not None
        keys: Sequence[AlarmKey | None] = selected_alarms(board, ids, query) if some else [None]
        rows = [noted(_asker(board), key, text) for key in keys]
        if not rows:
            raise RequestRefusedError("Nothing is selected.")
        _write(board, rows)
        click.echo(f"Noted on {_names(board, rows)}")
    return exit_codes.OK


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except RequestRefusedError as error:
        raise CommandError(str(error)) from None


def _demand_selection(ids: tuple[str, ...], query: str | None) -> None:
    if not ids and query is None:
        raise click.UsageError("Name entry points or servers, or give --filter.")


def _asker(board: RecordedBoard) -> Asker:
    from wallboard.recorder.user import user_at_host

    return Asker(user_at_host(), moment(board.snapshot.at), board.settings.title)


def _moment_to_come(text: str, now: float, option: str) -> float:
    try:
        return moment_to_come(text, now)
    except MomentError as error:
        raise click.BadParameter(str(error), param_hint=[option]) from None


def _write(board: RecordedBoard, rows: Sequence[LedgerRow]) -> None:
    from wallboard.recorder.ledger.tap import why_read_only
    from wallboard.recorder.ledger.writer import LedgerWriter
    from wallboard.recorder.paths import RecordingFile, ledger_file

    path = board.recording
    place = ledger_file(RecordingFile(path, path.stat().st_mode & 0o666))
    if why := why_read_only(place.path):
        raise CommandError(f"cannot write the ledger of alarms: {why}\n{place.path}")
    with ledger_errors(path):
        writer = LedgerWriter(place)
        try:
            writer.append(after_what_was_seen(rows, board.newest_row))
        finally:
            writer.close()


def _counted(board: RecordedBoard, rows: Sequence[LedgerRow]) -> str:
    count = len(rows)
    return f"{count:,} alarm{'' if count == 1 else 's'}: {_names(board, rows)}"


def _names(board: RecordedBoard, rows: Sequence[LedgerRow]) -> str:
    from wallboard.report.now.alarms import names_of
    from wallboard.report.words.alarms import whose_alarm

    names = names_of(board.snapshot)
    words = [whose_alarm(row.key, names) for row in rows[:MOST_NAMED]]
    more = [f"and {len(rows) - MOST_NAMED:,} more"] if len(rows) > MOST_NAMED else []
    return ", ".join([*words, *more])
