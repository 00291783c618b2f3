"""The ledger beside a recording, for whoever reads both."""

from pathlib import Path

from wallboard.domain.ledger_row import LedgerRow
from wallboard.recorder.ledger.place import ledger_path
from wallboard.recorder.ledger.reader import LedgerReader


def rows_beside(recording: Path, since: float) -> list[LedgerRow]:
    """The rows from a moment on, Unix time in seconds; none where there is no ledger.

    Raises ``RecordingError``.
    """
    path = ledger_path(recording)
    if not path.exists():
        return []
    with LedgerReader(path) as ledger:
        return list(ledger.rows(since))
