"""Real servers on real loopback sockets, for what a well-behaved library would not send."""

import asyncio
import contextlib

import pytest
import trustme


class LoopbackServer:
    """Answers each request with the next of ``answers``, the last one again and again.

    An answer is bytes, or a coroutine function given the writer; ``None`` closes the connection.
    """

    def __init__(self, answers) -> None:
        self.answers = list(answers)
        self.requests = []
        self.connections = 0
        self.asked = asyncio.Event()
        self.port = 0
        self._tasks = set()

    async def start(self, tls=None):
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self):
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _connected(self, reader, writer):
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)

    async def _serve(self, reader, writer):
        self.connections += 1
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, OSError):
                await self._answer_all(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _answer_all(self, reader, writer):
        while True:
            self.requests.append((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"))
            self.asked.set()
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if answer is None:
                return
            if not isinstance(answer, bytes):
                await answer(writer)
                return
            writer.write(answer)
            await writer.drain()


@pytest.fixture
async def loopback():
    """Starts servers, and stops them at the end."""
    servers = []

    async def start(*answers: object, tls=None):
        server = LoopbackServer(answers)
        await server.start(tls)
        servers.append(server)
        return server

    yield start
    for server in servers:
        await server.stop()


@pytest.fixture(scope="session")
def authority():
    return trustme.CA()
