"""Notices an event loop that stands still, and says so where the loop itself no longer can."""

import asyncio
import logging
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

LATE_SECONDS = 3.0
"""How long the loop may be busy with one thing before that is said."""

_STEP_SECONDS = 0.5
_FRAMES = 3
"""Of the place where it stands, the innermost ones."""

log = logging.getLogger(__name__)


class Watchdog(threading.Thread):
    """Asks the loop for a sign of life, for as long as the loop runs.

    Where none comes for ``LATE_SECONDS``, the log says where the loop stands and ``on_late`` is
    called from this thread, every half second until ``on_time`` is. What this thread did not live
    through, as while the process was stopped, does not count.
    """

    def __init__(self, on_late: Callable[[float], None], on_time: Callable[[], None]) -> None:
        """Made on the loop's thread; ``on_late`` is given how long it stands still, in seconds."""
        super().__init__(daemon=True, name="watchdog")
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        self._on_late, self._on_time = on_late, on_time
        self._ended = threading.Event()

    def end(self) -> None:
        """Watch no longer."""
        self._ended.set()

    def run(self) -> None:
        """Watch until told to end, or until the loop is closed."""
        while not self._ended.wait(_STEP_SECONDS):
            alive = threading.Event()
            try:
                self._loop.call_soon_threadsafe(alive.set)
            except RuntimeError:
                return
            self._wait_for(alive)

    def _wait_for(self, alive: threading.Event) -> None:
        late = 0.0
        while not alive.wait(_STEP_SECONDS) and not self._ended.is_set():
            late += _STEP_SECONDS
            if late == LATE_SECONDS:
                log.error("The board stands still, at %s", self._place())
            if late >= LATE_SECONDS:
                self._on_late(late)
        if late >= LATE_SECONDS:
            self._on_time()
            log.error("The board stood still for %.0f s", late)

    def _place(self) -> str:
        frame = sys._current_frames().get(self._loop_thread)
        stack = traceback.extract_stack(frame)[-_FRAMES:] if frame else []
        return " < ".join(f"{at.name} ({Path(at.filename).name}:{at.lineno})" for at in stack[::-1])
