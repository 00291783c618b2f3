"""The signals that ask a program without keys to end."""

import asyncio
import signal
from collections.abc import Callable

from wallboard.cli.run.exit_codes import INTERRUPTED, OK


def on_end(end: Callable[[signal.Signals], None]) -> None:
    """Call ``end`` on SIGTERM and on SIGINT, from now on.

    They stay caught to the very end: a second one must not cut the last commit short.
    """
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end, number)


def status_after(ended_by: signal.Signals) -> int:
    """The exit status of a program that ended because it was asked to."""
    return INTERRUPTED if ended_by is signal.SIGINT else OK
