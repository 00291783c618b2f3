"""From the answer to one member until it is on the wall of another one, over the bus."""

import asyncio
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

from tests.bench.figure import Figure, Pace
from tests.bench.processes import environment, wallboard
from tests.bench.terminal import on_a_terminal
from tests.fleet.bus_server import NatsServer
from wallboard.simulator.contents import DIALECTS, Content, allowed_content, live_content

ENTRY_POINTS = 12
INTERVAL_SECONDS = 1.0
LIMIT_SECONDS = 0.3
SETTLE_SECONDS = 12.0
LATEST_SECONDS = 20.0
COUNTED = 1000
_GET = re.compile(rb"GET /\S*?/(\w+)/(\d+)")
_LAB = DIALECTS[0]
_BODIES = {
    b"chatAllowed": _LAB.write(allowed_content(None)),
    b"checkEligibility": _LAB.write(Content("checkEligibility", (("responseType", "0"),))),
}


def measure(pace: Pace) -> list[Figure]:
    """The depth of one queue is another number at each poll, of which every digit differs."""
    with tempfile.TemporaryDirectory() as name, _queue() as queue:
        folder = Path(name)
        bus = NatsServer(folder / "bus")
        asyncio.run(bus.start())
        try:
            with _collector(folder, queue, bus):
                taken = _seen(folder, queue, bus, max(20, pace.keys // 5))
        finally:
            bus.kill()
    percentiles = quantiles(taken, n=100, method="inclusive")
    return [
        Figure(
            name="fleet_pixel",
            what="99th percentile from an answer to one member until the wall of another shows it",
            unit="ms",
            measured=1000 * percentiles[98],
            against=1000 * LIMIT_SECONDS,
            against_what="the limit",
            note=f"median {1000 * percentiles[49]:.0f} ms, worst {1000 * max(taken):.0f} ms, "
            f"{len(taken)} polls; the wall looks every 0.1 s",
        )
    ]


class _Queue:
    """A server of which one queue has a depth of four alike digits, others at each poll."""

    def __init__(self) -> None:
        self.port = 0
        self.answered: dict[bytes, float] = {}
        """When each depth was sent last, by its digits."""
        self._count = 0

    async def serve(self) -> None:
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        await server.serve_forever()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                body = self._body(head)
                length = b"Content-Type: application/xml\r\nContent-Length: %d" % len(body)
                writer.write(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n\r\n" + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _body(self, head: bytes) -> bytes:
        found = _GET.match(head)
        operation, number = found.groups() if found else (b"", b"0")
        if operation != b"liveSessionStatus":
            return _BODIES.get(operation, b"<nothing/>")
        depth = b"0"
        if int(number) == COUNTED:
            self._count += 1
            depth = b"%d" % (1111 * (self._count % 9 + 1))
            self.answered[depth] = time.perf_counter()
        return _LAB.write(live_content("0", int(depth)))


@contextmanager
def _queue() -> Iterator[_Queue]:
    queue = _Queue()
    threading.Thread(target=lambda: asyncio.run(queue.serve()), daemon=True).start()
    while not queue.port:
        time.sleep(0.01)
    yield queue


@contextmanager
def _collector(folder: Path, queue: _Queue, bus: NatsServer) -> Iterator[None]:
    config = _config(folder, "collector", queue, bus, collect=True)
    with subprocess.Popen(
        wallboard("record", "--config", str(config)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(WALLBOARD_STATE=str(folder / "collector")),
    ) as process:
        try:
            yield
        finally:
            os.kill(process.pid, signal.SIGTERM)


def _seen(folder: Path, queue: _Queue, bus: NatsServer, count: int) -> list[float]:
    """How long each depth took to the screen, in seconds."""
    config = _config(folder, "wall", queue, bus, collect=False)
    taken = []
    variables = environment(WALLBOARD_STATE=str(folder / "wall"))
    with on_a_terminal(wallboard("--config", str(config)), variables) as terminal:
        terminal.read_for(SETTLE_SECONDS)
        digit = 0
        while len(taken) < count:
            digit = digit % 9 + 1
            depth = b"%d" % (1111 * digit)
            at = terminal.read_until(lambda text, depth=depth: depth in text, LATEST_SECONDS)
            if at is None:
                raise RuntimeError(f"{depth!r} was not shown:\n{terminal.screen_text()}")
            taken.append(at - queue.answered[depth])
    return taken


def _config(folder: Path, name: str, queue: _Queue, bus: NatsServer, *, collect: bool) -> Path:
    (folder / name).mkdir()
    path = folder / name / "wallboard.toml"
    entry_points = "".join(
        f"[[server.entry_point]]\nid = {COUNTED + number}\n" for number in range(ENTRY_POINTS)
    )
    path.write_text(
        f'title = "bench"\ninterval = {INTERVAL_SECONDS}\nrefresh = 0.1\n'
        f'record = "{folder / name / "recording.db"}"\n'
        f'[fleet]\nurl = "{bus.url}"\nmember = "{name}"\ncollect = {str(collect).lower()}\n'
        f'[[server]]\nname = "bench"\nurl = "http://127.0.0.1:{queue.port}"\n'
        f'endpoints = ["chatAllowed", "checkEligibility", "liveSessionStatus"]\n{entry_points}'
    )
    return path
