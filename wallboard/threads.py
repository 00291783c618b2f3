"""Runs calls that may hang in threads that nobody has to wait for."""

import asyncio
import errno
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, TypeVar

T = TypeVar("T")

ANSWER_SECONDS = 3.0
"""How long a folder, which may be on a machine that is away, may take to answer."""

LISTEN_SECONDS = 2.0
"""How long the name of our own may take."""

_STOPS = 20
_STOP_SECONDS = 0.25


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


class _StoppedError(BaseException):
    """Ends a call from outside; what catches every ``Exception`` lets it pass."""


def stopped_after(call: Callable[[], T], seconds: float) -> T:
    """What ``call`` returns or raises, or ``TimeoutError`` after so many seconds; then it ends.

    For what is written in Python and may not come to an end. It must hold no lock.
    """
    outcome: list[T] = []
    failure: list[Exception] = []

    def run() -> None:
        try:
            outcome.append(call())
        except Exception as error:  # noqa: BLE001  it is raised again below
            failure.append(error)
        except _StoppedError:
            return

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        _stop(thread)
    if outcome:
        return outcome[0]
    raise failure[0] if failure else TimeoutError


def _stop(thread: threading.Thread) -> None:
    import ctypes  # few processes need it

    tell = sys.unraisablehook

    def tell_of_others(unraisable: "sys.UnraisableHookArgs") -> None:
        if unraisable.exc_type is not _StoppedError:
            tell(unraisable)

    # While something is finalized Python ignores it, and would print that over the board.
    sys.unraisablehook = tell_of_others
    try:
        for _ in range(_STOPS):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(thread.ident or 0), ctypes.py_object(_StoppedError)
            )
            thread.join(_STOP_SECONDS)
            if not thread.is_alive():
                return
    finally:
        sys.unraisablehook = tell


class PendingCall(Generic[T]):
    """A call that may hang, made in a thread, and never a second time before the first is over."""

    def __init__(self, call: Callable[[], T], seconds: float = ANSWER_SECONDS) -> None:
        """``seconds`` is how long each asker waits."""
        self._call = call
        self._seconds = seconds
        self._future: asyncio.Future[T] | None = None

    @property
    def pending(self) -> bool:
        """Whether it was made and is not over."""
        return self._future is not None and not self._future.done()

    async def result(self) -> T:
        """What it returns or raises, or ``TimeoutError``; then the next asker gets its result."""
        future = self._future = self._future or start_in_thread(self._call)
        await asyncio.wait({future}, timeout=self._seconds)
        if not future.done():
            raise TimeoutError
        if self._future is future:
            self._future = None
        return future.result()

    def give_up(self, drop: Callable[[T], object] = lambda _: None) -> None:
        """Ask no more; what it returns too late is given to ``drop``."""

        def over(future: asyncio.Future[T]) -> None:
            if future.exception() is None:
                drop(future.result())

        if self._future:
            self._future.add_done_callback(over)


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
        return f"no permission to listen on {host} port {port}"
    return f"cannot listen on {host!r} port {port}: {error.strerror or 'address not found'}"
