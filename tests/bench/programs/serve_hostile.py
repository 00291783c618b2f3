"""Serves one hostile server of each kind, and ends with its standard input.

Prints their ports by kind, as one line of JSON.
"""

import asyncio
import gzip
import itertools
import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]

_START = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
_CHUNKED = _START + b"Transfer-Encoding: chunked\r\n\r\n"
_SLOW_SECONDS = 0.05
_LARGE = 1 << 20


def _whole(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> Answer:
    lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers, b"", body]
    return _stream([b"\r\n".join(lines)])


def _packed(body: bytes) -> Answer:
    return _whole(gzip.compress(body), b"Content-Encoding: gzip")


def _stream(pieces: Iterator[bytes] | list[bytes], pause: float = 0.0) -> Answer:
    """Send pieces, one after the other, as fast as they are taken or with pauses."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return answer


def _endless(first: bytes, piece: bytes, pause: float = 0.0) -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        await _stream(itertools.chain([first], itertools.repeat(piece)), pause)(writer)

    return answer


async def _silent(_writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def _reset(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


def _attributes(count: int) -> bytes:
    many = b" ".join(b'a%d="1"' % number for number in range(count))
    return b'<chatAllowed %b allowed="true"/>' % many


KINDS: dict[str, Answer] = {
    "silent": _silent,
    "reset": _reset,
    "slow head": _endless(_START, b"X-Drip: 1\r\n", _SLOW_SECONDS),
    "slow body": _endless(_START + b"Content-Length: 999999\r\n\r\n", b"<", _SLOW_SECONDS),
    "long head": _endless(_START, b"X-Flood: 1\r\n" * 1000),
    "interim answers": _endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "endless body": _endless(_START + b"\r\n", b"<a>" * 10_000),
    "tiny chunks": _endless(_CHUNKED, b"1\r\n<\r\n" * 1000),
    "trailers": _endless(_CHUNKED + b"0\r\n", b"X-Flood: 1\r\n" * 1000),
    "bomb": _packed(b" " * 100_000_000),
    "attributes": _packed(_attributes(30_000)),
    "depth": _packed(b"<chatAllowed>" + b"<a>" * 300_000),
    "namespace": _whole(b"<chatAllowed xmlns:a='%b'/><" % (b"u" * (_LARGE - 100))),
    "members": _whole(b'{"a":' * 200_000),
    "garbage": _whole(bytes(range(256)) * 2000),
    "no http": _endless(b"220 mail.example.com ESMTP\r\n", b"\x00\xff" * 10_000),
    "redirects": _whole(b"", b"Location: /chatAllowed/1000", status=b"302 Found"),
}


_CONNECTED: set[object] = set()
"""What nobody else holds is thrown away while it waits."""


async def _serve(kind: str) -> asyncio.Server:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _CONNECTED.add(asyncio.current_task())
        with suppress(OSError, EOFError):
            while await reader.readuntil(b"\r\n\r\n"):
                await KINDS[kind](writer)
        writer.close()

    return await asyncio.start_server(connected, "127.0.0.1", 0)


async def main() -> None:
    servers = {kind: await _serve(kind) for kind in KINDS}
    ports = {kind: server.sockets[0].getsockname()[1] for kind, server in servers.items()}
    print(json.dumps(ports), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    os._exit(0)  # what hangs on purpose is not waited for


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())
