"""Lets the board go on after an error that something from the terminal brought about.

Textual ends the app at any error of any widget, its own among them: its list of commands fails in
two columns, and at PageUp in two lines. Where a picture cannot be made any more the board still has
to end, for a board that stands still is worse than none.
"""

import logging
import time
from collections import deque

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
