"""Reads a recording that another process writes: first all it knows, then what is new."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.observation import Observation
from wallboard.domain.restored import Event, Restored
from wallboard.recorder.errors import RecordingError
from wallboard.recorder.reading.tail import Tail
from wallboard.recorder.recording import Recording

LISTED_SECONDS = 5.0
"""Between two looks at what is on the board that is recorded."""

Polled = dict[EntryPointKey, frozenset[Endpoint]]


class News:
    """The news of a recording, for one thread at a time; it may be closed from any."""

    def __init__(self, path: Path, history: int, clock: Callable[[], float]) -> None:
        """``history`` is the samples of an entry point to begin with; ``clock`` is Unix time."""
        self.polled: Polled = {}
        """What the process that writes it polls."""
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

    def begin_after(self, at: float) -> None:
        """Go on from this moment, Unix time in seconds, up to which the board knows all."""
        self._whole, self._after = False, at

    def read(self) -> list[Event]:
        """What is new; at the very first the whole board. Raises ``RecordingError``.

        Where there is no recording yet, nothing is new.
        """
        with self._lock:
            try:
                return list(self._read())
            except RecordingError:
                self._close()
                raise

    def close(self) -> None:
        """Let go of the file; the next reading opens it again."""
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
            # Before the picture, so that nothing falls between the two.
            self._tail = self._recording.tail()
            yield from self._opening(self._recording)
        if time.monotonic() - self._listed_at >= LISTED_SECONDS:
            self._list(self._recording)
        for event in self._tail.new_events() if self._tail else ():
            if not isinstance(event, Observation) or self._is_new(event):
                yield event

    def _opening(self, recording: Recording) -> Iterator[Event]:
        """All it knows, or what it knows beyond that when it is opened once more."""
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


def _last_of(restored: Restored) -> Iterator[Observation]:
    for recalled in restored.entry_points:
        for heard in recalled.endpoints.values():
            if heard.last:
                yield heard.last


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - asked five times a second: this is the quick way
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RecordingError(error.strerror or str(error)) from None
    return found.st_dev, found.st_ino
