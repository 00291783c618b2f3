"""Puts behind the entry point that is drilled into what only the recording still knows."""

from collections.abc import Callable, Hashable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wallboard.board import EntryPointStatus
from wallboard.domain.endpoint import EntryPointKey
from wallboard.ui.picture.background_read import Errand
from wallboard.ui.picture.view import View

if TYPE_CHECKING:
    from wallboard.recorder.recording import Recording
    from wallboard.ui.picture.merge_recorded import Recollection


class Hindsight:
    """Reads off the main thread, once for each entry point and moment that is looked at."""

    def __init__(self, done: Callable[[], None]) -> None:
        self._errand: Errand[Recollection | None] = Errand(done)
        self._merged: tuple[Hashable, EntryPointStatus] | None = None

    def shown(
        self, view: View, key: EntryPointKey | None, source: "Recording | Path | None", turn: int
    ) -> View:
        """The picture with all that is known of an entry point.

        ``turn`` differs when the past has to be read anew.
        """
        status = view.snapshot.entry_points.get(key) if key else None
        if key is None or status is None or source is None:
            self._errand.forget()
            return view
        at, interval = view.now, status.policy.interval
        self._errand.want((key, turn), lambda: _read(source, key, at, interval))
        past, found_for = self._errand.found, self._errand.found_for
        if past is None or not isinstance(found_for, tuple) or found_for[0] != key:
            return view
        whole = {**view.snapshot.entry_points, key: self._together(status, past)}
        return replace(view, snapshot=replace(view.snapshot, entry_points=whole))

    async def stop(self) -> None:
        """Wait for what is being read."""
        await self._errand.stop()

    def _together(self, status: EntryPointStatus, past: "Recollection") -> EntryPointStatus:
        from wallboard.ui.picture.merge_recorded import together

        merged_of = (id(status), id(past))
        if self._merged is None or self._merged[0] != merged_of:
            self._merged = (merged_of, together(status, past))
        return self._merged[1]


def _read(
    source: "Recording | Path", key: EntryPointKey, at: float, interval: float
) -> "Recollection | None":
    from wallboard.recorder.recording import Recording
    from wallboard.ui.picture.merge_recorded import recollect

    if isinstance(source, Path):
        with closing(Recording.open(source)) as recording:
            return recollect(recording, key, at, interval)
    return recollect(source, key, at, interval)
