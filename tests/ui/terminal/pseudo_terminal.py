"""A child process on a pseudo-terminal, its output shown on an emulator."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from codecs import getincrementaldecoder
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import psutil
from emulator import Emulator
from waiting import PATIENCE_SECONDS

SCRIPT = Path(__file__).parent / "tiny_app.py"
JOB_CONTROL = (sys.executable, str(SCRIPT.with_name("job_control.py")))
_QUERIES = re.compile(r"\x1b\[\?\d+\$p|\x1b\[[<>]\d*u|\x1b\[\?\d+[hl]")


class Child:
    """``tiny_app`` on its own terminal; ``deadline_seconds`` bounds every wait.

    ``argv`` is another program to run, ``variables`` its environment where it differs from that of
    a terminal with all colours; a variable that is ``None`` is not set. The descriptors
    ``elsewhere`` are not on the terminal but on the null device. ``says`` is the size the terminal
    says it has, where that is not its size. With ``job_control`` it is stopped and continued as
    under a shell, and ``program`` is not the process ``pid`` but its child.
    """

    def __init__(
        self,
        width: int = 60,
        height: int = 10,
        *,
        ignore_hangup: bool = False,
        elsewhere: tuple[int, ...] = (),
        says: tuple[int, int] | None = None,
        job_control: bool = False,
        argv: tuple[str, ...] = (sys.executable, str(SCRIPT)),
        variables: Mapping[str, str | None] = MappingProxyType({}),
    ) -> None:
        self._argv, self._variables = (*JOB_CONTROL * job_control, *argv), variables
        self._job_control = job_control
        self.emulator = Emulator(width, height)
        self.raw = b""
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self.master, self.slave = pty.openpty()
        self._say_size(*(says or (width, height)))
        self.before = termios.tcgetattr(self.slave)
        self.pid = os.fork()
        if self.pid == 0:
            self._become_child(ignore_hangup, elsewhere)

    def _become_child(self, ignore_hangup: bool, elsewhere: tuple[int, ...]) -> None:
        try:
            os.setsid()
            os.close(self.master)
            fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
            for fileno in (0, 1, 2):
                os.dup2(self.slave, fileno)
            for fileno in elsewhere:
                os.dup2(os.open(os.devnull, os.O_RDWR), fileno)
            os.closerange(3, 256)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            if ignore_hangup:
                signal.signal(signal.SIGHUP, signal.SIG_IGN)
            environment = {
                **{k: v for k, v in os.environ.items() if not k.startswith(("COV", "PYTEST"))},
                "TERM": "xterm-256color",
                "COLORTERM": "truecolor",
            }
            for name in ("NO_COLOR", "LINES", "COLUMNS"):
                environment.pop(name, None)
            changed = {**environment, **self._variables}
            environment = {name: value for name, value in changed.items() if value is not None}
            os.execve(self._argv[0], list(self._argv), environment)
        finally:
            os._exit(99)

    @property
    def program(self) -> psutil.Process:
        """The program that runs on the terminal."""
        leader = psutil.Process(self.pid)
        return leader.children()[0] if self._job_control else leader

    def resize(self, width: int, height: int) -> None:
        """Give the terminal another size, which tells the child."""
        self.emulator.screen.resize(height, width)
        self._say_size(width, height)

    def _say_size(self, width: int, height: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def send(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def read(self, seconds: float) -> bytes:
        """Whatever comes within ``seconds``; empty if nothing does or the child is gone."""
        readable, _, _ = select.select([self.master], [], [], seconds)
        if not readable:
            return b""
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return b""
        self.raw += data
        self.emulator.feed(_QUERIES.sub("", self._decoder.decode(data)))
        return data

    def until(self, text: str, deadline_seconds: float = PATIENCE_SECONDS) -> None:
        """Read until the screen shows ``text``, which may be wrapped."""
        end = time.monotonic() + deadline_seconds
        while text not in self.emulator.text and text not in " ".join(self.emulator.text.split()):
            assert time.monotonic() < end, f"{text!r} not shown:\n{self.emulator.text}"
            self.read(0.05)

    def until_quiet(self, seconds: float = 0.5) -> None:
        while self.read(seconds):
            pass

    def status(self, deadline_seconds: float = PATIENCE_SECONDS, *, reading: bool = True) -> int:
        """The exit status, within the deadline; minus the signal if one killed the child."""
        end = time.monotonic() + deadline_seconds
        while time.monotonic() < end:
            if reading:
                self.read(0.02)
            else:
                time.sleep(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                return os.waitstatus_to_exitcode(status)
        shown = self.emulator.text
        raise AssertionError(f"waited {deadline_seconds} s in vain for the end:\n{shown}")

    def hang_up(self) -> None:
        """Take the terminal away."""
        os.close(self.slave)
        os.close(self.master)
        self.master = self.slave = -1

    def close(self) -> None:
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        for fileno in (self.master, self.slave):
            if fileno >= 0:
                os.close(fileno)
