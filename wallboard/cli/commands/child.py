"""The simulator as a process of its own, so that its work does not disturb the wall.

The child watches its input, whose other end only we hold: it ends when we do, however we end.
"""

import selectors
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from wallboard.cli.commands.simulate import ANNOUNCEMENT
from wallboard.cli.run.errors import CommandError

START_SECONDS = 20.0
"""A simulator that has not announced itself by then will not."""

END_SECONDS = 2.0


@contextmanager
def simulator(arguments: Sequence[str], *, meanwhile: Callable[[], None]) -> Iterator[str]:
    """The address of a simulator that runs as long as this context does.

    ``meanwhile`` is run while the child starts. Raises ``CommandError`` if it does not.
    """
    command = [sys.executable, "-m", "wallboard", "simulate", "--port=0", "--until-eof"]
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(  # noqa: S603 - this very program, with options checked before
            [*command, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            # Keys and signals of our terminal are not for the child.
            start_new_session=True,
        ) as child,
    ):
        try:
            meanwhile()
            yield _address(child, complaints)
        finally:
            _end(child)


def _address(child: "subprocess.Popen[bytes]", complaints: IO[bytes]) -> str:
    line = _first_line(child.stdout) if child.stdout else b""
    said = line.decode("utf-8", "replace").strip()
    if said.startswith(ANNOUNCEMENT):
        return said.removeprefix(ANNOUNCEMENT)
    complaints.seek(0)
    why = complaints.read(2000).decode("utf-8", "replace").removeprefix("wallboard: ").strip()
    raise CommandError(f"the simulator did not start\n{why or 'It said nothing in time.'}")


def _first_line(output: IO[bytes]) -> bytes:
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        if selector.select(START_SECONDS):
            return output.readline()
    return b""


def _end(child: "subprocess.Popen[bytes]") -> None:
    if child.stdin:
        child.stdin.close()
    try:
        child.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
