"""Shows what another process polls, by reading the recording that it writes."""

import asyncio
import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.event import Event, RecordedBoard
from wallboard.domain.foreign_text import brief
from wallboard.domain.observation import Observation
from wallboard.feeds import Publish
from wallboard.inheritance import entry_points_of
from wallboard.recorder.errors import RecordingError
from wallboard.recorder.reading.tail import Tail
from wallboard.recorder.recording import Recording
from wallboard.settings import Settings
from wallboard.threads import ANSWER_SECONDS, PendingCall, in_thread_within

HINDERED = "hindered"
"""Under this name a recording has what hinders the member of a fleet that records."""

MOST_HINDERED = 4_000
"""Characters of that."""

LISTED_SECONDS = 5.0
"""Between two reads of which entry points are polled."""

Polled = dict[EntryPointKey, frozenset[Endpoint]]


class RecordingEvents:
    """The events of a recording that another process writes: first all it has, then what is new.

    For one thread at a time; it may be closed from any.
    """

    def __init__(self, path: Path, history: int, clock: Callable[[], float]) -> None:
        """``history`` is the samples of an entry point to begin with; ``clock`` is Unix time."""
        self.polled: Polled = {}
        """The endpoints that the process that records polls."""
        self.hindered: tuple[str, ...] = ()
        """What that process says hinders it as a member of a fleet, in sentences."""
        self._path = path
        self._history = history
        self._clock = clock
        self._recording: Recording | None = None
        self._tail: Tail | None = None
        self._file: tuple[int, int] | None = None
        self._listed_at = 0.0
        self._whole = True
        self._after = 0.0
        self._newest: dict[tuple[EntryPointKey, Endpoint], float] = {}
        self._lock = threading.Lock()

    def resume_after(self, at: float) -> None:
        """Give only what is newer than this moment, Unix time in seconds, at the next opening."""
        self._whole, self._after = False, at

    def read(self) -> list[Event]:
        """The events since the last call; at first the whole board, and none without a file.

        Raises ``RecordingError``.
        """
        with self._lock:
            try:
                return list(self._read())
            except RecordingError:
                self._close()
                raise

    def close(self) -> None:
        """Close the file; the next ``read`` opens it again."""
        if recording := self._recording:
            recording.end()
        with self._lock:
            self._close()

    def _read(self) -> Iterator[Event]:
        file = _identity(self._path)
        if self._recording and file != self._file:
            self._close()
        if file is None:
            return
        if self._recording is None:
            self._recording = Recording.open(self._path)
            self._file = file
            # Before the board is read, so that nothing falls between the two.
            self._tail = self._recording.tail()
            yield from self._events_at_start(self._recording)
        if time.monotonic() - self._listed_at >= LISTED_SECONDS:
            self._list(self._recording)
        self.hindered = hindered_by(self._recording.said(HINDERED))
        for event in self._tail.new_events() if self._tail else ():
            if not isinstance(event, Observation) or self._is_new(event):
                yield event

    def _events_at_start(self, recording: Recording) -> Iterator[Event]:
        """The whole board; when it is opened once more, only the polls not given yet."""
        now = self._clock()
        restored = recording.newest_board(now, history=self._history)
        self._list(recording)
        if self._whole:
            self._whole = False
            for observation in _last_of(restored):
                self._is_new(observation)
            yield restored
            return
        yield from restored.servers
        yield from (one for one in restored.nodes if one.at > self._after)
        for observation in sorted(_last_of(restored), key=lambda one: one.at):
            if observation.at > self._after and self._is_new(observation):
                yield observation

    def _is_new(self, observation: Observation) -> bool:
        target = (observation.key, observation.endpoint)
        if self._newest.get(target) == observation.at:
            return False
        self._newest[target] = observation.at
        return True

    def _list(self, recording: Recording) -> None:
        self._listed_at = time.monotonic()
        self.polled = {
            entry_point.key: frozenset(entry_point.endpoints)
            for entry_point, _ in recording.entry_points()
        }

    def _close(self) -> None:
        if self._recording:
            self._recording.close()
        self._recording = self._tail = None


def hindered_text(problems: Iterable[str]) -> str:
    """Some sentences, as a recording has them."""
    return json.dumps(list(problems))


def hindered_by(text: str) -> tuple[str, ...]:
    """The sentences of such a text; whoever recorded may have written anything."""
    try:
        found = json.loads(text[:MOST_HINDERED])
    except (ValueError, RecursionError):
        return ()
    words = found if isinstance(found, list) else ()
    return tuple(brief(one, 400) for one in words[:5] if isinstance(one, str))


def _last_of(restored: RecordedBoard) -> Iterator[Observation]:
    for recorded in restored.entry_points:
        for endpoint in recorded.endpoints.values():
            if endpoint.last:
                yield endpoint.last


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - asked five times a second: this is the quick way
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RecordingError(error.strerror or str(error)) from None
    return found.st_dev, found.st_ino


LOOK_SECONDS = 0.3
"""Between two looks at the recording."""

AGAIN_SECONDS = 1.0
"""Before a recording that could not be read is tried again."""

SILENT_SECONDS = 5.0
"""A recording that has not grown for less than this is not mentioned."""

AT_ONCE = 200
"""Events published before others on the loop get their turn."""


class FollowFeed:
    """A feed that polls nothing, but reads what another process polls and records."""

    def __init__(
        self, settings: Settings, path: Path, *, clock: Callable[[], float] = time.time
    ) -> None:
        """``path`` is the recording, which need not be there yet; ``clock`` is Unix time."""
        self.read_error = ""
        """Why the recording cannot be read now; empty if it can."""
        self.unpolled = 0
        """How many entry points of this board are not polled by the process that records."""
        self._wanted = entry_points_of(settings)
        self._counted: object = None
        self._failed = False
        self._clock = clock
        self._events = RecordingEvents(path, settings.history, clock)
        self._reading = PendingCall(self._events.read)
        self._ran = False
        self._looked = asyncio.Event()
        self._ending = asyncio.Event()
        self._grown_at, self._grown = clock(), time.monotonic()

    async def run(self, publish: Publish) -> None:
        """Publish until cancelled, or until ``end`` is called and all is published.

        A second run publishes only what was recorded since the first.
        """
        if self._ran:
            self._events.resume_after(self._clock())
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
                    async with asyncio.timeout(AGAIN_SECONDS if self.read_error else LOOK_SECONDS):
                        await self._ending.wait()
        finally:
            self._looked.clear()
            with suppress(TimeoutError):
                await in_thread_within(self._events.close, ANSWER_SECONDS)

    async def looked(self) -> None:
        """Wait until the recording was read once, or could not be."""
        await self._looked.wait()

    def end(self) -> None:
        """Have ``run`` return once it published what is new."""
        self._ending.set()

    def replace(self, settings: Settings) -> None:
        """Follow for other settings from now on."""
        self._wanted, self._counted = entry_points_of(settings), None

    def problems(self, leader: str, patience_seconds: Callable[[], float]) -> Iterator[str]:
        """What is wrong with what ``leader`` polls and records, in sentences.

        ``patience_seconds`` is asked how long a recording may not grow before that is mentioned.
        """
        silent_seconds = time.monotonic() - self._grown
        hindered = self._events.hindered
        if self.read_error:
            yield f"The recording of {leader} cannot be followed: {self.read_error}. Retrying."
        elif hindered:
            yield from hindered
        elif silent_seconds > SILENT_SECONDS and silent_seconds > patience_seconds():
            since = time.strftime("%H:%M:%S", time.localtime(self._grown_at))
            yield f"No new data in the recording since {since}; {leader} holds it."
        if self.unpolled:
            yield f"{leader} does not poll {self.unpolled} of this board's entry points."

    async def _look(self, publish: Publish) -> None:
        try:
            events = await self._reading.result()
        except TimeoutError:
            self.read_error = "its directory does not respond"
        except RecordingError as error:
            # One that is just being begun or put in the place of another can be read a bit later.
            if self._failed:
                self.read_error = str(error)
            self._failed = True
        else:
            self.read_error, self._failed = "", False
            self._count()
            await self._publish(events, publish)
        self._looked.set()

    def _count(self) -> None:
        polled = self._events.polled
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
