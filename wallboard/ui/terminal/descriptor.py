"""What can be asked of the descriptor of a terminal, and set there."""

import contextlib
import os
import select
import shutil
import sys
import termios
from typing import Any

MOST_COLUMNS, MOST_LINES = 1_000, 500
"""That are drawn in: more than a wall of screens has in the smallest type."""

_READ_BYTES = 4096


def attributes_of(fileno: int) -> list[Any] | None:
    """The attributes of a terminal, as ``termios`` has them; ``None`` of anything else."""
    try:
        return termios.tcgetattr(fileno)
    except termios.error:
        return None


def set_attributes(fileno: int, attributes: list[Any]) -> None:
    """Set what ``attributes_of`` gave; never raises."""
    with contextlib.suppress(OSError, termios.error):
        termios.tcsetattr(fileno, termios.TCSANOW, attributes)


def in_foreground(fileno: int) -> bool:
    """Whether keys of this terminal go to us; also true of what is no terminal of ours."""
    try:
        return os.tcgetpgrp(fileno) == os.getpgrp()
    except OSError:
        return True


def is_ready(fileno: int, event: int, seconds: float) -> bool:
    """Whether a descriptor can be read (``POLLIN``) or written (``POLLOUT``) within ``seconds``.

    Also true of one that is at its end or gone, as reading and writing tell. ``select`` would not
    take a descriptor beyond 1023, and whoever starts the board may have left it many.
    """
    poll = select.poll()
    poll.register(fileno, event)
    return bool(poll.poll(seconds * 1000))


def read_some(fileno: int) -> bytes | None:
    """What there is to read; nothing at the end, ``None`` if somebody else has read it."""
    try:
        return os.read(fileno, _READ_BYTES)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def discard_unread(fileno: int) -> None:
    """Drop what the terminal has not read yet, so that there is room; never raises."""
    with contextlib.suppress(OSError, termios.error):
        termios.tcflush(fileno, termios.TCOFLUSH)


def open_unblocked(fileno: int) -> int:
    """A descriptor for the same terminal whose writes never block, or ``fileno`` if there is none.

    It has a file description of its own: a mode set on ``fileno`` would be shared with the shell.
    """
    try:
        return os.open(os.ttyname(fileno), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return fileno


def size_of(fileno: int) -> tuple[int, int]:
    """The columns and lines to draw in on a terminal, at this moment.

    What the terminal says goes before the environment, which may be out of date. Standard output
    may be elsewhere.
    """
    try:
        columns, lines = os.get_terminal_size(fileno)
    except OSError:
        columns = lines = 0
    if not (columns and lines):  # it does not know, as a serial line
        columns, lines = shutil.get_terminal_size()
    return min(columns, MOST_COLUMNS), min(lines, MOST_LINES)


def terminal_fileno() -> int:
    """Where to draw: standard error, as Textual does, unless only standard output is a terminal."""
    for stream in (sys.__stderr__, sys.__stdout__):
        if stream is not None and stream.isatty():
            return stream.fileno()
    return sys.__stderr__.fileno() if sys.__stderr__ is not None else 2
