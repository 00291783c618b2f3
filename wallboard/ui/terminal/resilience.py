"""Keeps the board running after an error in a widget, and reports a blocked event loop."""

import asyncio
import logging
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from pathlib import Path

from textual import events
from textual.message import Message
from textual.message_pump import MessagePump

OUTLIVED = (events.InputEvent, events.Paste, events.Resize, events.Show, events.Hide)
"""What a terminal does, and what that does to a widget."""

MOST = 20
WITHIN_SECONDS = 60.0
"""More errors than so many in so long a time have no end."""

log = logging.getLogger(__name__)

_failed_at: deque[float] = deque(maxlen=MOST)

_dispatch_message = MessagePump._dispatch_message


async def _dispatch_and_outlive(self: MessagePump, message: Message) -> None:
    try:
        await _dispatch_message(self, message)
    except Exception as error:
        if not (isinstance(message, OUTLIVED) and self.app.is_running) or _is_endless():
            raise
        log.error("What came from the terminal could not be done", exc_info=error)


def _is_endless() -> bool:
    now = time.monotonic()
    _failed_at.append(now)
    return len(_failed_at) == MOST and now - _failed_at[0] < WITHIN_SECONDS


def outlive() -> None:
    """Have the errors of all widgets outlived, from now on."""
    MessagePump._dispatch_message = _dispatch_and_outlive  # type: ignore[method-assign]


LATE_SECONDS = 3.0
"""How long the loop may be busy with one thing before that is said."""

_STEP_SECONDS = 0.5
_FRAMES = 3
"""Of the place where it stands, the innermost ones."""


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
