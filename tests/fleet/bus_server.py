"""A real bus: ``nats-server`` of the environment on a port of its own."""

import asyncio
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.waiting import until
from wallboard.fleet.bus import Bus
from wallboard.fleet_settings import FleetSettings

PROGRAM = Path(sys.executable).with_name("nats-server")


class NatsServer:
    """A server that can be stopped, killed, wiped and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._process = self._started()
        await until(self._listens)

    def kill(self) -> None:
        """Have it end at once, as a crash or a power cut would."""
        if self._process:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def wipe(self) -> None:
        """Have it lose its disk; it must not be running."""
        shutil.rmtree(self.folder)

    async def restart(self, *, wiped: bool = False) -> None:
        """Kill it and start it again, perhaps with an empty disk."""
        self.kill()
        if wiped:
            self.wipe()
        await self.start()

    def _started(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [
                *(PROGRAM, "--addr", "127.0.0.1", "--port", str(self.port)),
                *("--jetstream", "--store_dir", str(self.folder)),
                *("--log", str(self.folder / "nats.log")),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True


@asynccontextmanager
async def connected(
    server: NatsServer, name: str = "test", *, writes: bool = True, lease: float = 3.0
) -> AsyncIterator[Bus]:
    """A bus that is connected, for as long as this context lasts."""
    bus = Bus(FleetSettings(url=server.url, lease=lease), name=name, writes=writes)
    running = asyncio.create_task(bus.run())
    try:
        await until(lambda: bus.status.connected)
        yield bus
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
