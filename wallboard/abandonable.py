"""Runs calls that may hang in threads that nobody has to wait for."""

import asyncio
import errno
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")

LISTEN_SECONDS = 2.0
"""How long the name of our own may take."""


async def in_thread_within(call: Callable[[], T], seconds: float) -> T:
    """What ``call`` returns or raises, or ``TimeoutError`` after so many seconds."""
    async with asyncio.timeout(seconds):
        return await start_in_thread(call)


def start_in_thread(call: Callable[[], T]) -> asyncio.Future[T]:
    """What ``call`` will return or raise, run in a daemon thread.

    A name that is looked up and a folder on another machine cannot be called off, only left; the
    end of the program would wait for a thread of asyncio's own.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # what the call returned

    def run() -> None:
        result, failed = None, None
        try:
            result = call()
        except Exception as error:  # noqa: BLE001  it is raised again where it is awaited
            failed = error
        with suppress(RuntimeError):  # nobody is there any more
            loop.call_soon_threadsafe(settle, result, failed)

    threading.Thread(target=run, daemon=True).start()
    return future


def addresses_of(host: str, port: int) -> list[tuple[int, tuple[Any, ...]]]:
    """The family of each address of a name, and the address as a socket takes it.

    This takes as long as it takes. Raises ``socket.gaierror``.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise socket.gaierror(socket.EAI_NONAME, "no name") from None
    return list(dict.fromkeys((family, place) for family, _, _, _, place in found))


def numeric(place: tuple[Any, ...]) -> str:
    """An address as text; one of IPv6 that holds on one link only names that link."""
    if len(place) > 3 and place[3]:
        return socket.getnameinfo(place, socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)[0]
    return str(place[0])


async def own_addresses(host: str) -> list[str]:
    """The addresses to listen on for a host, as text. Raises ``OSError``."""
    try:
        found = await in_thread_within(lambda: addresses_of(host, 0), LISTEN_SECONDS)
    except TimeoutError:
        raise socket.gaierror(socket.EAI_AGAIN, "no name server answers") from None
    return [numeric(place) for _, place in found]


def why_not_listening(error: OSError, host: str, port: int) -> str:
    """Why a server could not listen, as a sentence."""
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is already in use"
    if error.errno == errno.EACCES:
        return f"port {port} on {host} may not be opened by this user"
    return f"cannot listen on {host!r} port {port}: {error.strerror or 'address not found'}"
