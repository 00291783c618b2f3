"""Ends the board on a signal or a lost terminal; by force after a time limit."""

import contextlib
import os
import select
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from wallboard.ui.terminal.descriptor import discard_unread, is_ready

END_SECONDS = 1.4
"""Time limit of an orderly end."""

_RESTORE_SECONDS = 0.3

_RESTORE = (
    b"\x18"  # ends a sequence that was cut in half
    b"\x1b[?2026l\x1b[m\x1b[?1016l\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[?2004l\x1b[?2048l"
    b"\x1b[?7h\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
)

Handler = Callable[[int, FrameType | None], Any] | int | signal.Handlers | None


def restore_blocked_terminal(fileno: int, more: str = "") -> None:
    """Reset a terminal that has stopped taking output; never blocks, never raises.

    ``more`` is what to send besides.
    """
    discard_unread(fileno)
    with contextlib.suppress(OSError, ValueError):
        if is_ready(fileno, select.POLLOUT, 0):
            os.write(fileno, _RESTORE + more.encode("ascii"))


class Shutdown:
    """Turns SIGTERM, SIGINT and SIGHUP into an orderly end, once, with a time limit.

    ``end_in_order`` is called with the exit status, ``128 + signal``; ``restore`` is called from a
    thread if the process is still there ``seconds`` later, just before it is ended by force.
    """

    def __init__(
        self,
        end_in_order: Callable[[int], None],
        restore: Callable[[], None],
        seconds: float = END_SECONDS,
    ) -> None:
        self._end_in_order = end_in_order
        self._restore = restore
        self._seconds = seconds
        self._former: dict[int, Handler] = {}
        self._begun = threading.Lock()

    def install(self) -> None:
        """Handle the signals, except SIGHUP where it is ignored, as under nohup."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            former = signal.getsignal(number)
            if number == signal.SIGHUP and former == signal.SIG_IGN:
                continue
            self._former.setdefault(number, former)
            signal.signal(number, self._on_signal)

    def uninstall(self) -> None:
        """Restore the former signal handlers."""
        while self._former:
            number, former = self._former.popitem()
            signal.signal(number, former if former is not None else signal.SIG_DFL)

    def begin(self, number: int) -> None:
        """End as if signal ``number`` had come, once; from any thread."""
        # Never waits: a signal handler may interrupt another one here.
        if not self._begun.acquire(blocking=False):
            return
        status = 128 + number
        threading.Thread(
            target=self._watch, args=(status,), name="terminal-ending", daemon=True
        ).start()
        self._end_in_order(status)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self.begin(number)

    def _watch(self, status: int) -> None:
        time.sleep(self._seconds)
        restoring = threading.Thread(target=self._restore, daemon=True)
        restoring.start()
        restoring.join(_RESTORE_SECONDS)
        os._exit(status)
