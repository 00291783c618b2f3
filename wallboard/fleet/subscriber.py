"""Receives what the holder of the lease folds: first the whole board, then each event in order.

Whatever was missed is read from the stream, and where that is too much or no longer there, the
newest checkpoint stands for it.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from wallboard.clock import running
from wallboard.domain.event import RecordedBoard
from wallboard.fleet import names
from wallboard.fleet.batch import GarbageError, Published
from wallboard.fleet.bus import Bus, BusError
from wallboard.fleet.bus_answers import Place
from wallboard.fleet.checkpoint import Checkpoint, checkpoint_of
from wallboard.fleet.kept_checkpoint import kept_checkpoint
from wallboard.fleet.lag import Lag
from wallboard.fleet.lease import Term
from wallboard.fleet.message import Assembly, message_of
from wallboard.fleet.names import BoardNames
from wallboard.fleet.publisher import STORED_CHECKPOINT_SECONDS
from wallboard.fleet.reader import MissedError, Reader
from wallboard.threads import start_in_thread

SILENT_SECONDS = 3.0
"""After so long without a message it asks whether the bus is there at all."""

AGAIN_SECONDS = 0.5
LONGEST_AGAIN_SECONDS = 4.0
"""Between two looks for a checkpoint, twice as long after each in vain."""

MOST_WAITING = 150
"""Messages; of a viewer that is so slow the newest checkpoint takes their place."""

MOST_MISSED = 256
"""Messages; of a viewer that missed more the newest checkpoint takes their place."""

MOST_WAITING_BYTES = 32 * 1024 * 1024

SLACK_SECONDS = 60.0
"""By how much a checkpoint may be later than it was due."""

AT_ONCE = 5
"""Messages that are read before others in this process have their turn."""

log = logging.getLogger(__name__)


class Subscriber:
    """What a receiver hears of one board, as seen from one place."""

    def __init__(
        self,
        bus: Bus,
        board_names: BoardNames,
        *,
        complete: bool,
        resume_after: Callable[[], Place | None] = lambda: None,
        clock: Callable[[], float] = running,
    ) -> None:
        """With ``complete`` all that was missed is read, as far as the stream has it.

        ``resume_after`` is the last message of the stream whose events the receiver has, from
        wherever; ``clock`` counts seconds and only goes on.
        """
        self.resyncs = 0
        """How often a checkpoint stood for what was missed, without the first."""
        self.garbage = 0
        """Messages that no member sends."""
        self.heard_at: float | None = None
        """When the last batch came, on its clock."""
        self._bus = bus
        self._names = board_names
        self._complete = complete
        self._resume_after = resume_after
        self._clock = clock
        self._reader = Reader(bus.id)
        self._lag = Lag()
        self._epoch = 0
        self._listens = self._runs = self._in_step = self._restored = self._looked = False
        self._first_look = True
        self._after: Place | None = None
        self._again, self._next_look = AGAIN_SECONDS, 0.0
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._came = asyncio.Event()
        self._publish: Callable[[Published | RecordedBoard], object] = lambda _: None

    @property
    def in_step(self) -> bool:
        """Whether what comes now follows what was read."""
        return self._in_step

    @property
    def caught_up(self) -> bool:
        """Whether all that the bus has was read since it was reached, be it nothing."""
        return self._in_step or self._looked

    @property
    def term(self) -> Term | None:
        """That of the last batch."""
        return self._reader.term

    @property
    def place(self) -> Place:
        """The last message of the stream that was read, as far as its number is known."""
        return Place(self._epoch, self._reader.stored)

    @property
    def dropped(self) -> int:
        """Messages of holders that were none any more."""
        return self._reader.dropped

    @property
    def late(self) -> int:
        """Events that came late and were news."""
        return self._reader.late

    @property
    def lag_seconds(self) -> float:
        """How much longer the last batch took than the fastest one of late."""
        return self._lag.seconds

    async def run(self, publish: Callable[[Published | RecordedBoard], object]) -> None:
        """Publish what is heard until cancelled; it may run again later."""
        self._publish = publish
        self._begin()
        try:
            if not self._listens:
                self._listens = True
                self._bus.on_connected(self._connected)
                with suppress(BusError):
                    await self._bus.listen(self._names.observations, self._take)
            while True:
                if not self._in_step and self._clock() >= self._next_look:
                    await self._catch_up()
                if not self._first_look:
                    # What was before comes first, though another term may begin just now.
                    self._read_waiting()
                await self._wait()
        finally:
            self._runs = False
            self._forget_waiting()

    def _begin(self) -> None:
        self._runs, self._in_step, self._restored = True, False, False
        self._looked, self._first_look = False, True
        self._reader.lose()
        self._after = self._resume_after() if self._complete else None

    def _take(self, data: bytes) -> None:
        """Have a message wait its turn."""
        if not self._runs:
            return
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        if len(self._waiting) > MOST_WAITING or self._waiting_bytes > MOST_WAITING_BYTES:
            self._forget_waiting()
            self._in_step = False
            if not self._complete:
                self._reader.lose()
        self._came.set()

    def _forget_waiting(self) -> None:
        self._waiting.clear()
        self._waiting_bytes = 0

    async def _connected(self) -> None:
        self._in_step, self._again, self._next_look = False, AGAIN_SECONDS, 0.0
        self._looked = False
        self._came.set()

    async def _wait(self) -> None:
        """Wait for a message; in silence, look whether the bus is there."""
        if self._waiting and not self._first_look:
            await asyncio.sleep(0)
            return
        self._came.clear()
        try:
            async with asyncio.timeout(SILENT_SECONDS if self._in_step else self._again):
                await self._came.wait()
        except TimeoutError:
            if self._in_step:
                await self._bus.drop_dead()

    def _read_waiting(self) -> None:
        for _ in range(min(AT_ONCE, len(self._waiting))):
            data = self._waiting.popleft()
            self._waiting_bytes -= len(data)
            try:
                self._read(data)
            except MissedError:
                self._in_step = False

    def _read(self, data: bytes, stored: int = 0) -> None:
        """Publish the events of a message. Raises ``MissedError``."""
        before = self._reader.sent_ms
        try:
            events = self._reader.take(data, stored)
        except GarbageError as error:
            self._count_garbage(error)
            return
        now = self._clock()
        if self._reader.sent_ms != before:
            self.heard_at = now
            if not stored:
                self._lag.heard(self._reader.term, self._reader.sent_ms / 1000, now)
        for event in events:
            if not stored or stored > self._had:
                self._publish(event)

    async def _catch_up(self) -> None:
        """Get what was missed, or what stands for it, as soon as the bus is there."""
        if not self._bus.status.connected:
            return
        if self._bus.epoch != self._epoch:
            self._reader.forget()
            self._epoch = self._bus.epoch
        try:
            self._in_step = await self._went_on() or await self._restored_from_checkpoint()
            self._looked, self._first_look = True, False
            if self._in_step:
                self._after, self._again = None, AGAIN_SECONDS
                return
        except BusError as error:
            log.info("What was missed could not be read: %s", error)
            self._in_step = False
            await self._bus.drop_dead()
        self._next_look = self._clock() + self._again
        self._again = min(2 * self._again, LONGEST_AGAIN_SECONDS)

    @property
    def _had(self) -> int:
        """Up to which message of this stream the receiver had all of them when it began."""
        return self._after.number if self._after and self._after.epoch == self._epoch else 0

    async def _went_on(self) -> bool:
        """Read in order what was missed, unless that is too much or not there any more."""
        if not self._complete and not self._restored:
            return False  # a sender that begins anew does not tell of the whole board
        if not self._reader.knows_where:
            if self._after is None or not await self._found_place():
                return False
        return await self._followed(much=self._complete)

    async def _followed(self, *, much: bool) -> bool:
        """Read what the stream has since the last batch, unless it is missing, or too much."""
        after, read = self._reader.stored, 0
        subject = self._names.observations
        while page := await self._bus.stored(names.OBSERVATIONS, subject, after):
            for place, one in enumerate(page):
                try:
                    self._read(one.data, one.number)
                except MissedError:
                    self._reader.lose()
                    return False
                after = one.number
                if place % AT_ONCE == 0:
                    await asyncio.sleep(0)
            read += len(page)
            if read >= MOST_MISSED and not much:
                self._reader.lose()
                return False
        return True

    async def _found_place(self) -> bool:
        """Find where in the stream to go on, by the checkpoints that are in it."""
        had, found = self._had, None
        first = await self._bus.stored(
            names.OBSERVATIONS, self._names.observations, max(had - 1, 0), most=1
        )
        if not first:
            return False
        assembly, after = Assembly(), 0
        begin: float | None = first[0].at - STORED_CHECKPOINT_SECONDS - SLACK_SECONDS
        subject = self._names.checkpoints
        while page := await self._bus.stored(names.OBSERVATIONS, subject, after, since=begin):
            for one in page:
                after, begin = one.number, None
                checkpoint = await self._checkpoint_in(assembly, one.data)
                if checkpoint and found and checkpoint.stored > had:
                    return self._go_on_from(found, had)
                found = checkpoint or found
        return self._go_on_from(found, had)

    async def _checkpoint_in(self, assembly: Assembly, data: bytes) -> Checkpoint | None:
        """The checkpoint that a message makes whole."""
        try:
            whole = assembly.whole(message_of(data))
            return await start_in_thread(lambda: checkpoint_of(whole)) if whole else None
        except GarbageError as error:
            self._count_garbage(error)
            return None

    def _go_on_from(self, found: Checkpoint | None, had: int) -> bool:
        if found is None or not self._reader.restore(found):
            return False
        if found.stored > had:
            self._publish(found.board)
            self._restored = True
        return True

    async def _restored_from_checkpoint(self) -> bool:
        """Publish the newest checkpoint, and what the stream has after it."""
        try:
            checkpoint = await kept_checkpoint(self._bus, self._names)
        except GarbageError as error:
            self._count_garbage(error)
            return False
        if checkpoint is None or not self._reader.restore(checkpoint):
            return False
        self.resyncs += self._restored
        self._restored = True
        self._publish(checkpoint.board)
        return await self._followed(much=True)

    def _count_garbage(self, error: GarbageError) -> None:
        self.garbage += 1
        log.info("Of no use: %s", error)
