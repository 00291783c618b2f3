"""A sticky balancer on a real socket: nodes behind one port, a connection stays at its node.

A new one goes to the next node, or to the one that the first request names in its cookie. It asks
none whether it is well: where a node refuses, it answers 502, as such balancers do.
"""

import asyncio
import contextlib
import re
from itertools import cycle

from wallboard.simulator.server import Simulator

_COOKIE = re.compile(rb"(?im)^cookie:.*\bnode=(\d+)")
_BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Balancer:
    """Some nodes behind one port; ``connections`` has the number of the node each went to."""

    def __init__(self, *nodes: Simulator) -> None:
        self.nodes = nodes
        self.places = [("127.0.0.1", int(node.url.rpartition(":")[2])) for node in nodes]
        self.connections: list[int] = []
        self.heads: list[bytes] = []
        self._turns = cycle(range(len(nodes)))
        self._tasks: set[asyncio.Task] = set()

    async def __aenter__(self) -> "Balancer":
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *error: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def addresses(self) -> tuple[str, ...]:
        """The nodes as the config names them."""
        return tuple(f"{host}:{port}" for host, port in self.places)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.ensure_future(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            named = _COOKIE.search(head)
            number = int(named[1]) if named else next(self._turns)
            self.connections.append(number)
            self.heads.append(head)
            try:
                there, back = await asyncio.open_connection(*self.places[number])
            except OSError:
                writer.write(_BAD_GATEWAY)
            else:
                back.write(head)
                await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))
        writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
    finally:
        writer.close()
