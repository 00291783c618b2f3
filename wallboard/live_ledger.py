"""The ledger of a living board, written and read in threads: its folder may be on another machine.

What cannot be written waits, and is tried again for ever.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from wallboard.domain.ledger_row import LedgerRow
from wallboard.frozen import frozen
from wallboard.recorder.ledger.tap import Exchange, LedgerTap
from wallboard.recorder.ledger.update import LedgerUpdate
from wallboard.recorder.paths import RecordingFile, ledger_file
from wallboard.threads import ANSWER_SECONDS, PendingCall, in_thread_within

LOOK_SECONDS = 0.4
"""Between two looks for what others wrote."""

AGAIN_SECONDS = 1.0
"""Before what failed is tried again."""

MOST_WAITING = 20_000
"""Rows that wait for a ledger that cannot be written; the oldest are dropped."""

SET_ASIDE_SECONDS = 3600.0
"""How long it is said that a damaged ledger was moved."""

log = logging.getLogger(__name__)

NO_ANSWER = "its directory does not respond"


@frozen
class LedgerState:
    """What is wrong with the ledger, in words without its path; empty where all is well."""

    path: Path
    unwritten: str = ""
    unread: str = ""
    read_only: str = ""


class LiveLedger:
    """The ledger of one recording, until it is closed."""

    def __init__(
        self,
        recording: RecordingFile,
        take: Callable[[LedgerUpdate], None],
        *,
        keep_days: Callable[[], float | None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``take`` is given what was read, in the event loop, at first all that matters.

        ``keep_days`` says how long rows are kept if this process records, else ``None``. ``clock``
        is Unix time in seconds.
        """
        place = ledger_file(recording)
        self.recording = recording
        self.state = LedgerState(place.path)
        self.looked = False
        """Whether it was read once, or could not be."""
        self._tap = LedgerTap(place, clock=clock)
        self._take = take
        self._keep_days = keep_days
        self._waiting: list[LedgerRow] = []
        self._again = False
        self._aside: tuple[Path, float] | None = None
        self._exchanging = PendingCall(self._exchange)
        self._wanted = asyncio.Event()
        self._expected: list[tuple[frozenset[int], asyncio.Future[bool]]] = []

    @property
    def problems(self) -> tuple[str, ...]:
        """What hinders it, in sentences."""
        state, found = self.state, []
        if state.unwritten and self._waiting:
            found.append(f"Alarms not saved to {state.path}: {state.unwritten}. Retrying.")
        elif state.unread:
            found.append(f"Alarms cannot be shared: {state.path}: {state.unread}. Retrying.")
        if self._aside and time.monotonic() < self._aside[1]:
            found.append(
                f"Damaged alarm ledger moved to {self._aside[0]}; what it said may be missing here."
            )
        return tuple(found)

    @property
    def waiting(self) -> Sequence[LedgerRow]:
        """Rows that are not in the file yet."""
        return self._waiting

    def read_again(self) -> None:
        """Have all that matters read once more as soon as may be."""
        self._again = True
        self._wanted.set()

    def write(self, rows: Iterable[LedgerRow]) -> None:
        """Have rows written as soon as may be."""
        self._waiting += rows
        del self._waiting[:-MOST_WAITING]
        self._wanted.set()

    async def written(self, rows: Sequence[LedgerRow], *, insist: bool = True) -> bool:
        """Write rows, and wait; whether they are on the disk, and were read again.

        If not, they are tried again by and by if the caller insists, else dropped.
        """
        done = asyncio.get_running_loop().create_future()
        mine = frozenset(map(id, rows))
        self._expected.append((mine, done))
        self.write(rows)
        if await done:
            return True
        if not insist:
            self._waiting = [row for row in self._waiting if id(row) not in mine]
        return False

    async def run(self) -> None:
        """Write and read until cancelled."""
        while True:
            self._wanted.clear()
            try:
                failed = await self.exchange()
            except Exception:
                log.exception("The ledger of alarms failed; trying again")
                failed = True
            with suppress(TimeoutError):
                async with asyncio.timeout(AGAIN_SECONDS if failed else LOOK_SECONDS):
                    await self._wanted.wait()

    async def exchange(self) -> bool:
        """Write what waits and take what is new, once; whether something failed."""
        try:
            rows, done = await self._exchanging.result()
        except TimeoutError:
            self.looked = True
            self.state = LedgerState(self.state.path, NO_ANSWER, NO_ANSWER, self.state.read_only)
            self._settle(written=False)
            return True
        if not done.unwritten:
            written = set(map(id, rows))
            self._waiting = [row for row in self._waiting if id(row) not in written]
        self.state = LedgerState(self.state.path, done.unwritten, done.unread, done.read_only)
        if done.set_aside:
            self._aside = done.set_aside, time.monotonic() + SET_ASIDE_SECONDS
        self._take(done.update)
        if done.more:
            self._wanted.set()
        if done.unwritten or not done.more:
            self._settle(written=not done.unwritten)
        self.looked = True
        return bool(done.unwritten or done.unread)

    async def close(self) -> None:
        """Write what waits, as far as that goes at once, and let go of the file."""
        for _ in range(2):  # one may be under way, with what waited before
            if not self._waiting or await self.exchange():
                break
        self._settle(written=False)
        self._exchanging.give_up()
        with suppress(TimeoutError):
            await in_thread_within(self._tap.close, ANSWER_SECONDS)

    def _settle(self, *, written: bool) -> None:
        """Tell those who wait for their rows, unless these came after what was written."""
        waiting = set(map(id, self._waiting))
        for rows, done in self._expected[:]:
            if not written or not rows & waiting:
                self._expected.remove((rows, done))
                if not done.done():
                    done.set_result(written)

    def _exchange(self) -> tuple[list[LedgerRow], Exchange]:
        rows, again, self._again = self._waiting[:], self._again, False
        done = self._tap.exchange(rows, keep_days=self._keep_days(), again=again)
        self._again = self._again or (again and bool(done.unread))
        return rows, done
