"""The ledger of this machine as its exchange with the bus sees it, and how far that has come."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from wallboard.domain.ledger_row import LedgerRow
from wallboard.files import exists, read_file, replaced
from wallboard.frozen import frozen
from wallboard.recorder.file.opening import inodes
from wallboard.recorder.ledger.reader import LedgerReader
from wallboard.recorder.ledger.writer import LedgerWriter
from wallboard.recorder.paths import RecordingFile, ledger_file

SHARED_DAYS = 35.0
"""Rows of so long are compared with those of a bus that is met for the first time: no shelf is
longer. What an alarm that stands goes by is, however old."""

MOST_COMPARED = 50_000
"""Rows that are compared, the newest."""

_LONGEST_NOTE = 4096


@frozen
class Progress:
    """How far the exchange with one bus has come.

    ``epoch`` is that of the bus. All of its rows up to ``stored``, a number of its stream, are in
    the ``file``, and all rows of the file up to ``row`` are on the bus.
    """

    epoch: int = 0
    stored: int = 0
    file: tuple[int, int] = (0, 0)
    row: int = 0


@frozen
class Page:
    """Rows that were written after one, how many there are in all, and the number of the last."""

    rows: tuple[LedgerRow, ...] = ()
    count: int = 0
    last: int = 0


class LocalLedger:
    """The ledger beside one recording; for one thread at a time.

    Its methods raise ``RecordingError``, and ``OSError`` where the folder cannot be used.
    """

    def __init__(self, recording: RecordingFile) -> None:
        """No file need be there; it is made when rows are to be written."""
        self._place = ledger_file(recording)
        self._writer = LedgerWriter(self._place)
        self._reader: LedgerReader | None = None
        self._note = self._place.path.with_name(f"{self._place.path.name}.bus")

    @property
    def path(self) -> Path:
        """The file."""
        return self._place.path

    def progress(self) -> Progress:
        """What was noted last of this file; nothing where it is another one, or is not there."""
        with suppress(OSError, ValueError, TypeError):
            found = json.loads(read_file(self._note, _LONGEST_NOTE))
            numbers = [int(found[name]) for name in ("epoch", "stored", "device", "inode", "row")]
            epoch, stored, device, inode, row = numbers
            if (device, inode) == self.file() and row <= self._newest():
                return Progress(epoch, stored, (device, inode), row)
        return Progress()

    def note(self, progress: Progress) -> None:
        """Note how far the exchange has come; the rows must be on the disk by now."""
        device, inode = progress.file
        values = {"epoch": progress.epoch, "stored": progress.stored, "row": progress.row}
        data = json.dumps({**values, "device": device, "inode": inode}).encode()
        with replaced(self._note, mode=self._place.mode & 0o644, synced=False) as file:
            file.write(data)

    def file(self) -> tuple[int, int]:
        """Which file it is at present."""
        return inodes(self._place.path)[0] or (0, 0)

    def written_after(self, row: int) -> Page:
        """The next rows after a number, in the order in which they were written."""
        reader = self._opened()
        if reader is None:
            return Page()
        rows, count = reader.written_after(row)
        return Page(tuple(rows), count, rows[-1].number if rows else row)

    def compared(self, now: float, keep_days: float) -> Page:
        """The rows to compare with those of a bus; ``last`` is the newest of the file."""
        reader = self._opened()
        if reader is None:
            return Page()
        since = now - min(SHARED_DAYS, keep_days) * 86_400
        last = self._newest()
        rows = {row.number: row for row in reader.current_rows(now)}
        rows |= {row.number: row for row in reader.rows(since)}
        found = sorted(rows.values(), key=lambda row: row.number)[-MOST_COMPARED:]
        return Page(tuple(found), len(found), last)

    def append(self, rows: Sequence[LedgerRow]) -> int:
        """Write rows of the bus, less those that are there, to the disk; how many it wrote."""
        return self._writer.append([replace(row, number=0) for row in rows])

    def close(self) -> None:
        """Let go of the file."""
        self._close_reader()
        self._writer.close()

    def _newest(self) -> int:
        reader = self._opened()
        return reader.newest() if reader else 0

    def _opened(self) -> LedgerReader | None:
        if not exists(self._place.path):
            self._close_reader()
            return None
        if self._reader is None:
            self._reader = LedgerReader(self._place.path)
        return self._reader

    def _close_reader(self) -> None:
        if self._reader:
            self._reader.close()
            self._reader = None
