"""A real bus: ``nats-server`` of the environment on a port of its own."""

import asyncio
import os
import shutil
import signal
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

    def __init__(self, folder: Path, config: str = "") -> None:
        """``config`` is what else its configuration file says."""
        self.folder = folder
        self.config = config
        self.jetstream = True
        self.prefix: tuple[str, ...] = ()
        """What starts it in surroundings of its own."""
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """That of its process, while it runs."""
        assert self._process
        return self._process.pid

    async def start(self) -> None:
        """Start it and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._process = self._started()
        await until(self.listens)

    def kill(self) -> None:
        """Have it end at once, as a crash or a power cut would."""
        if self._process:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def pause(self) -> None:
        """Have it stand still, with all its connections open."""
        self._signal(signal.SIGSTOP)
        assert self._process
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WNOWAIT)

    def go_on(self) -> None:
        """Have it go on after a pause."""
        self._signal(signal.SIGCONT)

    def reload(self) -> None:
        """Have it read its configuration again, as it is by now."""
        self._config_file.write_text(self.config)
        self._signal(signal.SIGHUP)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process
        self._process.send_signal(number)

    @property
    def log(self) -> str:
        """What it has logged."""
        return (self.folder / "nats.log").read_text()

    @property
    def _config_file(self) -> Path:
        return self.folder / "nats.conf"

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
        self._config_file.write_text(self.config)
        return subprocess.Popen(
            [
                *self.prefix,
                *(PROGRAM, "--config", str(self._config_file)),
                *("--addr", "127.0.0.1", "--port", str(self.port)),
                *(("--jetstream", "--store_dir", str(self.folder)) if self.jetstream else ()),
                *("--log", str(self.folder / "nats.log")),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    async def listens(self) -> bool:
        assert self._process is None or self._process.poll() is None, "the server ended by itself"
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
    async with running(FleetSettings(url=server.url, lease=lease), name, writes=writes) as bus:
        await until(lambda: bus.status.connected)
        yield bus


@asynccontextmanager
async def running(
    settings: FleetSettings,
    name: str = "test",
    *,
    writes: bool = True,
) -> AsyncIterator[Bus]:
    """A bus that connects, and goes on trying, for as long as this context lasts."""
    bus = Bus(settings, name=name, writes=writes)
    task = asyncio.create_task(bus.run())
    try:
        yield bus
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
