"""The board with its alarms at a moment, by a recording and the ledger beside it alone."""

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from wallboard.alarm_board import AlarmBoard
from wallboard.backtest import alarms_by_rules
from wallboard.board import Board
from wallboard.domain.alarm import Alarm, AlarmRules
from wallboard.domain.blind import Blindness
from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.event import RecordedBoard
from wallboard.domain.ledger_row import AlarmKey, LedgerRow
from wallboard.domain.policy import Policy
from wallboard.domain.snapshot import Folded, Snapshot
from wallboard.files import exists
from wallboard.frozen import frozen
from wallboard.recorder.ledger.reader import LedgerReader
from wallboard.recorder.paths import ledger_path
from wallboard.recorder.recording import Recording

BY_THE_LEDGER_ALONE = AlarmRules(raise_for=math.inf, clear_for=math.inf)
"""The rules of an alarm whose own are not known: it is raised and is over by rows alone."""

_DEFAULT_RULES = AlarmRules()


def recorded_snapshot(
    recording: Recording,
    rows: Sequence[LedgerRow],
    entry_points: Sequence[tuple[EntryPoint, Policy]],
    rules: Mapping[AlarmKey, AlarmRules],
    now: float,
) -> Snapshot:
    """The newest recorded board with its alarms, as they stand ``now``, Unix time in seconds.

    Raises ``RecordingError``.
    """
    board = Board(entry_points)
    alarms = AlarmBoard(rules)
    for row in rows:
        alarms.apply(row)
    alarms.fold(board.fold(recording.newest_board(now)))
    alarms.advance(now)
    snapshot = board.snapshot(now)
    return Blindness().shown(
        replace(snapshot, alarms=alarms.alarms, blind_since=alarms.blind_since)
    )


@frozen
class PastAlarms:
    """The alarms of a board at a past moment, and since when this machine had no network then.

    ``ledger`` are the rows that led to it, oldest first.
    """

    alarms: Mapping[AlarmKey, Alarm]
    blind_since: float | None
    ledger: tuple[LedgerRow, ...] = ()


def alarms_at(
    recording: Recording, path: Path, snapshot: Snapshot, rules: Mapping[AlarmKey, AlarmRules]
) -> PastAlarms:
    """The alarms at the moment of a snapshot of the past; ``path`` is that of the recording.

    They are as the ledger has them. Of before it was begun they are what ``rules`` would have made
    of the time before. Raises ``RecordingError``.
    """
    keys = [AlarmKey.of(key) for key in snapshot.entry_points]
    keys += [AlarmKey(server) for server in dict.fromkeys(key.server for key in keys)]
    of_board = {key: rules.get(key, _DEFAULT_RULES) for key in keys}
    rows = _rows_at(ledger_path(path), snapshot.at)
    if rows is None:
        alarms = alarms_by_rules(recording, of_board, snapshot.at)
    else:
        alarms = _by_the_ledger(rows, of_board, snapshot)
    ledger = tuple(sorted(rows or (), key=lambda row: row.at))
    return PastAlarms(alarms.alarms, alarms.blind_since, ledger)


def alarms_by_ledger(
    recording: Path, rules: Mapping[AlarmKey, AlarmRules], snapshot: Snapshot
) -> Mapping[AlarmKey, Alarm]:
    """The alarms of a board that was asked just now, as the ledger beside a recording has them.

    Raises ``RecordingError``.
    """
    return _by_the_ledger(current_rows(recording, snapshot.at), rules, snapshot).alarms


def _by_the_ledger(
    rows: Iterable[LedgerRow], rules: Mapping[AlarmKey, AlarmRules], snapshot: Snapshot
) -> AlarmBoard:
    alarms = AlarmBoard(rules, decides=False)
    for row in rows:
        alarms.apply(row)
    board = RecordedBoard(snapshot.at, (), tuple(snapshot.servers.values()))
    alarms.fold(Folded(board, tuple(snapshot.entry_points.values())))
    alarms.advance(snapshot.at)
    return alarms


def _rows_at(path: Path, at: float) -> list[LedgerRow] | None:
    """The rows that matter at a moment; ``None`` of before the ledger was begun."""
    if not exists(path):
        return None
    with closing(LedgerReader(path)) as ledger:
        first_at = ledger.first_at()
        return None if first_at is None or at < first_at else ledger.rows_at(at)


def rules_by_the_ledger_alone(
    entry_points: Sequence[tuple[EntryPoint, Policy]],
) -> dict[AlarmKey, AlarmRules]:
    """Rules for the alarms of a board whose config is not known."""
    keys = [entry_point.key for entry_point, _ in entry_points]
    servers = dict.fromkeys(AlarmKey(key.server) for key in keys)
    return dict.fromkeys([*servers, *map(AlarmKey.of, keys)], BY_THE_LEDGER_ALONE)


def current_rows(recording: Path, now: float) -> list[LedgerRow]:
    """The rows of the ledger beside a recording that say how all alarms stand ``now``.

    None where there is no ledger. Raises ``RecordingError``.
    """
    path = ledger_path(recording)
    if not exists(path):
        return []
    with closing(LedgerReader(path)) as ledger:
        return list(ledger.read_update(now).rows)
