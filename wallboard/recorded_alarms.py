"""The board with its alarms at a moment, by a recording and the ledger beside it alone."""

import math
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from wallboard.alarm_board import AlarmBoard
from wallboard.board import Board
from wallboard.domain.alarm import AlarmRules
from wallboard.domain.blind import Blindness
from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.ledger_row import AlarmKey, LedgerRow
from wallboard.domain.policy import Policy
from wallboard.domain.snapshot import Snapshot
from wallboard.recorder.ledger.place import ledger_path
from wallboard.recorder.ledger.reader import LedgerReader
from wallboard.recorder.recording import Recording

BY_THE_LEDGER_ALONE = AlarmRules(raise_for=math.inf, clear_for=math.inf)
"""The rules of an alarm whose own are not known: it is raised and is over by rows alone."""


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


def rules_by_the_ledger_alone(
    entry_points: Sequence[tuple[EntryPoint, Policy]],
) -> dict[AlarmKey, AlarmRules]:
    """Rules for the alarms of a board whose config is not known."""
    keys = [entry_point.key for entry_point, _ in entry_points]
    servers = dict.fromkeys(AlarmKey(key.server) for key in keys)
    return dict.fromkeys([*servers, *map(AlarmKey.of, keys)], BY_THE_LEDGER_ALONE)


def rows_that_matter(recording: Path, now: float) -> list[LedgerRow]:
    """The rows of the ledger beside a recording that say how all alarms stand ``now``.

    None where there is no ledger. Raises ``RecordingError``.
    """
    path = ledger_path(recording)
    if not path.exists():
        return []
    with closing(LedgerReader(path)) as ledger:
        return list(ledger.news(now).rows)
