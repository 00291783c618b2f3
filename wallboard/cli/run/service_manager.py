"""What a service tells the service manager that started it (see sd_notify(3)), if one did."""

import os
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from wallboard.domain.foreign_text import safe

_MICROSECONDS = 1_000_000


class ServiceManager:
    """Takes messages. Where there is no manager, or it does not listen, they go nowhere."""

    def __init__(
        self,
        environ: Mapping[str, str] = os.environ,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        self._monotonic = monotonic
        self.watchdog_seconds = _watchdog_seconds(environ)
        """After so long without a sign of life it ends this process; 0 for never."""
        self._said_at = -float("inf")
        self._status = ""

    def ready(self) -> None:
        """Say that the start is over."""
        self._send("READY=1")

    def stopping(self) -> None:
        """Say that the end has begun."""
        self._send("STOPPING=1")

    def status(self, text: str) -> None:
        """Say in a line what is going on, if that is another one than before."""
        if text != self._status:
            self._status = text
            self._send(f"STATUS={safe(text)}")

    def alive(self, *, stalled_seconds: float) -> None:
        """Give a sign of life, unless what is to be done has stood still for too long."""
        now, limit = self._monotonic(), self.watchdog_seconds
        if limit and stalled_seconds < limit / 2 and now - self._said_at >= limit / 4:
            self._said_at = now
            self._send("WATCHDOG=1")

    def _send(self, message: str) -> None:
        if self._address[:1] not in ("/", "@"):
            return
        address = self._address
        if address.startswith("@"):
            address = f"\0{address[1:]}"
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            # A manager that does not read must not hold up polling.
            sender.setblocking(False)
            sender.sendto(message.encode(), address)


def _watchdog_seconds(environ: Mapping[str, str]) -> float:
    """How often a sign of life is wanted of this process, not of one that it came from."""
    if environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return 0.0
    text = environ.get("WATCHDOG_USEC", "")
    return int(text) / _MICROSECONDS if text.isascii() and text.isdigit() else 0.0
