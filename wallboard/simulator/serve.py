"""Runs a simulator until it is told to end, for the command line."""

import asyncio
import signal
from collections.abc import Callable

from wallboard.simulator.server import Simulator


async def serve_forever(
    simulator: Simulator, host: str, port: int, announce: Callable[[str], None]
) -> None:
    """Serve until SIGINT or SIGTERM, then end in good order.

    ``announce`` gets the address once the server listens. Raises :class:`SimulatorError` when it
    cannot listen.
    """
    loop = asyncio.get_running_loop()
    told_to_end = asyncio.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, told_to_end.set)
    starting = asyncio.create_task(simulator.start(host, port))
    ending = asyncio.create_task(told_to_end.wait())
    try:
        await asyncio.wait({starting, ending}, return_when=asyncio.FIRST_COMPLETED)
        if not ending.done():
            starting.result()
            announce(simulator.url)
            await ending
    finally:
        starting.cancel()
        ending.cancel()
        await simulator.stop()
        for number in signals:
            loop.remove_signal_handler(number)
