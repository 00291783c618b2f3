"""Keeps the status of a live board in its recording, for ``wallboard status``."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from wallboard.clock import running
from wallboard.domain.board_status import PointCounts, board_status
from wallboard.domain.snapshot import Snapshot

LOOK_SECONDS = 1.0
"""Between two looks at whether it has changed."""

AGAIN_SECONDS = 5.0
"""How often it is kept anew though it has not, so that a reader sees that somebody records."""

_MOMENTS = {"at", "newest_at"}

log = logging.getLogger(__name__)


class LiveStatus:
    """Looks at a living board now and then, and hands on its status."""

    def __init__(
        self,
        snapshot: Callable[[], Snapshot],
        longest_interval: Callable[[], float],
        keep: Callable[[Mapping[str, float]], None],
    ) -> None:
        """``snapshot`` is the whole board, ``longest_interval`` that of its polls in seconds."""
        self._snapshot = snapshot
        self._longest_interval = longest_interval
        self._keep = keep
        self._points = PointCounts()
        self._kept: Mapping[str, float] = {}
        self._kept_at = -AGAIN_SECONDS

    def look(self) -> None:
        """Hand on the status, if that has changed or it is time."""
        snapshot = self._snapshot()
        found = board_status(snapshot, self._points.of(snapshot), self._longest_interval())
        counts = {name: value for name, value in found.items() if name not in _MOMENTS}
        now = running()
        if counts != self._kept or now - self._kept_at >= AGAIN_SECONDS:
            self._kept, self._kept_at = counts, now
            self._keep(found)

    async def run(self, is_due: Callable[[], bool]) -> None:
        """Look for ever, while it ``is_due``."""
        while True:
            try:
                if is_due():
                    self.look()
            except Exception:  # a prompt must not cost the board
                log.exception("The status of the board could not be kept")
            await asyncio.sleep(LOOK_SECONDS)
