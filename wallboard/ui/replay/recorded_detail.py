"""Adds the recorded past to the entry point that the drill-down shows."""

from collections.abc import Callable, Hashable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wallboard.board import EntryPointStatus
from wallboard.domain.endpoint import EntryPointKey
from wallboard.ui.picture.background_read import BackgroundRead
from wallboard.ui.picture.view import View

if TYPE_CHECKING:
    from wallboard.recorder.recording import Recording
    from wallboard.ui.picture.recorded_entry_point import RecordedEntryPoint


class RecordedDetail:
    """Reads in a thread, once for each entry point and moment."""

    def __init__(self, done: Callable[[], None]) -> None:
        self._background_read: BackgroundRead[RecordedEntryPoint | None] = BackgroundRead(done)
        self._merged: tuple[Hashable, EntryPointStatus] | None = None

    def shown(
        self, view: View, key: EntryPointKey | None, source: "Recording | Path | None", turn: int
    ) -> View:
        """The view with the recorded past of an entry point.

        Another ``turn`` has the past read again.
        """
        status = view.snapshot.entry_points.get(key) if key else None
        if key is None or status is None or source is None:
            self._background_read.forget()
            return view
        at, interval = view.now, status.policy.interval
        self._background_read.want((key, turn), lambda: _read(source, key, at, interval))
        past, found_for = self._background_read.found, self._background_read.found_for
        if past is None or not isinstance(found_for, tuple) or found_for[0] != key:
            return view
        whole = {**view.snapshot.entry_points, key: self._merged_status(status, past)}
        return replace(view, snapshot=replace(view.snapshot, entry_points=whole))

    async def stop(self) -> None:
        """Wait for the read that runs."""
        await self._background_read.stop()

    def _merged_status(
        self, status: EntryPointStatus, past: "RecordedEntryPoint"
    ) -> EntryPointStatus:
        from wallboard.ui.picture.recorded_entry_point import merged

        merged_of = (id(status), id(past))
        if self._merged is None or self._merged[0] != merged_of:
            self._merged = (merged_of, merged(status, past))
        return self._merged[1]


def _read(
    source: "Recording | Path", key: EntryPointKey, at: float, interval: float
) -> "RecordedEntryPoint | None":
    from wallboard.recorder.recording import Recording
    from wallboard.ui.picture.recorded_entry_point import read_recorded

    if isinstance(source, Path):
        with closing(Recording.open(source)) as recording:
            return read_recorded(recording, key, at, interval)
    return read_recorded(source, key, at, interval)
