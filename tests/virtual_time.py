"""An event loop whose time passes as fast as there is nothing to do."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any

BUSY_SECONDS = 0.05
"""Between two looks at whether what is under way is over, of real time."""


class _Selector(selectors.DefaultSelector):
    """Waits for no timer, unless something is under way: the time of its loop leaps to it."""

    def __init__(self, is_busy: Callable[[], bool], leap: Callable[[float], None]) -> None:
        super().__init__()
        self._is_busy = is_busy
        self._leap = leap

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        busy = self._is_busy()  # asked first: what ends afterwards has made its socket ready
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None or busy:
            return super().select(BUSY_SECONDS if busy else None)
        self._leap(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose clock does not run while threads or sockets are waited for."""

    def __init__(self, is_busy: Callable[[], bool]) -> None:
        """``is_busy`` says whether anything is under way that takes real time."""
        self._seconds = 0.0
        super().__init__(_Selector(is_busy, self._leap))

    def time(self) -> float:
        """Virtual seconds, from 0 on."""
        return self._seconds

    def _leap(self, timeout: float) -> None:
        self._seconds += timeout


def run(
    main: Callable[[VirtualLoop], Coroutine[Any, Any, None]],
    is_busy: Callable[[], bool] = lambda: False,
) -> None:
    """Run a coroutine in a loop of its own."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(is_busy)) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, VirtualLoop)
        runner.run(main(loop))
