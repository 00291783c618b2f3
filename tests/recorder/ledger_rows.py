"""Rows of a ledger, as engines and people would write them."""

from contextlib import closing
from pathlib import Path

from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.policy import Level
from wallboard.recorder.ledger.reader import LedgerReader
from wallboard.recorder.ledger.writer import LedgerWriter
from wallboard.recorder.paths import RecordingFile

START = 1_790_000_000.0
"""Unix time in seconds."""

SALES = AlarmKey("prod", 1000)
SERVER = AlarmKey("prod")


def raised(onset: float, key: AlarmKey = SALES, *, after: float = 30.0) -> LedgerRow:
    """An alarm raised so long after its onset, which is ``onset`` seconds after ``START``."""
    return LedgerRow(
        at=START + onset + after,
        kind=RowKind.RAISED,
        key=key,
        onset=START + onset,
        level=Level.CRITICAL,
        verdict="service_not_running",
    )


def said(kind: RowKind, at: float, onset: float | None = None, **more) -> LedgerRow:
    """What somebody said, ``at`` seconds after ``START``."""
    given = {"key": SALES, "who": "ana@jump1", "text": "on it"} | more
    began = None if onset is None else START + onset
    return LedgerRow(at=START + at, kind=kind, onset=began, **given)


def writer_of(path: Path, mode: int = 0o600) -> LedgerWriter:
    return LedgerWriter(RecordingFile(path, mode), clock=lambda: START)


def written(path: Path, *rows: LedgerRow) -> None:
    """Append rows, and let go of the file."""
    with closing(writer_of(path)) as writer:
        writer.append(rows)


def kept(path: Path) -> list[LedgerRow]:
    """All rows of a ledger in the order of time."""
    with LedgerReader(path) as reader:
        return list(reader.rows())
