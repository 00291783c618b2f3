"""Publishes what the holder of the lease folds, and keeps checkpoints of its board."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress

from wallboard.clock import running
from wallboard.domain.event import RecordedBoard
from wallboard.fleet.batch import Published, batch_bytes, whole_batch
from wallboard.fleet.bus import Bus, BusError
from wallboard.fleet.bus_answers import Place
from wallboard.fleet.checkpoint import checkpoint_bytes
from wallboard.fleet.checkpoint_tables import Codes
from wallboard.fleet.codebook import MOST_TARGETS, Codebook
from wallboard.fleet.kept_checkpoint import CheckpointKeeper
from wallboard.fleet.lease import Term
from wallboard.fleet.message import messages
from wallboard.fleet.names import BoardNames
from wallboard.fleet.outbox import Lost, Outbox, Waiting
from wallboard.frozen import frozen
from wallboard.threads import start_in_thread

BATCH_SECONDS = 0.2
"""For so long events are gathered."""

SIGN_SECONDS = 1.0
"""After so long an empty batch says that there is still somebody."""

CHECKPOINT_SECONDS = 30.0
"""Between two checkpoints; of large boards there are fewer."""

CHECKPOINT_SHARE = 0.02
"""Of the time of one core, for making them."""

STORED_CHECKPOINT_SECONDS = 300.0
"""Between two that the stream keeps, for members that missed more than they can follow."""

AGAIN_SECONDS = 0.5
LAST_SECONDS = 1.0
"""How long the end may take."""

Recorded = Callable[[Lost], AsyncIterator[Sequence[Published]]]
"""Reads again from the recording what there was no room for, in order; it must not raise."""

log = logging.getLogger(__name__)


@frozen
class _Sent:
    """A batch until it is stored, and the checkpoint that holds once it is, if one is due."""

    number: int
    sent_ms: int
    events: Sequence[Waiting]
    messages: Sequence[bytes]
    board: RecordedBoard | None = None
    codes: Codes | None = None


class _Series:
    """The batches of one term."""

    def __init__(self, term: Term, checkpoints: CheckpointKeeper) -> None:
        self.term = term
        self.checkpoints = checkpoints
        self.number = 0
        self.stored = 0
        self.codebook = Codebook()


class Publisher:
    """What a leader publishes, for as long as ``run`` runs and there is a term."""

    def __init__(
        self,
        bus: Bus,
        board_names: BoardNames,
        *,
        term: Callable[[], Term | None],
        board: Callable[[], RecordedBoard],
        recorded: Recorded | None = None,
        clock: Callable[[], float] = running,
    ) -> None:
        """``term`` is that of the lease while it is held here, ``board`` the board by now.

        ``clock`` counts seconds and only goes on.
        """
        self.published = 0
        """Events that are stored."""
        self.late_published = 0
        """Those of them that were late."""
        self.problem = ""
        """Why it does not go on for now."""
        self._bus = bus
        self._names = board_names
        self._term = term
        self._board = board
        self._recorded = recorded
        self._clock = clock
        self._outbox = Outbox()
        self._came = asyncio.Event()
        self._series: _Series | None = None
        self._place: Place | None = None
        self._unsent: _Sent | None = None
        self._late_number = 0
        self._sent_ms = 0
        self._signed_at = -SIGN_SECONDS
        self._checkpoint_at = self._stored_checkpoint_at = 0.0
        self._pause_seconds = CHECKPOINT_SECONDS
        self._keeping: asyncio.Task[None] | None = None

    @property
    def dropped(self) -> int:
        """Events that had no room while the bus was away."""
        return self._outbox.dropped

    @property
    def lag_seconds(self) -> float:
        """For how long the oldest event has waited."""
        oldest = self._unsent.events[0] if self._unsent and self._unsent.events else None
        oldest = oldest or self._outbox.oldest
        return max(0.0, self._clock() - oldest.since) if oldest else 0.0

    @property
    def place(self) -> Place | None:
        """The last message of its own that the stream has, if it ever published any."""
        return self._place

    @property
    def unsent_since(self) -> float | None:
        """The date of the oldest event that is not published, Unix time in seconds."""
        if lost := self._outbox.lost:
            return lost.first_at
        waiting = self._unsent.events[:1] if self._unsent else ()
        oldest = waiting[0] if waiting else self._outbox.oldest
        return oldest.event.at if oldest else None

    def take(self, event: Published) -> None:
        """Publish an event as soon as may be; the board has folded it, or does so at once."""
        self._outbox.put(Waiting(event, self._term(), self._clock()))
        self._came.set()

    def publish_recorded(self, span: Lost) -> None:
        """Publish late what the recording has of a time, before anything else."""
        self._outbox.lose(span)
        self._came.set()

    async def run(self) -> None:
        """Publish until cancelled, and then what is left, if the bus takes it at once."""
        try:
            while True:
                await self._gather()
                try:
                    while await self._publish_next():
                        pass
                    self.problem = ""
                except BusError as error:
                    self.problem = str(error)
                    await self._bus.drop_dead()
                    await asyncio.sleep(AGAIN_SECONDS)
        finally:
            if self._keeping:
                self._keeping.cancel()
            with suppress(BusError, TimeoutError):
                async with asyncio.timeout(LAST_SECONDS):
                    while (self._outbox or self._unsent) and await self._publish_next():
                        pass

    async def late(self, events: Sequence[Published]) -> None:
        """Publish events that others take only where they have nothing newer, in this order.

        Raises ``BusError``; then not all of them are published.
        """
        while events:
            count = whole_batch(events)
            self._late_number += 1
            data = batch_bytes(events[:count], Codebook(), anew=True)
            term = Term(0, self._bus.id)
            for message in messages(term, self._late_number, data, self._bus.largest, late=True):
                await self._bus.store(self._names.observations, message)
            self.late_published += count
            self.published += count
            events = events[count:]

    async def _gather(self) -> None:
        """Wait until there is something to publish."""
        self._came.clear()
        if not self._outbox:
            with suppress(TimeoutError):
                async with asyncio.timeout(SIGN_SECONDS - BATCH_SECONDS):
                    await self._came.wait()
        await asyncio.sleep(BATCH_SECONDS)

    async def _publish_next(self) -> bool:
        """Publish what is next; whether there is more. Raises ``BusError``."""
        term = self._term()
        if not self._bus.status.connected:
            return False
        if term is None:
            self._end()
            return await self._published_late(None)
        if self._series is None or self._series.term != term:
            self._begin(term)
        if await self._published_late(term):
            return True
        sent = self._unsent = self._unsent or self._next(term)
        if sent is None:
            return False
        await self._store(sent, term)
        return bool(self._outbox)

    def _end(self) -> None:
        """What was to be sent under a term that is over is late."""
        if self._unsent:
            self._outbox.put_back(self._unsent.events)
            self._unsent = None
        self._series = None

    def _begin(self, term: Term) -> None:
        """Number anew under a new term."""
        self._end()
        checkpoints = CheckpointKeeper(self._bus, self._names, holds=lambda: self._term() == term)
        self._series = _Series(term, checkpoints)
        self._signed_at = -SIGN_SECONDS
        self._checkpoint_at = self._stored_checkpoint_at = float("-inf")

    async def _published_late(self, term: Term | None) -> bool:
        """Publish what there was no room for, or what waits since another term, if anything is."""
        if self._unsent:
            return False
        if lost := self._outbox.lost:
            if self._recorded:
                async for events in self._recorded(lost):
                    await self.late(events)
            if self._outbox.lost == lost:
                self._outbox.lost = None
            return True
        oldest = self._outbox.oldest
        if oldest is None or (term and oldest.term == term):
            return False
        taken = self._outbox.take()
        try:
            await self.late([one.event for one in taken])
        except BaseException:
            self._outbox.put_back(taken)
            raise
        return True

    def _next(self, term: Term) -> _Sent | None:
        """The next batch, with the checkpoint that goes with it if one is due."""
        series, now = self._series, self._clock()
        assert series  # noqa: S101  it began with the term
        taken = self._outbox.take() if self._outbox else []
        if not taken and now - self._signed_at < SIGN_SECONDS:
            return None
        anew = len(series.codebook.targets) + len(taken) > MOST_TARGETS or not series.number
        if anew:
            series.codebook = Codebook()
        data = batch_bytes([one.event for one in taken], series.codebook, anew=anew)
        series.number += 1
        self._sent_ms = sent_ms = max(self._sent_ms + 1, round(now * 1000))
        self._signed_at = now
        sent = messages(
            term,
            series.number,
            data,
            self._bus.largest,
            sent_ms=sent_ms,
            stored=series.stored,
        )
        board = codes = None
        idle = self._keeping is None or self._keeping.done()
        if idle and not self._outbox and now - self._checkpoint_at >= self._pause_seconds:
            # Now, while the board is all that was sent and this batch.
            board, codes = self._board(), Codes.of(series.codebook)
        return _Sent(series.number, sent_ms, taken, tuple(sent), board, codes)

    async def _store(self, sent: _Sent, term: Term) -> None:
        """Raises ``BusError``; the same batch is sent again then, under the same number."""
        series = self._series
        assert series  # noqa: S101  as above
        for message in sent.messages:
            series.stored = await self._bus.store(self._names.observations, message)
        self._place = Place(term.epoch, series.stored)
        self._unsent = None
        self.published += len(sent.events)
        if sent.board and sent.codes and self._term() == term:
            self._checkpoint_at = self._clock()
            self._keeping = asyncio.create_task(
                self._keep(series, sent, series.stored, sent.board, sent.codes)
            )

    async def _keep(
        self, series: _Series, sent: _Sent, stored: int, board: RecordedBoard, codes: Codes
    ) -> None:
        """Have the bus keep a checkpoint; if it does not, the next one is due at once."""
        term = series.term
        try:
            began = self._clock()
            data = await start_in_thread(
                lambda: checkpoint_bytes(term, sent.number, stored, sent.sent_ms, board, codes)
            )
            took = self._clock() - began
            self._pause_seconds = max(CHECKPOINT_SECONDS, took / CHECKPOINT_SHARE)
            await series.checkpoints.keep(data)
            if self._clock() - self._stored_checkpoint_at >= STORED_CHECKPOINT_SECONDS:
                for message in messages(term, sent.number, data, self._bus.largest):
                    await self._bus.store(self._names.checkpoints, message)
                self._stored_checkpoint_at = self._clock()
        except BusError as error:
            log.info("The checkpoint was not kept: %s", error)
            self._checkpoint_at = float("-inf")
