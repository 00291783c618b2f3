"""Operations on the file descriptor of a terminal."""

import contextlib
import os
import select
import shutil
import sys
import termios
from typing import Any

MOST_COLUMNS, MOST_LINES = 1_000, 500
"""The largest size that is drawn."""

_READ_BYTES = 4096


def attributes_of(fileno: int) -> list[Any] | None:
    """The ``termios`` attributes; ``None`` if it is no terminal."""
    try:
        return termios.tcgetattr(fileno)
    except termios.error:
        return None


def set_attributes(fileno: int, attributes: list[Any]) -> None:
    """Set the ``termios`` attributes; never raises."""
    with contextlib.suppress(OSError, termios.error):
        termios.tcsetattr(fileno, termios.TCSANOW, attributes)


def in_foreground(fileno: int) -> bool:
    """Whether this process is in the foreground; true if it is not our terminal."""
    try:
        return os.tcgetpgrp(fileno) == os.getpgrp()
    except OSError:
        return True


def is_ready(fileno: int, event: int, seconds: float) -> bool:
    """Whether a descriptor can be read (``POLLIN``) or written (``POLLOUT``) within ``seconds``.

    Also true at the end of input or when the terminal is gone. ``select`` would not take a
    descriptor beyond 1023.
    """
    poll = select.poll()
    poll.register(fileno, event)
    return bool(poll.poll(seconds * 1000))


def read_some(fileno: int) -> bytes | None:
    """The available input; empty at the end, ``None`` if another process took it."""
    try:
        return os.read(fileno, _READ_BYTES)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def discard_unread(fileno: int) -> None:
    """Drop unsent output; never raises."""
    with contextlib.suppress(OSError, termios.error):
        termios.tcflush(fileno, termios.TCOFLUSH)


def open_unblocked(fileno: int) -> int:
    """A descriptor of the same terminal whose writes never block; ``fileno`` if that fails.

    It is opened anew: a mode set on ``fileno`` would be shared with the shell.
    """
    try:
        return os.open(os.ttyname(fileno), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return fileno


def size_of(fileno: int) -> tuple[int, int]:
    """The current columns and lines of a terminal; from the environment if it does not know."""
    try:
        columns, lines = os.get_terminal_size(fileno)
    except OSError:
        columns = lines = 0
    if not (columns and lines):  # as on a serial line
        columns, lines = shutil.get_terminal_size()
    return min(columns, MOST_COLUMNS), min(lines, MOST_LINES)


def terminal_fileno() -> int:
    """Where to draw: standard error, as Textual, unless only standard output is a terminal."""
    for stream in (sys.__stderr__, sys.__stdout__):
        if stream is not None and stream.isatty():
            return stream.fileno()
    return sys.__stderr__.fileno() if sys.__stderr__ is not None else 2
