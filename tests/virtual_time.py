"""An event loop whose time passes as fast as there is nothing to do."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any


class _Selector(selectors.DefaultSelector):
    """Waits for no timer: the time of its loop leaps to it instead."""

    def __init__(self) -> None:
        super().__init__()
        self.leap: Callable[[float], None] = lambda _: None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            return super().select(None)
        ready = super().select(0)
        if not ready and timeout > 0:
            self.leap(timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop of which no thread may be waited for."""

    def __init__(self, seconds: float) -> None:
        """It begins at ``seconds``."""
        self._seconds = seconds
        selector = _Selector()
        selector.leap = self._leap
        super().__init__(selector)

    def time(self) -> float:
        """Virtual seconds."""
        return self._seconds

    def _leap(self, timeout: float) -> None:
        self._seconds += timeout


def run(main: Callable[[VirtualLoop], Coroutine[Any, Any, None]], seconds: float = 0.0) -> None:
    """Run a coroutine in a loop of its own that begins at ``seconds``."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(seconds)) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, VirtualLoop)
        runner.run(main(loop))
