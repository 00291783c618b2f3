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
    try:
        await simulator.start(host, port)
        announce(simulator.url)
        await told_to_end.wait()
    finally:
        await simulator.stop()
        for number in signals:
            loop.remove_signal_handler(number)
