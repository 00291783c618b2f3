"""Opens, writes and trims the recording of a board, and sets a damaged one aside."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from wallboard.board import Folded
from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.policy import Policy
from wallboard.recorder.file.opening import demand_once_recorded
from wallboard.recorder.paths import RecordingFile
from wallboard.recorder.writing.retention import Retention, TrustedClock
from wallboard.recorder.writing.writer import Writer

TRIM_SECONDS = 10.0
"""Between two checks of the retention; while there is more to trim, each commit trims."""

LOOK_SECONDS = 5.0
"""Between two checks that the file was not replaced."""

STOPPED_SECONDS = 1.0
"""A wake-up this late means that the process or the machine was stopped."""

MOST_WAITING = 200_000
"""Runs, samples and changes that are kept while the disk cannot be written."""

Beside = ("", "-wal", "-shm")


class Keeper:
    """One recording, open or not; used by one thread."""

    def __init__(
        self,
        place: RecordingFile,
        retention: Retention,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self.retention = retention
        self._place = place
        self._clock = clock
        self._monotonic = monotonic
        self._trusted_clock = TrustedClock(clock, monotonic)
        self._writer: Writer | None = None
        self._files: _Files = ()
        self._listed: tuple[Sequence[tuple[EntryPoint, Policy]], str, float] | None = None
        self._unlisted = False
        self._trim_at = self._look_at = 0.0

    def open(self) -> None:
        """Open the file if it is not open or was replaced by another.

        Raises ``RecordingError``.
        """
        now = self._monotonic()
        if self._writer and now >= self._look_at:
            self._look_at = now + LOOK_SECONDS
            if _files(self._place.path) != self._files:
                # What a removed log holds would be lost with us, and nobody else sees it.
                self._writer.checkpoint()
                self.let_go()
        if self._writer is None:
            self._writer = Writer.open(self._place.path, mode=self._place.mode, clock=self._clock)
            self._files = _files(self._place.path)
            self._unlisted = True
        if self._unlisted and self._listed:
            self._writer.listed(*self._listed)
            self._unlisted = False

    def list(
        self,
        entry_points: Sequence[tuple[EntryPoint, Policy]],
        title: str,
        longest_poll: float = 0.0,
    ) -> None:
        """Set what is on the board, to be written the next time ``open`` is called."""
        self._listed, self._unlisted = (entry_points, title, longest_poll), True

    def keep(self, batch: Sequence[Folded]) -> None:
        """Write events, and trim if it is time. Raises ``RecordingError``."""
        if self._writer is None:
            return
        self._writer.write(batch)
        now = self._monotonic()
        if now >= self._trim_at:
            more = self._writer.trim(self.retention, self._trusted_clock.now())
            self._trim_at = now if more else now + TRIM_SECONDS

    def woken(self, late_seconds: float) -> None:
        """Report a wake-up that was ``late_seconds`` late: the process may have been stopped."""
        if self._writer and late_seconds > STOPPED_SECONDS:
            self._writer.builder.note_pause(self._clock(), late_seconds)

    def shed(self) -> int:
        """Drop what waits if it is too much; returns how many items that was."""
        if self._writer and self._writer.waiting > MOST_WAITING:
            return self.give_up()
        return 0

    def give_up(self) -> int:
        """Drop what waits and reopen the file the next time; returns how many items that was."""
        waiting = self._writer.waiting if self._writer else 0
        self.let_go()
        return waiting

    def set_aside(self) -> Path:
        """Rename a damaged file, so that it can still be examined; returns its new path.

        Raises ``OSError``, and ``RecordingError`` for one that never was a recording.
        """
        self.let_go()
        path = self._place.path
        demand_once_recorded(path)
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(self._clock()))
        aside = path.with_name(f"{path.name}.damaged-{stamp}")
        number = 1
        while aside.exists():
            number += 1
            aside = path.with_name(f"{path.name}.damaged-{stamp}-{number}")
        # The database last: its log and index belong to the file of that name.
        for suffix in reversed(Beside):
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
        return aside

    def close(self) -> None:
        """Write everything, seal the segment and close the file. Raises ``RecordingError``."""
        if self._writer:
            writer, self._writer = self._writer, None
            writer.close()

    def let_go(self) -> None:
        """Close the file without writing what waits."""
        if self._writer:
            writer, self._writer = self._writer, None
            writer.database.close()


_Files = tuple[tuple[int, int] | None, ...]


def _files(path: Path) -> _Files:
    """What tells the file and those beside it from others of their names."""
    return tuple(_identity(f"{path}{suffix}") for suffix in Beside)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - never raises but OSError
    except OSError:
        return None
    return found.st_dev, found.st_ino
