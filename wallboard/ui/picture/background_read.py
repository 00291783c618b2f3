"""Reads from a recording in a thread, one read at a time."""

import asyncio
import logging
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from wallboard.recorder.errors import RecordingError

T = TypeVar("T")

log = logging.getLogger(__name__)


class BackgroundRead(Generic[T]):
    """Holds the result of the last read, ``found``; a failed read may be retried."""

    def __init__(self, done: Callable[[], None]) -> None:
        """``done`` is called after each successful read."""
        self.found: T | None = None
        self.found_for: Hashable = None
        self._done = done
        self._wanted: Hashable = None
        self._task: asyncio.Task[None] | None = None

    def want(self, what: Hashable, read: Callable[[], T]) -> None:
        """Start ``read``, unless ``what`` was read last or another read still runs."""
        if what == self._wanted or (self._task and not self._task.done()):
            return
        self._wanted = what
        self._task = asyncio.create_task(self._run(what, read))

    def forget(self) -> None:
        """Drop the result."""
        self.found = self.found_for = self._wanted = None

    async def stop(self) -> None:
        """Wait for the read that runs."""
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
