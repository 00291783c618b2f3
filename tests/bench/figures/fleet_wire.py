"""What a fleet costs on the wire: bytes to a viewer, and CPU of the member that publishes."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.bench.figure import Figure, Pace
from tests.bench.processes import medians, run, simulator
from tests.bench.programs.publish_polls import NAMES, WARM_SECONDS
from tests.fleet.bus_server import NatsServer
from tests.waiting import until
from wallboard.domain.observation import Observation
from wallboard.fleet.bus import Bus
from wallboard.fleet.subscriber import Subscriber
from wallboard.fleet_settings import FleetSettings

ENTRY_POINTS = 200
LIMIT_BYTES = 2048.0
OF_A_POLL = 0.10
READ_BYTES = 65536


def measure(pace: Pace) -> list[Figure]:
    """The same polls published and only folded, in turn; a viewer counts what comes to it."""
    seconds = 2 * pace.seconds
    published, folded, polled = [], [], []
    for _ in range(pace.runs):
        published.append(asyncio.run(_published(seconds)))
        folded.append(run("publish_polls", ENTRY_POINTS, seconds, 0))
        with simulator(ENTRY_POINTS) as url:
            polled.append(run("poll_board", url, ENTRY_POINTS, pace.seconds, 8, 10))
    ours, without, whole = medians(published), medians(folded), medians(polled)
    return [
        Figure(
            name="fleet_bytes",
            what="bytes a second to a viewer, 200 entry points every 10 s, all of NATS in it",
            unit="B/s",
            measured=ours["bytes_per_second"],
            against=LIMIT_BYTES,
            against_what="the limit",
            note=f"{ours['polls_per_second']:.0f} polls a second",
        ),
        Figure(
            name="fleet_publish_cpu",
            what="CPU of publishing a poll to a fleet",
            unit="ms",
            measured=ours["cpu_ms_per_poll"] - without["cpu_ms_per_poll"],
            against=whole["cpu_ms_per_poll"],
            against_what="that of the poll: fetch, decode, fold and judge, at the same pace",
            reach=OF_A_POLL,
        ),
    ]


class _Counted:
    """A proxy before the bus, and the bytes that it brought to its one client."""

    def __init__(self, bus_port: int) -> None:
        self.bytes = 0
        self.port = 0
        self._bus_port = bus_port

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        bus_reader, bus_writer = await asyncio.open_connection("127.0.0.1", self._bus_port)
        up = asyncio.create_task(_carry(reader, bus_writer))
        while data := await bus_reader.read(READ_BYTES):
            self.bytes += len(data)
            writer.write(data)
            await writer.drain()
        up.cancel()
        writer.close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(READ_BYTES):
        writer.write(data)
        await writer.drain()
    writer.close()


async def _published(seconds: float) -> dict[str, float]:
    """The bytes and polls to a viewer in this process, and the CPU of the one that publishes."""
    with tempfile.TemporaryDirectory() as folder:
        server = NatsServer(Path(folder, "bus"))
        await server.start()
        proxy = _Counted(server.port)
        try:
            async with proxy.listening():
                return await _heard(server.port, proxy, seconds)
        finally:
            server.kill()


async def _heard(bus_port: int, proxy: _Counted, seconds: float) -> dict[str, float]:
    bus = Bus(FleetSettings(url=f"nats://127.0.0.1:{proxy.port}"), name="viewer", writes=True)
    subscriber = Subscriber(bus, NAMES, complete=False)
    polls = 0

    def take(event: object) -> None:
        nonlocal polls
        polls += isinstance(event, Observation)

    tasks = [asyncio.create_task(bus.run()), asyncio.create_task(subscriber.run(take))]
    await until(lambda: bus.status.connected)
    program = asyncio.create_task(
        asyncio.to_thread(run, "publish_polls", ENTRY_POINTS, seconds, bus_port)
    )
    await until(lambda: polls)
    await asyncio.sleep(WARM_SECONDS)
    bytes_before, before = proxy.bytes, polls
    await asyncio.sleep(seconds - 2)
    bytes_after, after = proxy.bytes, polls
    cpu = await program
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return {
        **cpu,
        "bytes_per_second": (bytes_after - bytes_before) / (seconds - 2),
        "polls_per_second": (after - before) / (seconds - 2),
    }
