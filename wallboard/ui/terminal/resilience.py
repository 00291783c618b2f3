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

SURVIVABLE = (events.InputEvent, events.Paste, events.Resize, events.Show, events.Hide)
"""Messages whose errors do not end the app."""

MOST = 20
WITHIN_SECONDS = 60.0
"""With so many errors in so long a time the app ends."""

log = logging.getLogger(__name__)

_failed_at: deque[float] = deque(maxlen=MOST)

_dispatch_message = MessagePump._dispatch_message


async def _dispatch_and_survive(self: MessagePump, message: Message) -> None:
    try:
        await _dispatch_message(self, message)
    except Exception as error:
        if not (isinstance(message, SURVIVABLE) and self.app.is_running) or _is_endless():
            raise
        log.error("What came from the terminal could not be done", exc_info=error)


def _is_endless() -> bool:
    now = time.monotonic()
    _failed_at.append(now)
    return len(_failed_at) == MOST and now - _failed_at[0] < WITHIN_SECONDS


def survive_widget_errors() -> None:
    """Log errors that input causes in a widget, instead of ending the app as Textual does."""
    MessagePump._dispatch_message = _dispatch_and_survive  # type: ignore[method-assign]


LATE_SECONDS = 3.0
"""How long the loop may be blocked before it is reported."""

_STEP_SECONDS = 0.5
_FRAMES = 3
"""Innermost stack frames in the log."""


class Watchdog(threading.Thread):
    """Reports an event loop that is blocked.

    After ``LATE_SECONDS`` it logs where, and calls ``on_late`` from this thread every half second
    until the loop runs again, then ``on_time``. Time while the process was stopped does not count.
    """

    def __init__(self, on_late: Callable[[float], None], on_time: Callable[[], None]) -> None:
        """Create on the loop's thread; ``on_late`` gets the seconds it has been blocked."""
        super().__init__(daemon=True, name="watchdog")
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        self._on_late, self._on_time = on_late, on_time
        self._ended = threading.Event()

    def end(self) -> None:
        """Stop watching."""
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
