"""A link to the bus that carries so many bytes a second in each direction, and no more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

CHUNK_BYTES = 256


@asynccontextmanager
async def slow_link(bus_port: int, bytes_per_second: float) -> AsyncIterator[int]:
    """The port of one end of the link; at the other is the bus."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.set_write_buffer_limits(CHUNK_BYTES)
        try:
            while data := await reader.read(CHUNK_BYTES):
                await asyncio.sleep(len(data) / bytes_per_second)
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        bus_reader, bus_writer = await asyncio.open_connection("127.0.0.1", bus_port)
        await asyncio.gather(carry(reader, bus_writer), carry(bus_reader, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=CHUNK_BYTES)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
