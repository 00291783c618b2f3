"""Has the ledgers of all members hold the same rows: what is new here goes to the bus, and back.

A row is in the ledger of this machine before it is on the bus, and stays due until the bus says
that it has it. Whatever order rows arrive in, what counts depends on which there are
(``domain/ledger_order.py``).
"""

import asyncio
import logging
import random
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from typing import Any, TypeVar

from wallboard.clock import running
from wallboard.domain.ledger_row import LedgerRow
from wallboard.fleet import names
from wallboard.fleet.bus import Bus, BusError, NotAllowedError, Stored
from wallboard.fleet.local_ledger import SHARED_DAYS, LocalLedger, Progress
from wallboard.fleet.names import BoardNames
from wallboard.fleet.shared_rows import digest, messages, unpacked
from wallboard.recorder.errors import RecordingError
from wallboard.recorder.paths import RecordingFile
from wallboard.threads import ANSWER_SECONDS, start_in_thread

T = TypeVar("T")

LOOK_SECONDS = 0.4
"""Between two looks for what was written here."""

ASK_SECONDS = 5.0
"""Between two questions to the bus that nothing called for: what an operator writes comes to the
stream through another account, and those who only listen are not told of it."""

AGAIN_SECONDS = 1.0
"""Before what failed is tried again."""

SPREAD_SECONDS = 1.0
"""Members that find a bus empty do not all fill it at once."""

MOST_KNOWN = 20_000
"""Rows of the bus that are known again when they are read from the ledger."""

LONG_SECONDS = 60.0
"""How long many rows may take."""

NOT_ALLOWED = "the bus does not let this member write"

log = logging.getLogger(__name__)


class LedgerExchange:
    """Exchanges the rows of one recording's ledger with the bus, until it is cancelled."""

    def __init__(
        self,
        bus: Bus,
        names: BoardNames,
        recording: RecordingFile,
        *,
        keep_days: Callable[[], float],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Older rows than ``keep_days`` are not taken; ``clock`` is Unix time in seconds."""
        self.waiting = 0
        """Rows of this machine that are not on the bus yet, as far as is known."""
        self.taken = 0
        self.refused = 0
        """Rows of the bus that were taken, and that could not be."""
        self.read_only = ""
        """Why this member may not write to the bus; empty if it may."""
        self._bus = bus
        self._subject = names.ledger
        self._local = LocalLedger(recording)
        self._keep_days = keep_days
        self._clock = clock
        self._progress: Progress | None = None
        self._known: OrderedDict[bytes, None] = OrderedDict()
        self._wanted = asyncio.Event()
        self._ask_at = 0.0
        self._unsaved = ""
        self._unsent = ""
        self._call: asyncio.Future[Any] | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        """What hinders it, in sentences."""
        if self._unsaved:
            path = self._local.path
            return (f"Alarms of other members are not saved: {path}: {self._unsaved}. Retrying.",)
        if not self.waiting:
            return ()
        what = f"{self.waiting} rows of alarms are" if self.waiting > 1 else "1 row of alarms is"
        if self.read_only:
            return (f"Read only: {self.read_only}; {what} known to this machine alone.",)
        if self._unsent:
            return (f"{what} not shared yet: {self._unsent}. Retrying.",)
        return ()

    async def run(self) -> None:
        """Exchange rows for ever."""
        self._bus.on_connected(self._connected)
        await self._bus.listen(self._subject, lambda _: self._ask())
        if self._bus.status.connected:
            await self._connected()
        try:
            while True:
                self._wanted.clear()
                pause = LOOK_SECONDS if await self._exchanged() else AGAIN_SECONDS
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._wanted.wait()
        finally:
            with suppress(TimeoutError, RecordingError, OSError):
                await self._in_thread(self._local.close)

    async def _connected(self) -> None:
        with suppress(BusError):
            allowed = await self._bus.may_store(self._subject)
            self.read_only = "" if allowed else NOT_ALLOWED
        self._ask()

    def _ask(self) -> None:
        self._ask_at = 0.0
        self._wanted.set()

    async def _exchanged(self) -> bool:
        """Exchange what there is by now; whether that went well."""
        try:
            await self._exchange()
            self._unsaved = self._unsent = ""
        except BusError as error:
            self._unsent = str(error)
        except TimeoutError:
            self._unsaved = "its directory does not respond"
        except RecordingError as error:
            self._unsaved = str(error)
        except OSError as error:
            self._unsaved = error.strerror or str(error)
        except Exception:
            log.exception("The exchange of alarms failed; trying again")
        else:
            return True
        self._ask_at = 0.0
        return False

    async def _exchange(self) -> None:
        if self._progress is None:
            self._progress = await self._in_thread(self._local.progress)
        progress: Progress = self._progress
        if not self._bus.status.connected:
            self.waiting = (await self._in_thread(partial(self._unsent_after, progress)))[1]
            raise BusError(self._bus.status.error or "the bus is out of reach")
        same_file = progress.file == await self._in_thread(self._local.file)
        if progress.epoch != self._bus.epoch or not same_file:
            progress = await self._advance(await self._compare())
        if running() >= self._ask_at:
            # First, for a message may come while others are taken.
            self._ask_at = running() + ASK_SECONDS
            last = (await self._bus.stream(names.LEDGER)).last
            if last < progress.stored:
                # It lost what it had said to keep.
                progress = await self._advance(await self._compare())
            number, _ = await self._take(progress.stored)
            progress = await self._advance(replace(progress, stored=number))
        await self._send(progress)

    async def _compare(self) -> Progress:
        """Exchange all that matters: the bus, or the ledger, is another one than before."""
        epoch, now, keep_days = self._bus.epoch, self._clock(), self._keep_days()
        last = (await self._bus.stream(names.LEDGER)).last
        page = await self._in_thread(partial(self._local.compared, now, keep_days), LONG_SECONDS)
        ours = await self._in_thread(lambda: {digest(row): row for row in page.rows}, LONG_SECONDS)
        since = now - min(SHARED_DAYS, keep_days) * 86_400
        number, theirs = await self._take(0, since=since)
        number = max(number, last)
        if not theirs.issuperset(ours):
            # Others may find the same missing.
            await asyncio.sleep(random.uniform(0, SPREAD_SECONDS))  # noqa: S311  not a secret
            number, more = await self._take(number)
            theirs |= more
            await self._publish([row for name, row in ours.items() if name not in theirs])
        return Progress(epoch, number, await self._in_thread(self._local.file), page.last)

    async def _take(self, after: int, *, since: float | None = None) -> tuple[int, set[bytes]]:
        """Take all that the bus has after a number; the last number, and what it has."""
        seen: set[bytes] = set()
        while batch := await self._bus.stored(names.LEDGER, self._subject, after, since=since):
            after, since = batch[-1].number, None
            digests, refused = await self._in_thread(partial(self._keep, batch), LONG_SECONDS)
            seen.update(digests)
            self.refused += refused
            self._know(digests)
        return after, seen

    def _keep(self, batch: Sequence[Stored]) -> tuple[list[bytes], int]:
        """Write the rows of some messages; what they are, and how many could not be taken."""
        every = [unpacked(one.data) for one in batch]
        oldest = self._clock() - self._keep_days() * 86_400
        rows = {digest(row): row for one in every for row in one.rows if row.at >= oldest}
        new = [row for name, row in rows.items() if name not in self._known]
        if new:
            self.taken += self._local.append(new)
        return list(rows), sum(one.refused for one in every)

    async def _send(self, progress: Progress) -> None:
        """Have the bus keep what was written here since."""
        while True:
            last, self.waiting, rows = await self._in_thread(partial(self._unsent_after, progress))
            if last == progress.row:
                return
            await self._publish(rows)
            file = await self._in_thread(self._local.file)
            progress = await self._advance(replace(progress, row=last, file=file))

    def _unsent_after(self, progress: Progress) -> tuple[int, int, list[LedgerRow]]:
        """The number of the last row that was looked at, how many wait, and the first of these."""
        page = self._local.written_after(progress.row)
        rows = [row for row in page.rows if digest(row) not in self._known]
        return page.last, page.count - len(page.rows) + len(rows), rows

    async def _publish(self, rows: Sequence[LedgerRow]) -> None:
        """Have the bus keep rows. Raises ``BusError`` unless it says that it does."""
        for data, some in messages(rows):
            name = blake2b(data, digest_size=16).hexdigest()
            try:
                await self._bus.store(self._subject, data, message_id=name)
            except NotAllowedError:
                self.read_only = NOT_ALLOWED
                raise
            self._know(map(digest, some))
            self.waiting = max(0, self.waiting - len(some))

    def _know(self, digests: Iterable[bytes]) -> None:
        """Know rows of the bus again when they are read from the ledger."""
        for one in digests:
            self._known[one] = None
            self._known.move_to_end(one)
        while len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)

    async def _advance(self, progress: Progress) -> Progress:
        """Go on from there, also in another process."""
        if progress != self._progress:
            await self._in_thread(partial(self._local.note, progress))
            self._progress = progress
        return progress

    async def _in_thread(self, call: Callable[[], T], seconds: float = ANSWER_SECONDS) -> T:
        """What a call returns or raises; the ledger is never used by two threads.

        Raises ``TimeoutError`` after so many seconds, and until that call is over.
        """
        if self._call and not self._call.done():
            raise TimeoutError
        self._call = future = start_in_thread(call)
        await asyncio.wait({future}, timeout=seconds)
        if not future.done():
            future.add_done_callback(lambda over: over.exception())
            raise TimeoutError
        return future.result()
