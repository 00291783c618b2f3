"""A cable between a client and a server, that can be cut, or swallow what it is given."""

import asyncio
from contextlib import suppress

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
        self._server = await asyncio.start_server(self._plugged, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _plugged(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        if self.swallows:
            return
        with suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
            self._writers.add(far_writer)
            for task in (
                asyncio.create_task(self._pass(reader, far_writer, up=True)),
                asyncio.create_task(self._pass(far_reader, writer, up=False)),
            ):
                self._tasks.add(task)

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
