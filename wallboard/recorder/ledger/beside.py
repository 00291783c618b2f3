"""The ledger beside a recording, for whoever reads both."""

import math
from collections.abc import Collection
from pathlib import Path

from wallboard.domain.ledger_row import LedgerRow, RowKind
from wallboard.recorder.ledger.place import ledger_path
from wallboard.recorder.ledger.reader import LedgerReader


def rows_beside(
    recording: Path, since: float = -math.inf, kinds: Collection[RowKind] = tuple(RowKind)
) -> list[LedgerRow]:
    """The rows of some kinds from a moment on, Unix time in seconds; none without a ledger.

    Raises ``RecordingError``.
    """
    path = ledger_path(recording)
    if not path.exists():
        return []
    with LedgerReader(path) as ledger:
        return [row for row in ledger.rows(since) if row.kind in kinds]
