"""How the bytes of a reply travel: at once, in drips, cut short, or never."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable

from wallboard.simulator.fault import Fault, Kind

Sleep = Callable[[float], Awaitable[None]]
_DRIPS_PER_SECOND = 20
_NO_LINGER = struct.pack("ii", 1, 0)


async def deliver(
    transport: asyncio.Transport,
    head: bytes,
    body: bytes,
    fault: Fault | None,
    sleep: Sleep,
    stopping: asyncio.Event,
) -> None:
    """Send a reply as a fault has it sent; without one, in a single write."""
    match fault.kind if fault else None:
        case Kind.HANG:
            await stopping.wait()
            transport.abort()
        case Kind.RESET if fault and fault.text("when") == "mid_body":
            transport.write(head + body[: len(body) // 2])
            # The half must be on its way before the reset overtakes it.
            await sleep(0.02)
            reset(transport)
        case Kind.RESET:
            reset(transport)
        case Kind.DRIP if fault:
            await _drip(transport, head + body, fault.number("bytes_per_second"), sleep)
        case _:
            transport.write(head + body)


def reset(transport: asyncio.BaseTransport) -> None:
    """Break a connection so that the other side sees a reset, not an orderly end."""
    tcp = transport.get_extra_info("socket")
    if tcp is not None:
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


async def _drip(
    transport: asyncio.Transport, message: bytes, bytes_per_second: float, sleep: Sleep
) -> None:
    size = max(1, round(bytes_per_second / _DRIPS_PER_SECOND))
    for start in range(0, len(message), size):
        if transport.is_closing():
            return
        transport.write(message[start : start + size])
        await sleep(size / bytes_per_second)
