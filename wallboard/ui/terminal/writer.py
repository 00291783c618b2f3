"""The thread that writes to the terminal."""

import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable

from wallboard.ui.terminal.descriptor import is_ready

_CHUNK_BYTES = 4096
"""A pipe that polls writable takes this much without blocking."""

_POLL_SECONDS = 0.1
_FULL_SECONDS = 0.01


class TerminalWriter(threading.Thread):
    """Writes queued text to a file descriptor, in order, without ever blocking the caller.

    A write that fails ends the thread: ``on_lost`` is called once, from the thread, and everything
    queued then or later is dropped.
    """

    def __init__(self, fileno: int, on_lost: Callable[[], None]) -> None:
        super().__init__(daemon=True, name="terminal-writer")
        self._fileno = fileno
        self._on_lost = on_lost
        self._changed = threading.Condition()
        self._queue: deque[bytes] = deque()
        self._drained_callback: Callable[[], None] | None = None
        self._closing = False
        self._dropping = False
        self.pending = 0
        """Bytes queued."""
        self.bytes_sent = 0
        """Bytes written."""

    def write(self, text: str) -> None:
        """Queue ``text``."""
        data = text.encode("utf-8", "replace")
        with self._changed:
            if data and not self._dropping:
                self._queue.append(data)
                self.pending += len(data)
                self._changed.notify_all()

    def when_drained(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` once, as soon as nothing is pending, from whichever thread sees it."""
        with self._changed:
            if self.pending:
                self._drained_callback = callback
                return
        callback()

    def finish(self, seconds: float) -> bool:
        """Write what is queued and end; false if the terminal did not take it in ``seconds``.

        What was not taken by then is dropped.
        """
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self.join(seconds)
        taken = not self.is_alive() and not self._dropping
        self.drop()
        return taken

    def drop(self) -> None:
        """Drop the queue and accept no more."""
        with self._changed:
            self._dropping = True
            self._queue.clear()
            self.pending = 0
            callback, self._drained_callback = self._drained_callback, None
            self._changed.notify_all()
        if callback is not None:
            callback()

    def run(self) -> None:
        """Write until ``finish``, or until a write fails."""
        try:
            while (data := self._next()) is not None:
                self._send(data)
        except (OSError, ValueError):
            self.drop()
            self._on_lost()

    def _next(self) -> bytes | None:
        with self._changed:
            while not self._queue and not self._closing and not self._dropping:
                self._changed.wait()
            if not self._queue:
                return None
            data = b"".join(self._queue)
            self._queue.clear()
            return data

    def _send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest and not self._dropping:
            if is_ready(self._fileno, select.POLLOUT, _POLL_SECONDS):
                written = self._write_some(rest[:_CHUNK_BYTES])
                rest = rest[written:]
                self._taken(written)

    def _write_some(self, chunk: memoryview) -> int:
        try:
            return os.write(self._fileno, chunk)
        except BlockingIOError:
            # A pseudo-terminal may poll writable and yet have no room for a moment.
            time.sleep(_FULL_SECONDS)
            return 0

    def _taken(self, count: int) -> None:
        callback = None
        with self._changed:
            self.bytes_sent += count
            self.pending = max(0, self.pending - count)
            if count and not self.pending:
                callback, self._drained_callback = self._drained_callback, None
        if callback is not None:
            callback()
