"""A board's end of a ledger: writes its rows, and reads what others wrote."""

import logging
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from wallboard.clock import TrustedClock, running
from wallboard.domain.ledger_row import LedgerRow
from wallboard.files import exists
from wallboard.frozen import frozen
from wallboard.recorder.errors import DamagedError, RecordingError
from wallboard.recorder.file.opening import inodes, set_aside
from wallboard.recorder.ledger.reader import PAGE, LedgerReader
from wallboard.recorder.ledger.schema import LEDGER
from wallboard.recorder.ledger.update import LedgerUpdate
from wallboard.recorder.ledger.writer import LedgerWriter
from wallboard.recorder.paths import RecordingFile

TRIM_SECONDS = 600.0
"""Between two looks for rows that are too old."""

log = logging.getLogger(__name__)


@frozen
class Exchange:
    """What came of writing and reading: all rows are on the disk unless it says why not.

    ``unwritten`` and ``unread`` are why something failed, ``read_only`` why this process may not
    write, all without the path; ``set_aside`` is where a damaged ledger was moved. ``more`` is new
    than was read.
    """

    update: LedgerUpdate = LedgerUpdate()
    unwritten: str = ""
    unread: str = ""
    read_only: str = ""
    set_aside: Path | None = None
    more: bool = False


class LedgerTap:
    """Exchanges rows with the ledger of one recording. For one thread at a time."""

    def __init__(
        self,
        place: RecordingFile,
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = running,
    ) -> None:
        """``place`` is the ledger, which need not be there. ``clock`` is Unix time in seconds."""
        self._place = place
        self._clock = clock
        self._monotonic = monotonic
        self._trusted_clock = TrustedClock(clock, monotonic)
        self._trim_at = 0.0
        self._writer = LedgerWriter(place, clock=clock)
        self._reader: LedgerReader | None = None

    @property
    def path(self) -> Path:
        """The file."""
        return self._place.path

    def exchange(
        self, rows: Sequence[LedgerRow], *, keep_days: float | None = None, again: bool = False
    ) -> Exchange:
        """Write rows and read what is new, rows of its own among it; or ``again`` all that matters.

        Whoever records gives ``keep_days``: it deletes what is older, and moves a damaged ledger
        out of the way. Rows that were not written are to be given again.
        """
        damage: DamagedError | None = None
        unwritten = unread = ""
        update = LedgerUpdate()
        try:
            if rows:
                self._writer.append(rows)
            if keep_days is not None:
                self._trim(keep_days)
        except DamagedError as error:
            damage, unwritten = error, str(error)
        except RecordingError as error:
            unwritten = str(error)
        try:
            update = self._read(again=again)
        except DamagedError as error:
            damage, unread = error, str(error)
        except RecordingError as error:
            unread = str(error)
        aside = self._set_aside(damage) if damage and keep_days is not None else None
        if aside:
            update = LedgerUpdate(whole=True)
        more = len(update.rows) == PAGE and not update.whole and not update.again
        return Exchange(update, unwritten, unread, why_read_only(self.path), aside, more)

    def close(self) -> None:
        """Close the file; the next exchange opens it again."""
        # The writer last: only it can put what is in the log into the file.
        self._close_reader()
        self._writer.close()

    def _read(self, *, again: bool) -> LedgerUpdate:
        try:
            if not exists(self._place.path):
                removed = self._reader is not None
                if removed:
                    log.warning("The ledger %s was removed. Starting a new one.", self._place.path)
                self._close_reader()
                return LedgerUpdate(whole=removed)
            if self._reader is None:
                self._reader = LedgerReader(self._place.path)
            return self._reader.read_update(self._clock(), again=again)
        except RecordingError:
            self._close_reader()
            raise
        except OSError as error:
            self._close_reader()
            raise RecordingError(error.strerror or str(error)) from None

    def _trim(self, keep_days: float) -> None:
        now = self._monotonic()
        if now < self._trim_at or not exists(self._place.path):
            return
        # A clock that was just set could delete all of it.
        if (trusted := self._trusted_clock.now()) is not None:
            self._writer.trim(trusted - keep_days * 86_400)
        self._trim_at = now + TRIM_SECONDS

    def _close_reader(self) -> None:
        if self._reader:
            self._reader.close()
            self._reader = None

    def _set_aside(self, damage: DamagedError) -> Path | None:
        path = self._place.path
        before = inodes(path)[0]
        self.close()
        with suppress(OSError, RecordingError):
            # Whoever recorded before may just have done so.
            if inodes(path)[0] == before and before is not None:
                aside = set_aside(path, self._clock(), LEDGER)
                log.warning("Damaged ledger moved to %s: %s. Starting a new one.", aside, damage)
                return aside
        return None


def why_read_only(path: Path) -> str:
    """Why this process may not write the ledger at a path, without that; empty if it may."""
    if exists(path) and not os.access(path, os.R_OK | os.W_OK):
        return "no write permission"
    if not os.access(path.parent, os.W_OK | os.X_OK):
        return f"no write permission for the directory {path.parent}"
    return ""
