"""What a hundred viewers cost the member that publishes, and the bus."""

import asyncio
import tempfile
import time
from pathlib import Path

import psutil

from tests.bench.figure import Figure, Pace
from tests.bench.processes import medians, run
from tests.bench.programs.publish_polls import NAMES, WARM_SECONDS
from tests.fleet.bus_server import NatsServer

ENTRY_POINTS = 2000
VIEWERS = 100
READ_BYTES = 65536
AS_MUCH = 1.1
"""A ratio of the CPU with viewers to that without; less cannot be told from noise."""


def measure(pace: Pace) -> list[Figure]:
    """1,000 polls a second, published with viewers and without, in turn."""
    without, watched = [], []
    for _ in range(pace.runs):
        without.append(asyncio.run(_published(2 * pace.seconds, 0)))
        watched.append(asyncio.run(_published(2 * pace.seconds, VIEWERS)))
    alone, ours = medians(without), medians(watched)
    return [
        Figure(
            name="fleet_viewers",
            what=f"CPU of publishing a poll while {VIEWERS} viewers listen",
            unit="ms",
            measured=ours["cpu_ms_per_poll"],
            against=alone["cpu_ms_per_poll"],
            against_what="while none does",
            reach=AS_MUCH,
        ),
        Figure(
            name="fleet_bus_cpu",
            what=f"CPU of the bus, 1,000 polls a second to {VIEWERS} viewers",
            unit="% of a core",
            measured=100 * ours["bus_cores"],
            against=100.0,
            against_what="one core",
            note=f"{100 * alone['bus_cores']:.0f} % without a viewer, "
            f"{ours['messages']:.0f} messages to each viewer a second",
        ),
    ]


async def _published(seconds: float, viewers: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        server = NatsServer(Path(folder, "bus"))
        await server.start()
        try:
            taken = [0]
            views = [asyncio.create_task(_view(server.port, taken)) for _ in range(viewers)]
            program = asyncio.create_task(
                asyncio.to_thread(run, "publish_polls", ENTRY_POINTS, seconds, server.port)
            )
            await asyncio.sleep(WARM_SECONDS + 5)
            bus = psutil.Process(server.pid)
            before, since, messages = _cpu(bus), time.perf_counter(), taken[0]
            await asyncio.sleep(seconds / 2)
            passed = time.perf_counter() - since
            cores, messages = (_cpu(bus) - before) / passed, taken[0] - messages
            found = await program
            for view in views:
                view.cancel()
            await asyncio.gather(*views, return_exceptions=True)
        finally:
            server.kill()
    return {
        **found,
        "bus_cores": cores,
        "messages": messages / passed / viewers if viewers else 0.0,
    }


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


async def _view(port: int, taken: list[int]) -> None:
    """Listen as a viewer does, and look at nothing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b'CONNECT {"verbose":false}\r\nSUB %s 1\r\n' % NAMES.observations.encode())
    try:
        while data := await reader.read(READ_BYTES):
            taken[0] += data.count(b"MSG ")
            if b"PING\r\n" in data:
                writer.write(b"PONG\r\n")
    finally:
        writer.close()
