"""The steps to a server one by one, so that each can be timed: name lookup, TCP, TLS handshake.

Errors of the libraries pass through; ``failures`` puts them into words.
"""

import asyncio
import socket
import ssl
from contextlib import suppress
from dataclasses import field
from email.utils import parsedate_to_datetime
from typing import Any

from wallboard.frozen import frozen
from wallboard.threads import addresses_of, in_thread_within

MOST_ADDRESSES = 6
DATE_SECONDS = 1.5
"""How long to wait for a ``Date``; the certificate matters more."""


@frozen
class Address:
    """One of the addresses of a name; ``place`` is in the form of sockets."""

    family: int
    place: tuple[Any, ...]

    def __str__(self) -> str:
        return str(self.place[0])


@frozen
class Peer:
    """The other end of TLS; ``certificate`` is DER."""

    protocol: str
    cipher: str
    certificate: bytes = field(repr=False)


async def lookup(host: str, port: int, seconds: float) -> list[Address]:
    """The addresses of a name. Raises ``OSError``, ``TimeoutError`` being one."""
    found = await in_thread_within(lambda: addresses_of(host, port), seconds)
    return [Address(family, place) for family, place in found][:MOST_ADDRESSES]


async def connect(addresses: list[Address], seconds: float) -> tuple[socket.socket, Address]:
    """A connection to the first address that accepts one; all are tried at once.

    Raises the ``OSError`` of the first address, or ``TimeoutError``.
    """
    tasks = {asyncio.create_task(_connect(address)): address for address in addresses}
    pending, taken = set(tasks), None
    try:
        async with asyncio.timeout(seconds):
            while pending and taken is None:
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                taken = next((task for task in tasks if task in done and _good(task)), None)
        taken = taken or next(iter(tasks))
        return taken.result(), tasks[taken]
    finally:
        for task in tasks:
            if task is not taken:
                task.cancel()
                task.add_done_callback(_put_away)


async def handshake(connection: socket.socket, tls: ssl.SSLContext, host: str, seconds: float,
                    *, ask_date: bool = False) -> tuple[Peer, float | None]:  # fmt: skip
    """The other end of TLS, and its ``Date`` in Unix time if that is asked for and given.

    The connection is closed at the end. Raises ``OSError``, of which ``ssl.SSLError`` and
    ``TimeoutError`` are two. The request for the date carries nothing from the config, since the
    other end is not trusted yet.
    """
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection(
            sock=connection, ssl=tls, server_hostname=host.rstrip(".")
        )
        try:
            held = writer.get_extra_info("ssl_object")
            name, *_ = held.cipher() or ("",)
            peer = Peer(held.version() or "", name, held.getpeercert(binary_form=True) or b"")
            return peer, await _date(reader, writer, host) if ask_date else None
        finally:
            writer.transport.abort()


def own_date(value: str) -> float | None:
    """The value of a ``Date`` header as Unix time in seconds."""
    with suppress(ValueError, TypeError, OverflowError):
        return parsedate_to_datetime(value).timestamp()
    return None


def header(head: bytes, name: str) -> str:
    """The first value of a header in a block of ``Name: value`` lines; nothing if there is none."""
    for line in head.decode("latin-1").split("\r\n"):
        key, colon, value = line.partition(":")
        if colon and key.strip().lower() == name.lower():
            return value.strip()
    return ""


async def _connect(address: Address) -> socket.socket:
    connection = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, address.place)
    except BaseException:
        connection.close()
        raise
    return connection


def _good(task: asyncio.Task[socket.socket]) -> bool:
    return not task.cancelled() and task.exception() is None


def _put_away(task: asyncio.Task[socket.socket]) -> None:
    """Close a connection that came too late."""
    if _good(task):
        task.result().close()


async def _date(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str
) -> float | None:
    named = f"[{host}]" if ":" in host else host
    request = f"HEAD / HTTP/1.1\r\nHost: {named}\r\nConnection: close\r\n\r\n"
    try:
        async with asyncio.timeout(DATE_SECONDS):
            writer.write(request.encode("ascii"))
            head = await reader.readuntil(b"\r\n\r\n")
    except (OSError, EOFError, ValueError, asyncio.LimitOverrunError):
        return None
    return own_date(header(head, "date"))
