"""The options that say which alarms are meant, and the board whose they are, at rest."""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from wallboard.cli.options.recording import opened, recorded_board
from wallboard.cli.options.values import Command, entry_point_ids, stacked
from wallboard.cli.run.errors import CommandError, config_errors
from wallboard.domain.alarm import AlarmRules
from wallboard.domain.ledger_row import AlarmKey, LedgerRow
from wallboard.domain.snapshot import EntryPointStatus, Snapshot
from wallboard.frozen import frozen
from wallboard.settings import Settings


@frozen
class RecordedBoard:
    """A board with its alarms, by its recording and ledger; ``rules`` has all alarms of it.

    ``rows`` are those of the ledger that matter now.
    """

    recording: Path
    snapshot: Snapshot
    rules: Mapping[AlarmKey, AlarmRules]
    settings: Settings
    rows: Sequence[LedgerRow] = ()

    def newest_row(self, key: AlarmKey) -> float:
        """The latest date of the rows of an alarm, Unix time in seconds."""
        return max((row.at for row in self.rows if row.key == key), default=-math.inf)

    def statuses_of(self, key: AlarmKey) -> list[EntryPointStatus]:
        """The entry point of an alarm, or all those of a server."""
        return [
            status
            for one, status in self.snapshot.entry_points.items()
            if key in {AlarmKey.of(one), AlarmKey(one.server)}
        ]


def selection_options(command: Command) -> Command:
    """Adds ids and ``--filter``; take them with ``selected_alarms``."""
    return stacked(
        click.argument("ids", nargs=-1, metavar="[IDS]...", shell_complete=entry_point_ids),
        click.option("--filter", "query", metavar="WORDS",
                     help="Only what matches this filter, as on the wall: 'group:EMEA alarm:new'."),
    )(command)  # fmt: skip


@contextmanager
def recorded(file: Path | None, config: Path | None) -> Iterator[RecordedBoard]:
    """The board that is meant, as it is now. What goes wrong within is a ``CommandError``."""
    from wallboard.inheritance import alarm_rules_of, entry_points_of
    from wallboard.recorded_alarms import recorded_snapshot, rules_by_the_ledger_alone

    path, settings = recorded_board(file, config)
    with opened(path) as recording:
        points = entry_points_of(settings) if settings else recording.entry_points()
        rules = alarm_rules_of(settings) if settings else rules_by_the_ledger_alone(points)
        now = time.time()
        rows = _rows(path, now)
        snapshot = recorded_snapshot(recording, rows, points, rules, now)
        yield RecordedBoard(path, snapshot, rules, settings or Settings(), rows)


def _rows(recording: Path, now: float) -> list[LedgerRow]:
    from wallboard.recorded_alarms import current_rows

    with ledger_errors(recording):
        return current_rows(recording, now)


@contextmanager
def ledger_errors(recording: Path) -> Iterator[None]:
    """Turns what is wrong with the ledger of a recording into words."""
    from wallboard.recorder.errors import RecordingError
    from wallboard.recorder.paths import ledger_path

    try:
        yield
    except RecordingError as error:
        path = ledger_path(recording)
        raise CommandError(f"cannot use the ledger of alarms: {error}\n{path}") from None


def selected_alarms(
    board: RecordedBoard, ids: tuple[str, ...], query: str | None
) -> list[AlarmKey]:
    """The alarms that ids, ``server:id``, names of servers and a filter select, all of the board.

    Without any it is all of them. Raises ``CommandError`` or ``click.BadParameter``.
    """
    keys = list(board.rules)
    if ids:
        named = _named(board, ids)
        keys = [key for key in keys if key in named]
    if query is None:
        return keys
    from wallboard.query import parse

    wanted, snapshot = parse(query), board.snapshot
    found = {
        AlarmKey.of(key)
        for key, status in snapshot.entry_points.items()
        if wanted.matches(status, snapshot.at, snapshot.alarms.get(AlarmKey.of(key)))
    }
    if wanted.problem:
        raise click.BadParameter(f"{wanted.problem}.", param_hint=["--filter"])
    return [key for key in keys if key in found]


def _named(board: RecordedBoard, words: tuple[str, ...]) -> set[AlarmKey]:
    from wallboard.config.selection import named_keys

    servers = {key.server for key in board.rules if key.id is None and not key.server.isdigit()}
    whole = {AlarmKey(word) for word in words if word in servers}
    numbers = [word for word in words if word not in servers]
    with config_errors():
        points = named_keys(numbers, board.snapshot.entry_points) if numbers else set()
    return whole | {AlarmKey.of(key) for key in points}
