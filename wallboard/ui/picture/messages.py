"""Messages to the operator: logged warnings, and replies to keys."""

import logging
import time
from collections import deque
from collections.abc import Callable

MOST = 3
PASSING_SECONDS = 6.0
"""How long a passing message is shown."""


class Messages(logging.Handler):
    """The last messages, including every logged warning, since the wall hides standard error."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock`` gives Unix time in seconds."""
        super().__init__(logging.WARNING)
        self._clock = clock
        self._texts: deque[str] = deque(maxlen=MOST)
        self._passing: tuple[str, float] | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """The lasting messages, oldest first."""
        return tuple(self._texts)

    @property
    def passing(self) -> str:
        """The current passing message; empty after some seconds."""
        if self._passing is None:
            return ""
        text, until = self._passing
        return text if 0 <= until - self._clock() <= PASSING_SECONDS else ""

    def add(self, text: str) -> None:
        """Add a message, unless it repeats the last one."""
        if not self._texts or self._texts[-1].partition(" ")[2] != text:
            at = time.strftime("%H:%M:%S", time.localtime(self._clock()))
            self._texts.append(f"{at} {text}")

    def add_passing(self, text: str) -> None:
        """Show a message for some seconds, in place of the last passing one."""
        self._passing = (text, self._clock() + PASSING_SECONDS)

    def clear(self) -> None:
        """Remove all messages."""
        self._texts.clear()
        self._passing = None

    def emit(self, record: logging.LogRecord) -> None:
        """Add a log record, on one line, with the name of its exception if it has one."""
        try:
            text = record.getMessage()
            if record.exc_info and record.exc_info[1] is not None:
                error = record.exc_info[1]
                text += f": {type(error).__name__}: {error}"
        except Exception:  # noqa: BLE001  # a record that cannot be formatted is shown as it is
            text = str(record.msg)
        self.add(" ".join(text.split()))

    def listen(self) -> None:
        """Start showing log records."""
        logging.getLogger("wallboard").addHandler(self)

    def stop_listening(self) -> None:
        """Stop showing them."""
        logging.getLogger("wallboard").removeHandler(self)
