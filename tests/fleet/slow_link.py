"""A link to the bus that carries so many bytes a second in each direction, and no more.

It may be long, and lose packets: what was lost comes again after a while, and holds up the rest.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

CHUNK_BYTES = 256
PACKET_BYTES = 1_400
AGAIN_SECONDS = 0.6
"""After so long a packet that was lost is sent again."""
LATE_SECONDS = 0.5
"""A busy machine wakes us late by less, for which the link is no slower."""


@asynccontextmanager
async def slow_link(
    bus_port: int,
    bytes_per_second: float,
    *,
    delay: float = 0.0,
    loss: tuple[float, float] = (0.0, 0.0),
) -> AsyncIterator[int]:
    """The port of one end of the link; at the other is the bus.

    ``delay`` is seconds in each direction, ``loss`` the share of packets that are lost on the way
    to the bus, and from it.
    """
    chances, working = random.Random(1), set[asyncio.Task[None]]()
    now = asyncio.get_running_loop().time

    async def carry(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, loss: float
    ) -> None:
        writer.transport.set_write_buffer_limits(CHUNK_BYTES)
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arriving = asyncio.create_task(_arrive(on_the_way, writer))
        free_at = now()
        try:
            while data := await reader.read(CHUNK_BYTES):
                free_at = max(free_at, now() - LATE_SECONDS) + len(data) / bytes_per_second
                await asyncio.sleep(free_at - now())
                if chances.random() < loss * len(data) / PACKET_BYTES:
                    await asyncio.sleep(AGAIN_SECONDS)
                on_the_way.put_nowait((now() + delay, data))
        except ConnectionError:
            pass
        finally:
            arriving.cancel()
            writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        bus_reader, bus_writer = await asyncio.open_connection("127.0.0.1", bus_port)
        task = asyncio.current_task()
        assert task
        working.add(task)
        with suppress(asyncio.CancelledError):
            await asyncio.gather(
                carry(reader, bus_writer, loss[0]), carry(bus_reader, writer, loss[1])
            )

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=CHUNK_BYTES)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)


async def _arrive(
    on_the_way: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
) -> None:
    """Hand over each piece at its time."""
    try:
        while True:
            due, data = await on_the_way.get()
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
