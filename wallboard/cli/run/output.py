"""The standard output: its size, and lines written to it without ever blocking the caller.

A paused terminal or a full pipe must not delay polls, which other boards follow.
"""

import os
import select
import shutil
import sys
import threading
from collections import deque
from collections.abc import Iterable

import click

from wallboard.domain.foreign_text import safe

MOST_WAITING = 10_000
"""Lines that wait for the reader; when there are more, the oldest are dropped."""

LAST_SECONDS = 2.0
"""How long the program waits at its end for the last lines to be written."""


def output_size() -> os.terminal_size:
    """The columns and rows of the output, 80 × 24 if unknown.

    The size of the terminal wins over ``COLUMNS`` and ``LINES``, which may be out of date.
    """
    try:
        size = os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError):
        return shutil.get_terminal_size()
    return size if all(size) else shutil.get_terminal_size()


def warn(text: str) -> None:
    """Print one line on stderr, with control characters escaped."""
    click.echo(f"wallboard: {safe(text)}", err=True)


def say(texts: Iterable[str]) -> None:
    """Write texts that end their lines themselves, many or few, as they come."""
    for text in texts:
        sys.stdout.write(text)


class Output:
    """The standard output, a line at a time.

    ``gone`` is true once the reader has left; ``failure`` is the error of a write, if any.
    """

    def __init__(self, *, ascii_only: bool = False) -> None:
        """``ascii_only`` escapes all other characters."""
        self.gone = False
        self.failure: OSError | None = None
        self._file = sys.stdout.fileno()
        self._encoding = "ascii" if ascii_only else sys.stdout.encoding
        self._waiting: deque[str] = deque()
        self._dropped = 0
        self._ending = False
        self._changed = threading.Condition()
        # A daemon: a thread that is stuck in a write must not keep the program from ending.
        self._thread = threading.Thread(target=self._run, name="output", daemon=True)
        self._thread.start()

    def write(self, line: str) -> None:
        """Queue a line, to be written as soon as the reader takes it."""
        with self._changed:
            if len(self._waiting) >= MOST_WAITING:
                self._waiting.popleft()
                self._dropped += 1
            self._waiting.append(line)
            self._changed.notify()

    def close(self) -> int:
        """Write what is left, if the reader takes it soon; return how many lines were dropped."""
        with self._changed:
            self._ending = True
            self._changed.notify()
        self._thread.join(LAST_SECONDS)
        return self._dropped + len(self._waiting)

    def check_reader(self) -> None:
        """Find out whether the reader has left, without writing anything."""
        poll = select.poll()
        poll.register(self._file, 0)
        if any(what & (select.POLLERR | select.POLLHUP) for _, what in poll.poll(0)):
            self.gone = True

    def _run(self) -> None:
        while (line := self._next()) is not None:
            try:
                _write(self._file, f"{line}\n".encode(self._encoding, "backslashreplace"))
            except OSError as error:
                self.failure = error
                self.gone = True
                return

    def _next(self) -> str | None:
        with self._changed:
            while not self._waiting:
                if self._ending:
                    return None
                self._changed.wait()
            return self._waiting.popleft()


def _write(file: int, data: bytes) -> None:
    while data:
        try:
            data = data[os.write(file, data) :]
        except BlockingIOError:
            # A process that shares the output may have made it non-blocking.
            select.select((), (file,), ())
