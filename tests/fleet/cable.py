"""A cable between a client and a server, that can be cut, or swallow what it is given."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from tests.fleet.bus_server import free_port


class Cable:
    """Passes bytes to a port of this machine and back, until it swallows them."""

    def __init__(self, to: int, replaced: tuple[bytes, bytes] = (b"", b"")) -> None:
        """``replaced`` is what the server says, and what comes of it on the way."""
        self.port = free_port()
        self.swallows = False
        self.sent = bytearray()
        """What clients have sent, so far as it was passed on."""
        self._to = to
        self._replaced = replaced
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    async def __aenter__(self) -> "Cable":
        await self.mend()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cut()

    async def cut(self) -> None:
        """End all connections, and take no more."""
        assert self._server
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()
        self._tasks.clear()
        self._writers.clear()
        await asyncio.sleep(0)

    async def mend(self) -> None:
        """Take connections again."""
        self._server = await asyncio.start_server(self._plugged, "127.0.0.1", self.port)

    async def _plugged(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.current_task())
        self._writers.add(writer)
        if self.swallows:
            return
        # That it is cut is no error, though the server of asyncio would say so.
        with suppress(asyncio.CancelledError):
            await self.join(reader, writer)

    async def join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what comes over a connection, until either side ends it."""
        with suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
            self._writers.add(far_writer)
            await asyncio.gather(
                self._pass(reader, far_writer, up=True), self._pass(far_reader, writer, up=False)
            )

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, up: bool
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                if self.swallows:
                    continue
                if up:
                    self.sent += data
                else:
                    data = data.replace(*self._replaced) if self._replaced[0] else data
                writer.write(data)
                await writer.drain()
        if not self.swallows:
            writer.close()


@asynccontextmanager
async def serving(
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """The port of a server that does as it is told, until the end of this context."""
    tasks = set[asyncio.Task[None]]()

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        try:
            await serve(reader, writer)
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(served, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
