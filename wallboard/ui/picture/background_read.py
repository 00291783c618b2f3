"""Something read off the main thread, one at a time, whenever another one is wanted."""

import asyncio
import logging
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from wallboard.recorder.errors import RecordingError

T = TypeVar("T")

log = logging.getLogger(__name__)


class Errand(Generic[T]):
    """Holds what was read last; what cannot be read may be wanted again."""

    def __init__(self, done: Callable[[], None]) -> None:
        """``done`` is called whenever there is something new to show."""
        self.found: T | None = None
        self.found_for: Hashable = None
        self._done = done
        self._wanted: Hashable = None
        self._task: asyncio.Task[None] | None = None

    def want(self, what: Hashable, read: Callable[[], T]) -> None:
        """Have something read, unless it was wanted last or another is still being read."""
        if what == self._wanted or (self._task and not self._task.done()):
            return
        self._wanted = what
        self._task = asyncio.create_task(self._run(what, read))

    def forget(self) -> None:
        """Have nothing, until something is wanted again."""
        self.found = self.found_for = self._wanted = None

    async def stop(self) -> None:
        """Wait for what is being read."""
        if self._task:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, what: Hashable, read: Callable[[], T]) -> None:
        try:
            found = await asyncio.to_thread(read)
        except RecordingError as error:
            log.info("The recording could not be read: %s", error)
            if what == self._wanted:
                self._wanted = None  # it may be readable the next time it is wanted
            return
        except Exception:
            log.exception("The recording could not be read")
            return
        if what == self._wanted:
            self.found, self.found_for = found, what
            self._done()
