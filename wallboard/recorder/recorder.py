"""Records on a thread of its own, so that the board never waits for the disk."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from wallboard.clock import TrustedClock, running
from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.policy import Policy
from wallboard.domain.snapshot import Folded
from wallboard.recorder.errors import DamagedError, RecordingError, RefusedError
from wallboard.recorder.file.opening import inodes, set_aside
from wallboard.recorder.paths import RecordingFile
from wallboard.recorder.writing.retention import Retention
from wallboard.recorder.writing.writer import Writer

FLUSH_SECONDS = 0.5
"""Between two commits; a crash loses no more than this."""

RETRY_SECONDS = (1.0, 2.0, 5.0, 10.0)
"""Waits between attempts to write after a failure; the last one repeats."""

TRIM_SECONDS = 10.0
"""Between two checks of the retention; while there is more to trim, each commit trims."""

LOOK_SECONDS = 5.0
"""Between two checks that the file was not replaced."""

STOPPED_SECONDS = 1.0
"""A wake-up this late means that the process or the machine was stopped."""

MOST_REFUSALS = 4
"""Failures in a row, not of the disk, after which what waits is dropped."""

WAITING_EVENTS = 5000
"""Events kept while the file cannot be opened; older ones are dropped."""

MOST_WAITING = 200_000
"""Runs, samples and changes that are kept while the disk cannot be written."""

END_SECONDS = 5.0
"""How long ``stop`` waits for the last commit."""

DEFAULT_RETENTION = Retention()

log = logging.getLogger(__name__)


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
        self._retention = retention
        self._clock = clock
        self._monotonic = monotonic
        self._trusted_clock = TrustedClock(clock, monotonic)
        self._may_write = may_write
        self._queue: deque[Folded] = deque()
        self._kept: dict[str, str] = {}
        self._written_kept: dict[str, str] = {}
        self._listed = (entry_points, title, longest_poll)
        self._written_listed: object = None
        self._writer: Writer | None = None
        self._inodes: tuple[tuple[int, int] | None, ...] = ()
        self._trim_at = self._look_at = 0.0
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._failures = 0
        self._refusals = 0
        self._lost = 0

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def take(self, folded: Folded) -> None:
        """Queue what the board has just folded; called in the board's thread."""
        self._queue.append(folded)

    def keep(self, name: str, text: str) -> None:
        """Have the file say this under a name, by the time it has all that was taken before."""
        self._kept = {**self._kept, name: text}

    def replace(
        self,
        entry_points: Sequence[tuple[EntryPoint, Policy]],
        title: str,
        retention: Retention,
        *,
        longest_poll: float = 0.0,
    ) -> None:
        """Set the entry points and their policies from now on."""
        self._listed, self._retention = (entry_points, title, longest_poll), retention

    @property
    def waiting(self) -> int:
        """How many events the thread has not taken from the queue yet."""
        return len(self._queue)

    def stop(self, seconds: float = END_SECONDS) -> None:
        """Write what waits and end the thread; what is not written in time is lost."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def write(self) -> float:
        """Write what waits; returns the seconds until the next time. Called by one thread."""
        batch: list[Folded] = []
        try:
            writer = self._opened()
            # First, for it must say nothing of what is not in the queue yet.
            kept, queue = self._kept, self._queue
            batch = [queue.popleft() for _ in range(len(queue))]
            writer.write(batch)
            if kept != self._written_kept:
                writer.keep(kept)
                self._written_kept = kept
            now = self._monotonic()
            if now >= self._trim_at:
                more = writer.trim(self._retention, self._trusted_clock.now())
                self._trim_at = now if more else now + TRIM_SECONDS
        except DamagedError as error:
            # It is unknown how much of it was written: the next file gets it all.
            self._queue.extendleft(reversed(batch))
            self._set_aside(error)
        except RefusedError as error:
            self._count_refusal()
            self._note_failure(str(error))
        except RecordingError as error:
            self._note_failure(str(error))
        except Exception as error:
            log.exception("The recorder failed")
            self._count_refusal()
            self._note_failure(f"an internal error ({type(error).__name__})")
        else:
            if self.problem and self._lost:
                log.warning("Recording resumed; %d polls were lost", self._lost)
            self.problem, self._failures, self._refusals, self._lost = None, 0, 0, 0
            return FLUSH_SECONDS
        return RETRY_SECONDS[min(self._failures, len(RETRY_SECONDS)) - 1]

    def close(self) -> None:
        """Write all that is left, end the segment and close the file. Raises ``RecordingError``."""
        self.write()
        if self._writer:
            writer, self._writer = self._writer, None
            writer.close()

    def _run(self) -> None:
        pause, due = FLUSH_SECONDS, self._monotonic() + FLUSH_SECONDS
        while not self._ending.wait(pause):
            if not self._may_write():
                break
            late_seconds = self._monotonic() - due
            if self._writer and late_seconds > STOPPED_SECONDS:
                self._writer.builder.note_pause(self._clock(), late_seconds)
            pause = self.write()
            due = self._monotonic() + pause
        if not self._may_write():
            # Another process took the lock while this one was stopped.
            self._drop_writer()
            log.warning("Another process is now recording to %s", self._place.path)
            return
        try:
            self.close()
        except RecordingError as error:
            log.warning("The last polls of the recording %s are lost: %s", self._place.path, error)

    def _opened(self) -> Writer:
        """The writer, of a file opened now if it was not or was replaced by another.

        Raises ``RecordingError``.
        """
        now = self._monotonic()
        if self._writer and now >= self._look_at:
            self._look_at = now + LOOK_SECONDS
            found = inodes(self._place.path)
            if found != self._inodes:
                if found[0] != self._inodes[0]:
                    log.warning(
                        "The recording %s was removed or replaced. Going on in the one there now.",
                        self._place.path,
                    )
                # What a removed log holds would be lost with us, and nobody else sees it.
                self._writer.checkpoint()
                self._drop_writer()
        if self._writer is None:
            self._writer = Writer.open(self._place.path, mode=self._place.mode, clock=self._clock)
            self._inodes, self._written_listed = inodes(self._place.path), None
            self._written_kept = {}
        if (listed := self._listed) is not self._written_listed:
            self._writer.listed(*listed)
            self._written_listed = listed
        return self._writer

    def _drop_writer(self) -> int:
        """Close the file without writing what waits; returns how many items that was."""
        if self._writer is None:
            return 0
        writer, self._writer = self._writer, None
        writer.drop()
        return writer.waiting

    def _count_refusal(self) -> None:
        """Count a failure that is not the disk's; after some, drop what waits."""
        self._refusals += 1
        if self._refusals % MOST_REFUSALS == 0:
            self._lost += self._drop_writer()

    def _note_failure(self, why: str) -> None:
        self._failures += 1
        while len(self._queue) > WAITING_EVENTS:
            self._queue.popleft()
            self._lost += 1
        if self._writer and self._writer.waiting > MOST_WAITING:
            self._lost += self._drop_writer()
        self.problem = f"Not recording to {self._place.path}: {why}. Retrying."

    def _set_aside(self, damage: DamagedError) -> None:
        self._drop_writer()
        try:
            aside = set_aside(self._place.path, self._clock())
        except RecordingError as error:
            self._note_failure(str(error))
        except OSError as error:
            why = error.strerror or error
            self._note_failure(f"{damage}, and it cannot be renamed ({why})")
        else:
            self._failures += 1
            log.warning("Damaged recording moved to %s: %s. Starting a new one.", aside, damage)
