"""Waits for what must come about; in vain, it says for what, and how things stand."""

import asyncio
import inspect
import reprlib
import time
from collections.abc import Awaitable, Callable

PATIENCE_SECONDS = 90.0
"""Long enough for a machine that is busy with other things; nothing waits it out but a failure."""

_brief = reprlib.Repr()
_brief.maxstring = _brief.maxother = 2_000


async def until(
    condition: Callable[[], object | Awaitable[object]], seconds: float = PATIENCE_SECONDS
) -> None:
    """Wait until a condition holds, plain or awaited; conditions of others have no event."""
    end = time.monotonic() + seconds
    while True:
        held = condition()
        if await held if inspect.isawaitable(held) else held:
            return
        assert time.monotonic() < end, f"{seconds:g} s in vain for {in_words(condition)}"
        await asyncio.sleep(0.01)


def in_words(condition: Callable[..., object]) -> str:
    """A condition as it is written, and the values it goes by."""
    try:
        lines = [inspect.getsource(condition).strip()]
        found = inspect.getclosurevars(condition).nonlocals
    except (OSError, TypeError, ValueError):
        return repr(condition)
    return "\n".join(lines + [f"  {name} = {_brief.repr(value)}" for name, value in found.items()])
