"""A program on a real pseudo-terminal: its bytes with their times, and keys for it."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tests.bench.processes import ROOT

WIDTH, HEIGHT = 200, 50

_SYNC_QUERY, _SYNC_ANSWER = b"\x1b[?2026$p", b"\x1b[?2026;2$y"


class Terminal:
    """A terminal of 200×50 with one program on it. ``chunks`` is what came, with when."""

    def __init__(self, argv: Sequence[str], environment: dict[str, str]) -> None:
        self.chunks: list[tuple[float, bytes]] = []
        self.started_at = time.perf_counter()
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            size = struct.pack("HHHH", HEIGHT, WIDTH, 0, 0)
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            os.chdir(ROOT)
            os.execvpe(argv[0], list(argv), environment)

    @property
    def sent(self) -> int:
        """Bytes the program has sent so far."""
        return sum(len(data) for _, data in self.chunks)

    def press(self, keys: bytes) -> float:
        """Type keys; when that was."""
        at = time.perf_counter()
        os.write(self._master, keys)
        return at

    def read(self, seconds: float) -> bytes | None:
        """What comes within ``seconds``: empty if nothing does, ``None`` at the end."""
        if not select.select([self._master], [], [], max(0.0, seconds))[0]:
            return b""
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return None
        if not data:
            return None
        self.chunks.append((time.perf_counter(), data))
        if _SYNC_QUERY in data:
            os.write(self._master, _SYNC_ANSWER)
        return data

    def read_for(self, seconds: float) -> bool:
        """Take in what comes for a while, or until the program ends; whether it still runs."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if self.read(left) is None:
                return False
        return True

    def read_until(self, holds: Callable[[bytes], bool], within: float) -> float | None:
        """When the text since now first held; ``None`` if it did not ``within`` these seconds."""
        end = time.perf_counter() + within
        text = b""
        while (left := end - time.perf_counter()) > 0:
            data = self.read(left)
            if data is None:
                break
            text += data
            if holds(text):
                return self.chunks[-1][0]
        return None

    def screen_text(self) -> str:
        """What the terminal shows, to say what went wrong."""
        from tests.bench.screens import Screens

        screens = Screens()
        screens.feed(b"".join(data for _, data in self.chunks))
        lines = (line.rstrip() for line in screens.emulator.text.splitlines())
        return "\n".join(filter(None, lines))

    def end(self) -> None:
        """End the program if it has not ended, and wait for it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        end = time.monotonic() + 5
        while os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            self.read(0.02)
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
        os.close(self._master)


@contextmanager
def on_a_terminal(argv: Sequence[str], environment: dict[str, str]) -> Iterator[Terminal]:
    """Run a program on a terminal for as long as this context lasts."""
    terminal = Terminal(argv, environment)
    try:
        yield terminal
    finally:
        terminal.end()
