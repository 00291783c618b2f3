"""Ends the program on a signal: in good order, or at once where nothing can be cancelled."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from wallboard.cli.run.exit_codes import INTERRUPTED, OK


def on_end(end: Callable[[signal.Signals], None]) -> None:
    """Call ``end`` on SIGTERM and on SIGINT, from now on.

    They stay caught to the very end: a second one must not cut the last commit short.
    """
    import asyncio

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end, number)


def status_after(ended_by: signal.Signals) -> int:
    """The exit status of a program that ended because it was asked to."""
    return INTERRUPTED if ended_by is signal.SIGINT else OK


def end_at_eof(_context: object, _option: object, wanted: bool) -> None:
    """Of an option: have SIGTERM come once whoever holds the other end of our input is gone.

    That ends a child in good order even after a ``kill -9`` of what started it.
    """

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    if wanted:
        threading.Thread(target=wait, daemon=True).start()


LEAVE_SECONDS = 0.8
"""After Ctrl-C, for what can be ended in good order."""


def leave_now(code: int) -> NoReturn:
    """End this very moment: a name that is being looked up cannot be called off, only left."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


@contextmanager
def left_on_ctrl_c() -> Iterator[None]:
    """Within, Ctrl-C ends the program even while SQLite is busy and asks nobody.

    Only for what may be cut short anywhere, such as reading.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ended = threading.Event()
    reading, writing = os.pipe()
    os.set_blocking(writing, False)

    def leave_if_need_be() -> None:
        # No Python handler runs before SQLite returns; this pipe gets the signal at once.
        while signals := os.read(reading, 64):
            if signal.SIGINT in signals and not ended.wait(LEAVE_SECONDS):
                os._exit(INTERRUPTED)
        os.close(reading)

    threading.Thread(target=leave_if_need_be, daemon=True).start()
    before = signal.set_wakeup_fd(writing)
    try:
        yield
    finally:
        ended.set()
        signal.set_wakeup_fd(before)
        os.close(writing)
