"""Sends what is due, each channel by itself, and writes the outcome to the ledger."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.notices.channel import Channel, DeliveryError
from wallboard.notices.channel_health import ChannelHealth
from wallboard.notices.episode import CALLING_PHASES, QueuedNotice
from wallboard.notices.notice import Notice, Phase
from wallboard.notices.outbox import Outbox, outcome
from wallboard.notices.plan import SendingRules, plan

TICK_SECONDS = 0.5
"""Between two looks at what is due."""

log = logging.getLogger(__name__)


class NoticeBoard(Protocol):
    """What a sender asks of the living board."""

    def may_send(self) -> bool:
        """Whether this process is the one that sends, and has a network."""

    def suppressed(self) -> Collection[AlarmKey]:
        """The alarms that something else explains at present."""

    def notice(self, queued: QueuedNotice, outbox: Outbox) -> Notice | None:
        """The notice in full; ``None`` if nothing is known any more of what it is about."""

    async def write(self, rows: Sequence[LedgerRow], *, insist: bool) -> bool:
        """Put rows into the ledger; whether they are on the disk.

        What is not is tried again if the caller insists, else dropped.
        """


class NoticeSender:
    """Plans and sends until it is cancelled. A channel that hangs holds up no other.

    ``channels`` are those that are open and ``awaited`` the names of those that cannot be opened
    at present; ``clock`` is Unix time in seconds.
    """

    def __init__(
        self, board: NoticeBoard, outbox: Outbox, *, clock: Callable[[], float] = time.time
    ) -> None:
        """Without any channel."""
        self.outbox = outbox
        self.rules = SendingRules()
        self.health = ChannelHealth()
        self._board = board
        self._channels: Mapping[str, Channel] = {}
        self._awaited: Collection[str] = ()
        self._clock = clock
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._ended = asyncio.Event()

    @property
    def busy(self) -> bool:
        """Whether anything is being sent."""
        return bool(self._busy)

    def take_up(
        self,
        channels: Mapping[str, Channel],
        rules: SendingRules,
        awaited: Collection[str] = (),
    ) -> None:
        """Go by other channels and rules; what is being sent goes on as it began."""
        for name, channel in self._channels.items():
            if channels.get(name) is not channel:
                task = asyncio.create_task(_close(channel, self._busy.get(name)))
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)
        self._channels, self._awaited, self.rules = channels, awaited, rules
        self.health.keep({*channels, *awaited})
        for notice in self.outbox.open_notices():
            # What hindered it may have been what was edited.
            notice.next_try_at, notice.tries = 0.0, 0

    def clock_set(self, by: float) -> None:
        """Go on as before once the clock was put forward ``by`` seconds, or back."""
        self.outbox.shift(by)
        self.health.shift(by)

    async def run(self) -> None:
        """Plan and send, for ever."""
        try:
            while True:
                try:
                    await self.step()
                    await self._send_on(TICK_SECONDS)
                except Exception:
                    log.exception("Sending notices failed")
                    await asyncio.sleep(TICK_SECONDS)
        finally:
            tasks = [*self._busy.values(), *self._closing]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for channel in self._channels.values():
                await channel.aclose()

    async def step(self) -> None:
        """Queue what is due, and begin to send what each channel has next."""
        now = self._clock()
        if self._board.may_send():
            await self._queue(now)
            self._begin_next()
            self.health.idle({one.channel for one in self.outbox.open_notices()})
        self.outbox.forget_finished(now)

    async def _send_on(self, seconds: float) -> None:
        """For so long have each channel begin with its next notice as soon as it is free.

        What is due is looked at between, however many there are.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    await self._ended.wait()
                    self._ended.clear()
                    if self._board.may_send():
                        self._begin_next()

    async def idle(self) -> None:
        """Wait until nothing is being sent."""
        while self._busy:
            await asyncio.wait(self._busy.values())

    async def _queue(self, now: float) -> None:
        phases = {name: channel.phases for name, channel in self._channels.items()}
        rows = plan(self.outbox, now, self.rules, phases, self._board.suppressed())
        if rows and await self._board.write(rows, insist=False):
            for row in rows:
                notice = self.outbox.notice(row.notice)
                if notice and notice.queued_at == row.at and not notice.tries:
                    # Nobody but this process has had it so far.
                    notice.may_have_arrived = False

    def _begin_next(self) -> None:
        now = self._clock()
        for notice in sorted(self.outbox.open_notices(), key=_turn):
            self._begin(notice, now)

    def _begin(self, notice: QueuedNotice, now: float) -> None:
        name = notice.channel
        if name in self._busy or name in self._awaited:
            return
        if notice.next_try_at > now or self.health.quiet_until(name) > now:
            return
        task = asyncio.create_task(self._send(notice))
        self._busy[name] = task
        task.add_done_callback(lambda _: self._has_ended(name))

    def _has_ended(self, name: str) -> None:
        """The channel is free for the next one."""
        del self._busy[name]
        self._ended.set()

    async def _send(self, queued: QueuedNotice) -> None:
        if not self._board.may_send():
            return  # somebody else took over since, and goes on from the ledger
        channel = self._channels.get(queued.channel)
        if channel is None:
            await self._keep(queued, RowKind.GIVEN_UP, "the config has no such channel any more")
            return
        if why := self._pointless(queued):
            await self._keep(queued, RowKind.WITHDRAWN, why)
            return
        notice = self._board.notice(queued, self.outbox)
        if notice is None:
            await self._keep(queued, RowKind.WITHDRAWN, "nothing is known any more of its alarm")
            return
        queued.tries += 1
        before, queued.may_have_arrived = queued.may_have_arrived, True
        try:
            answer = await channel.send(notice)
        except DeliveryError as error:
            queued.may_have_arrived = before or error.may_have_arrived
            await self._failed(queued, error)
        except Exception as error:
            log.exception("Channel %s failed", queued.channel)
            await self._failed(queued, DeliveryError(f"internal error ({type(error).__name__})"))
        else:
            self.health.delivered(queued.channel)
            await self._keep(queued, RowKind.SENT, answer)

    async def _failed(self, queued: QueuedNotice, error: DeliveryError) -> None:
        now, why = self._clock(), str(error)
        self.health.failed(queued.channel, now, why, error.retry_after)
        if error.permanent or now >= queued.give_up_at:
            log.warning("Notice %s through %s given up: %s", queued.id, queued.channel, why)
            self.health.gave_up(queued.channel, why)
            await self._keep(queued, RowKind.GIVEN_UP, why)
            return
        queued.failed(now, error.retry_after)
        if why != queued.failure:
            await self._keep(queued, RowKind.FAILED, why)

    async def _keep(self, queued: QueuedNotice, kind: RowKind, text: str) -> None:
        """Note what became of a notice, at once here and for others in the ledger."""
        row = outcome(queued, kind, self._clock(), text)
        self.outbox.take_own(row)
        await self._board.write([row], insist=True)

    def _pointless(self, queued: QueuedNotice) -> str:
        """Why nobody needs it any more; empty if somebody does.

        A raise that may have arrived is sent again, so that "over" is said of it.
        """
        if queued.phase is Phase.OVER or (queued.phase is Phase.RAISE and queued.may_have_arrived):
            return ""
        episodes = self.outbox.episodes_of(queued.alarms)
        if all(episode.over_at is not None for episode in episodes):
            return "it was over before it was delivered"
        called = any(episode.unhandled(self._clock()) for episode in episodes)
        if queued.phase in CALLING_PHASES and not called:
            return "somebody had it in hand before it was delivered"
        return ""


def _turn(notice: QueuedNotice) -> float:
    """Of several that wait for a channel, one that fails holds up no other."""
    return max(notice.next_try_at, notice.queued_at)


async def _close(channel: Channel, busy: asyncio.Task[None] | None) -> None:
    if busy:
        await asyncio.wait((busy,))
    await channel.aclose()
