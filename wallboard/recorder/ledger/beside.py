"""The ledger beside a recording, for whoever reads both."""

import math
from collections.abc import Collection
from pathlib import Path

from wallboard.domain.ledger_row import LedgerRow, RowKind
from wallboard.domain.sight import SIGHT
from wallboard.recorder.ledger.place import ledger_path
from wallboard.recorder.ledger.reader import LedgerReader


def rows_beside(
    recording: Path, since: float = -math.inf, kinds: Collection[RowKind] = tuple(RowKind)
) -> list[LedgerRow]:
    """The rows of some kinds from a moment on, Unix time in seconds; none without a ledger.

    Before them is the one that says whether this machine had a network then.
    Raises ``RecordingError``.
    """
    path = ledger_path(recording)
    if not path.exists():
        return []
    with LedgerReader(path) as ledger:
        before = [] if math.isinf(since) else ledger.rows_at(since)
        sight = [row for row in before if row.kind in SIGHT and row.at < since]
        return [row for row in (*sight, *ledger.rows(since)) if row.kind in kinds]
