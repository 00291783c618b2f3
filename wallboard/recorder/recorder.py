"""Records on a thread of its own, so that the board never waits for the disk."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from wallboard.board import Folded
from wallboard.clock import running
from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.policy import Policy
from wallboard.recorder.errors import DamagedError, RecordingError, RefusedError
from wallboard.recorder.paths import RecordingFile
from wallboard.recorder.writing.keeper import Keeper
from wallboard.recorder.writing.retention import Retention

FLUSH_SECONDS = 0.5
"""Between two commits; a crash loses no more than this."""

RETRY_SECONDS = (1.0, 2.0, 5.0, 10.0)
"""Waits between attempts to write after a failure; the last one repeats."""

MOST_STUMBLES = 4
"""Failures in a row, not of the disk, after which what waits is dropped."""

WAITING_EVENTS = 5000
"""Events kept while the file cannot be opened; older ones are dropped."""

END_SECONDS = 5.0
"""How long ``stop`` waits for the last commit."""

DEFAULT_RETENTION = Retention()

log = logging.getLogger(__name__)

Listed = tuple[Sequence[tuple[EntryPoint, Policy]], str, float]


class Recorder:
    """Takes events from the board's thread and writes them in its own.

    ``problem`` is a sentence for the operator while nothing can be written, and ``None`` again once
    everything that waited is in the file.
    """

    def __init__(
        self,
        place: RecordingFile,
        entry_points: Sequence[tuple[EntryPoint, Policy]],
        title: str,
        *,
        longest_poll: float = 0.0,
        retention: Retention = DEFAULT_RETENTION,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = running,
        may_write: Callable[[], bool] = lambda: True,
    ) -> None:
        """No file is touched until ``start``. ``clock`` is Unix time in seconds.

        ``may_write`` is asked before each commit; once it is false, nothing is written any more.
        A poll takes ``longest_poll`` seconds at most.
        """
        self.problem: str | None = None
        self._place = place
        self._queue: deque[Folded] = deque()
        self._listed: Listed | None = (entry_points, title, longest_poll)
        self._keeper = Keeper(place, retention, clock, monotonic)
        self._monotonic = monotonic
        self._may_write = may_write
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._tries = 0
        self._stumbles = 0
        self._lost = 0

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def take(self, folded: Folded) -> None:
        """Queue what the board has just folded; called in the board's thread."""
        self._queue.append(folded)

    def replace(
        self,
        entry_points: Sequence[tuple[EntryPoint, Policy]],
        title: str,
        retention: Retention | None = None,
        *,
        longest_poll: float = 0.0,
    ) -> None:
        """Set the entry points and their policies from now on."""
        self._listed = (entry_points, title, longest_poll)
        if retention:
            self._keeper.retention = retention

    @property
    def waiting(self) -> int:
        """How many events the thread has not taken from the queue yet."""
        return len(self._queue)

    def stop(self, seconds: float = END_SECONDS) -> None:
        """Write what waits and end the thread; what is not written in time is lost."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _run(self) -> None:
        pause, due = FLUSH_SECONDS, self._monotonic() + FLUSH_SECONDS
        while not self._ending.wait(pause):
            if not self._may_write():
                break
            self._keeper.woken(late_seconds=self._monotonic() - due)
            pause = self._step()
            due = self._monotonic() + pause
        if not self._may_write():
            # Another process took the lock while this one was stopped.
            self._keeper.let_go()
            log.warning("Another process records into %s now", self._place.path)
            return
        self._step()
        try:
            self._keeper.close()
        except RecordingError as error:
            log.warning("The end of the recording %s is lost: %s", self._place.path, error)

    def _step(self) -> float:
        """Write what waits; returns the seconds until the next step."""
        batch: list[Folded] = []
        try:
            listed, self._listed = self._listed, None
            if listed:
                self._keeper.list(*listed)
            self._keeper.open()
            batch = self._taken()
            self._keeper.keep(batch)
        except DamagedError as error:
            # It is unknown how much of it was written: the next file gets it all.
            self._queue.extendleft(reversed(batch))
            self._set_aside(error)
        except RefusedError as error:
            self._stumbled()
            self._troubled(str(error))
        except RecordingError as error:
            self._troubled(str(error))
        except Exception as error:
            log.exception("The recorder failed")
            self._stumbled()
            self._troubled(f"a fault of wallboard ({type(error).__name__})")
        else:
            self._well()
            return FLUSH_SECONDS
        return RETRY_SECONDS[min(self._tries, len(RETRY_SECONDS)) - 1]

    def _taken(self) -> list[Folded]:
        queue = self._queue
        return [queue.popleft() for _ in range(len(queue))]

    def _well(self) -> None:
        if self.problem and self._lost:
            log.warning("Recording goes on; %d polls before that are not in it", self._lost)
        self.problem, self._tries, self._stumbles, self._lost = None, 0, 0, 0

    def _stumbled(self) -> None:
        """Count a failure that is not the disk's; after some, drop what waits."""
        self._stumbles += 1
        if self._stumbles % MOST_STUMBLES == 0:
            self._lost += self._keeper.give_up()

    def _troubled(self, why: str) -> None:
        self._tries += 1
        while len(self._queue) > WAITING_EVENTS:
            self._queue.popleft()
            self._lost += 1
        self._lost += self._keeper.shed()
        self.problem = f"Nothing is recorded in {self._place.path}: {why}. Trying again."

    def _set_aside(self, damage: DamagedError) -> None:
        self._tries += 1
        try:
            aside = self._keeper.set_aside()
        except RecordingError as error:
            self._troubled(str(error))
        except OSError as error:
            why = error.strerror or error
            self._troubled(f"{damage}, and it cannot be set aside ({why})")
        else:
            log.warning("The recording was set aside as %s: %s. A new one begins.", aside, damage)
