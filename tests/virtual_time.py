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
    """A loop that begins at ``seconds`` 0. No thread may be waited for in it."""

    def __init__(self) -> None:
        self.seconds = 0.0
        selector = _Selector()
        selector.leap = self._leap
        super().__init__(selector)

    def time(self) -> float:
        """Virtual seconds."""
        return self.seconds

    def _leap(self, timeout: float) -> None:
        self.seconds += timeout


def run(main: Callable[[VirtualLoop], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine in a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, VirtualLoop)
        runner.run(main(loop))
