"""The lock of a recording, asked for in threads: its folder may be on a machine that is away."""

from collections.abc import Callable
from contextlib import suppress

from wallboard.clock import running
from wallboard.recorder.lock import Holder, Lock, LockError, holder, take
from wallboard.recorder.paths import RecordingFile
from wallboard.threads import ANSWER_SECONDS, PendingCall, in_thread_within

JUST_NOW_SECONDS = 0.1
"""A process that stood still for longer looks at its lock again before it polls."""

NO_ANSWER = "its directory does not respond"

_Found = tuple[Lock | None, Holder | None, str]


class RecordingLock:
    """Takes the lock of one recording, and looks whether it is still held.

    ``holder`` is who else has it, and ``barred`` why this process cannot have it, by the last try.
    """

    def __init__(self, place: RecordingFile, clock: Callable[[], float]) -> None:
        """``clock`` is Unix time in seconds."""
        self.holder: Holder | None = None
        self.barred = ""
        self.unanswered = False
        """Whether the folder did not answer at the last look at the held lock."""
        self._taking = PendingCall(lambda: _lock_or_holder(place, clock))
        self._looking: PendingCall[bool] | None = None
        self._held = False
        self._seen_at = 0.0

    async def take(self) -> Lock | None:
        """The lock, if it can be had."""
        try:
            lock, self.holder, self.barred = await self._taking.result()
        except TimeoutError:
            lock, self.holder, self.barred = None, None, NO_ANSWER
        if lock:
            self._looking = PendingCall(lock.stands)
            self._held, self._seen_at, self.unanswered = True, running(), False
        return lock

    async def is_still_held(self) -> bool:
        """Whether the lock still keeps others out; a folder that is away leaves it as it was."""
        try:
            self._held = self._looking is not None and await self._looking.result()
        except TimeoutError:
            self.unanswered = True
        else:
            self._seen_at, self.unanswered = running(), False
        return self._held

    async def was_held_just_now(self) -> bool:
        """The same before each poll, where a look of a moment ago will do."""
        if self.unanswered or running() - self._seen_at < JUST_NOW_SECONDS:
            return self._held
        return await self.is_still_held()

    async def nobody_can_have_it(self) -> bool:
        """Whether this process cannot have the lock, and nobody else has it."""
        lock = await self.take()
        holder, self.holder = self.holder, None
        if lock:
            await release(lock)
        return lock is None and holder is None

    def give_up(self) -> None:
        """Ask no more; a lock that is got too late is released."""
        self._taking.give_up(_drop)


def _drop(found: _Found) -> None:
    if lock := found[0]:
        lock.release()


async def release(lock: Lock) -> None:
    """Release a lock, without waiting for a folder that does not answer."""
    with suppress(TimeoutError):
        await in_thread_within(lock.release, ANSWER_SECONDS)


def _lock_or_holder(place: RecordingFile, clock: Callable[[], float]) -> _Found:
    barred = ""
    try:
        if lock := take(place, clock=clock):
            return lock, None, ""
    except LockError as error:
        barred = str(error)
    try:
        return None, holder(place.path), barred
    except LockError:
        return None, None, barred
