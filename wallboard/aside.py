"""Calls that may hang, made where nobody has to wait for them."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def aside(call: Callable[[], T], seconds: float) -> T:
    """What ``call`` returns or raises, or ``TimeoutError`` after so many seconds."""
    async with asyncio.timeout(seconds):
        return await start_aside(call)


def start_aside(call: Callable[[], T]) -> asyncio.Future[T]:
    """What ``call`` will return or raise.

    A name that is looked up and a folder on another machine cannot be called off, only left. The
    thread is one that the end of the program does not wait for, as it does for asyncio's own.
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
