"""Shows what another process polls, by reading the recording that it writes."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.restored import Event
from wallboard.feeds import Publish
from wallboard.feeds.recording_news import News
from wallboard.recorder.errors import RecordingError
from wallboard.settings import Settings, entry_points_of

LOOK_SECONDS = 0.3
"""Between two looks at the recording."""

AGAIN_SECONDS = 1.0
"""Before a recording that could not be read is tried again."""

SILENT_SECONDS = 5.0
"""So long nothing new is nothing strange, for what is polled is written and read in a second."""

AT_ONCE = 200
"""Events published before others on the loop get their turn."""


class FollowFeed:
    """A feed that polls nothing: first all that a recording knows, then whatever comes into it."""

    def __init__(
        self, settings: Settings, path: Path, *, clock: Callable[[], float] = time.time
    ) -> None:
        """``path`` is the recording, which need not be there yet; ``clock`` is Unix time."""
        self.trouble = ""
        """Why the recording cannot be read just now."""
        self.unpolled = 0
        """How many entry points of this board whoever writes the recording does not poll."""
        self._wanted = entry_points_of(settings)
        self._counted: object = None
        self._failed = False
        self._clock = clock
        self._news = News(path, settings.history, clock)
        self._ran = False
        self._looked = asyncio.Event()
        self._ending = asyncio.Event()
        self._grown_at, self._grown = clock(), time.monotonic()

    async def run(self, publish: Publish) -> None:
        """Publish until cancelled, or until ``end`` is called and the last of the news is out.

        What is published a second time, after others have published, is only what came since.
        """
        if self._ran:
            self._news.begin_after(self._clock())
        self._ran = True
        self._ending.clear()
        self._note_growth()
        try:
            while True:
                ending = self._ending.is_set()
                await self._look(publish)
                if ending:
                    return
                with suppress(TimeoutError):
                    async with asyncio.timeout(AGAIN_SECONDS if self.trouble else LOOK_SECONDS):
                        await self._ending.wait()
        finally:
            self._looked.clear()
            await asyncio.to_thread(self._news.close)

    async def looked(self) -> None:
        """Wait until what the recording knew at the start is published, if it can be read."""
        await self._looked.wait()

    def end(self) -> None:
        """Publish what is new, and be done."""
        self._ending.set()

    def poll_now(self, key: EntryPointKey) -> None:
        """Nothing: whoever writes the recording polls."""

    def replace(self, settings: Settings) -> None:
        """Follow for other settings from now on."""
        self._wanted, self._counted = entry_points_of(settings), None

    def problems(self, leader: str, patience_seconds: Callable[[], float]) -> Iterator[str]:
        """What is wrong with what ``leader`` polls and records, in sentences.

        ``patience_seconds`` is asked how long nothing new is nothing strange.
        """
        silent_seconds = time.monotonic() - self._grown
        if self.trouble:
            yield f"The recording of {leader} cannot be followed: {self.trouble}. Trying again."
        elif silent_seconds > SILENT_SECONDS and silent_seconds > patience_seconds():
            since = time.strftime("%H:%M:%S", time.localtime(self._grown_at))
            yield f"The recording has not grown since {since}; {leader} holds it."
        if self.unpolled:
            yield f"{leader} does not poll {self.unpolled} of the entry points of this board."

    async def _look(self, publish: Publish) -> None:
        try:
            events = await asyncio.to_thread(self._news.read)
        except RecordingError as error:
            # One that is just being begun or put in the place of another can be read a bit later.
            if self._failed:
                self.trouble = str(error)
            self._failed = True
        else:
            self.trouble, self._failed = "", False
            self._count()
            await self._publish(events, publish)
        self._looked.set()

    def _count(self) -> None:
        polled = self._news.polled
        if polled and polled is not self._counted:
            self._counted = polled
            self.unpolled = sum(
                not polled.get(entry_point.key, frozenset()).issuperset(entry_point.endpoints)
                for entry_point, _ in self._wanted
            )

    def _note_growth(self) -> None:
        self._grown_at, self._grown = self._clock(), time.monotonic()

    async def _publish(self, events: list[Event], publish: Publish) -> None:
        if events:
            self._note_growth()
        for number, event in enumerate(events, 1):
            publish(event)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
