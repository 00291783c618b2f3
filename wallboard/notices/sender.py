"""Sends what the outbox plans, each channel by itself, and writes the outcome to the ledger."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.frozen import frozen
from wallboard.notices.channel import Channel, DeliveryError
from wallboard.notices.notice import Notice, Phase
from wallboard.notices.outbox import (
    GIVE_UP_SECONDS,
    AlarmId,
    Outbox,
    QueuedNotice,
    Route,
    next_try,
)

TICK_SECONDS = 0.5
"""Between two looks at what is due."""

log = logging.getLogger(__name__)


@frozen
class SendingRules:
    """When notices are sent: seconds, and the most alarms that are told one by one."""

    routes: tuple[Route, ...] = ()
    group_wait: float = 30.0
    repeat: float = 900.0
    flood: int = 10


class NoticeBoard(Protocol):
    """What a sender asks of the living board."""

    def may_send(self) -> bool:
        """Whether this process is the one that sends, and has a network."""

    def suppressed(self) -> Collection[AlarmKey]:
        """The alarms that something else explains at present."""

    def notice(self, queued: QueuedNotice, outbox: Outbox) -> Notice | None:
        """The notice in full; ``None`` if nothing is known any more of what it is about."""

    async def write(self, rows: Sequence[LedgerRow]) -> bool:
        """Put rows into the ledger; whether they are on the disk."""


class NoticeSender:
    """Plans and sends until it is cancelled. A channel that hangs holds up no other."""

    def __init__(
        self,
        board: NoticeBoard,
        channels: Mapping[str, Channel],
        rules: SendingRules,
        *,
        clock: Callable[[], float] = time.time,
        outbox: Outbox | None = None,
    ) -> None:
        """``clock`` is Unix time in seconds; ``outbox`` is one that knows the ledger already."""
        self.outbox = outbox or Outbox()
        self.rules = rules
        self._board = board
        self._channels = channels
        self._clock = clock
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._failing: dict[str, tuple[float, str]] = {}
        self._given_up: dict[str, str] = {}

    @property
    def problems(self) -> tuple[str, ...]:
        """Which channels fail, and since when, as sentences."""
        failing = (
            f'Channel "{name}" takes no notices since {_clock(at)}: {why}. Retrying.'
            for name, (at, why) in self._failing.items()
        )
        given_up = (
            f'A notice was not delivered through channel "{name}": {why}.'
            for name, why in self._given_up.items()
        )
        return (*failing, *given_up)

    def take(self, rows: Sequence[LedgerRow]) -> None:
        """Take in rows of the ledger, in its order."""
        for row in rows:
            self.outbox.take(row)

    async def run(self) -> None:
        """Plan and send, for ever."""
        try:
            while True:
                try:
                    await self.step()
                except Exception:
                    log.exception("Sending notices failed")
                await asyncio.sleep(TICK_SECONDS)
        finally:
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)
            for channel in self._channels.values():
                await channel.aclose()

    async def step(self) -> None:
        """Queue what is due, and begin to send what each channel has next."""
        if not self._board.may_send():
            return
        now, rules = self._clock(), self.rules
        rows = self.outbox.plan(
            now,
            rules.routes,
            group_wait=rules.group_wait,
            repeat=rules.repeat,
            flood=rules.flood,
            suppressed=self._board.suppressed(),
        )
        rows = [row for row in rows if _expresses(self._channels.get(row.channel), row)]
        if rows and not await self._keep(rows):
            return
        for notice in self.outbox.open_notices():
            name = notice.channel
            if name not in self._busy and notice.next_try_at <= now:
                self._begin(name, notice)
        self.outbox.forget_finished()

    async def idle(self) -> None:
        """Wait until nothing is being sent."""
        while self._busy:
            await asyncio.wait(self._busy.values())

    def _begin(self, name: str, notice: QueuedNotice) -> None:
        task = asyncio.create_task(self._send(notice))
        self._busy[name] = task
        task.add_done_callback(lambda _: self._busy.pop(name, None))

    async def _send(self, queued: QueuedNotice) -> None:
        channel = self._channels.get(queued.channel)
        now = self._clock()
        if channel is None:
            await self._give_up(queued, "the config has no such channel any more")
            return
        if self._pointless(queued):
            await self._give_up(queued, "it was over before it could be delivered")
            return
        notice = self._board.notice(queued, self.outbox)
        if notice is None:
            await self._give_up(queued, "nothing is known any more of what it is about")
            return
        queued.tries += 1
        try:
            answer = await channel.send(notice)
        except DeliveryError as error:
            await self._failed(queued, error)
        except Exception as error:
            log.exception("Channel %s failed", queued.channel)
            await self._failed(queued, DeliveryError(f"internal error ({type(error).__name__})"))
        else:
            self._failing.pop(queued.channel, None)
            self._given_up.pop(queued.channel, None)
            queued.sent_at = now
            await self._keep([_outcome(queued, RowKind.SENT, self._clock(), answer)])

    async def _failed(self, queued: QueuedNotice, error: DeliveryError) -> None:
        now, why = self._clock(), str(error)
        queued.may_have_arrived = error.may_have_arrived
        if error.permanent or now - queued.queued_at >= GIVE_UP_SECONDS:
            await self._give_up(queued, why)
            return
        queued.next_try_at = next_try(queued, now, error.retry_after)
        since = self._failing.get(queued.channel, (now, ""))[0]
        self._failing[queued.channel] = (since, why)
        if why != queued.failure:
            queued.failure = why
            await self._keep([_outcome(queued, RowKind.FAILED, now, why)])

    async def _give_up(self, queued: QueuedNotice, why: str) -> None:
        log.warning("Notice %s through %s given up: %s", queued.id, queued.channel, why)
        now = self._clock()
        self._failing.pop(queued.channel, None)
        if queued.phase is not Phase.OVER and not self._pointless(queued):
            self._given_up[queued.channel] = why
        queued.given_up_at = now
        await self._keep([_outcome(queued, RowKind.GIVEN_UP, now, why)])

    def _pointless(self, queued: QueuedNotice) -> bool:
        """Whether it never arrived, for sure, and what it is about is over."""
        if queued.phase not in {Phase.RAISE, Phase.REMIND} or queued.may_have_arrived:
            return False
        stories = (self.outbox.story(alarm) for alarm in queued.alarms)
        return all(story is None or story.over_at is not None for story in stories)

    async def _keep(self, rows: Sequence[LedgerRow]) -> bool:
        return await self._board.write(rows)


def _expresses(channel: Channel | None, row: LedgerRow) -> bool:
    """Whether a channel can say what a row queues."""
    if channel is None:
        return False
    return Phase(row.text.partition(" ")[0]) in channel.phases


def _outcome(queued: QueuedNotice, kind: RowKind, at: float, text: str) -> LedgerRow:
    alarm: AlarmId = queued.alarms[0]
    return replace(
        LedgerRow(at, kind, alarm.key, alarm.onset),
        notice=queued.id,
        channel=queued.channel,
        text=text,
    )


def _clock(at: float) -> str:
    return time.strftime("%H:%M", time.localtime(at))
