"""The notices of a living board: what its ledger calls for, through the channels of its config."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress

from wallboard.board import Board
from wallboard.channel_settings import HeartbeatSettings, channels_of
from wallboard.domain.alarm import AlarmState
from wallboard.domain.calendar import Calendar
from wallboard.domain.endpoint import Contact
from wallboard.domain.ledger_row import AlarmKey, LedgerRow
from wallboard.domain.observation import Observation
from wallboard.domain.policy import Verdict
from wallboard.domain.snapshot import EntryPointStatus, Folded
from wallboard.ece.ask.outgoing import ClientSetupError
from wallboard.feeds import FeedStatus, Role
from wallboard.inheritance import contacts_of_servers
from wallboard.live_alarms import LiveAlarms
from wallboard.notices.channel import Channel, DeliveryError, MissingExtraError
from wallboard.notices.channels.heartbeat import Heartbeat
from wallboard.notices.notice import Notice, NoticeAlarm
from wallboard.notices.open_channels import open_channel
from wallboard.notices.outbox import AlarmStory, Outbox, QueuedNotice, thread_of
from wallboard.notices.routes import sending_rules
from wallboard.notices.sender import NoticeSender, SendingRules
from wallboard.recorder.ledger.news import News
from wallboard.settings import Settings

log = logging.getLogger(__name__)


class LiveNotices:
    """Sends the notices of one board, while its process records.

    ``status`` and ``calendar`` are asked for what holds now; ``clock`` is Unix time.
    """

    def __init__(
        self,
        alarms: LiveAlarms,
        board: Board,
        *,
        settings: Settings,
        status: Callable[[], FeedStatus],
        calendar: Callable[[str], Calendar | None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Nothing is sent before ``run``."""
        self._alarms = alarms
        self._board = board
        self._status = status
        self._calendar = calendar
        self._clock = clock
        self._settings = settings
        self._edited = asyncio.Event()
        self._sender = NoticeSender(self, {}, SendingRules(), clock=clock)
        self._hearts: list[Heartbeat] = []
        self._beating: set[asyncio.Task[None]] = set()
        self._unusable: tuple[str, ...] = ()
        self._heartless = ""
        self._look = ""
        alarms.on_rows(self._take)

    @property
    def problems(self) -> tuple[str, ...]:
        """What hinders notices, in sentences."""
        unrecorded: tuple[str, ...] = ()
        if self._status().role is Role.POLLS and self._settings.notice:
            unrecorded = ("Notices are not sent: the board is not recorded.",)
        heartless = (self._heartless,) if self._heartless else ()
        return (*unrecorded, *self._unusable, *self._sender.problems, *heartless)

    async def run(self) -> None:
        """Send until cancelled, by the settings of the moment."""
        while True:
            self._edited.clear()
            self._open()
            sending = asyncio.create_task(self._sender.run())
            try:
                await self._edited.wait()
            finally:
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)
                for heart in self._hearts:
                    await heart.aclose()

    def take_up(self, settings: Settings) -> None:
        """Go by other settings from now on."""
        self._settings = settings
        self._edited.set()

    def polled(self, folded: Folded) -> None:
        """Beat after what a poll of this process found out."""
        if not isinstance(folded.event, Observation) or not self.may_send():
            return
        for heart in self._hearts:
            if heart.due:
                task = asyncio.create_task(self._beat(heart))
                self._beating.add(task)
                task.add_done_callback(self._beating.discard)

    def may_send(self) -> bool:
        """Whether this process is the one that sends, and has a network."""
        status = self._status()
        return status.role is Role.RECORDS and status.blind_since is None

    def suppressed(self) -> Collection[AlarmKey]:
        """The alarms that something else explains at present."""
        suppressed = AlarmState.SUPPRESSED
        return {key for key, one in self._alarms.alarms.items() if one.state is suppressed}

    def notice(self, queued: QueuedNotice, outbox: Outbox) -> Notice | None:
        """The notice in full; ``None`` if nothing is known any more of what it is about."""
        stories = [story for alarm in queued.alarms if (story := outbox.story(alarm))]
        if not stories:
            return None
        now, servers = self._clock(), contacts_of_servers(self._settings)
        alarms = tuple(self._alarm(story, servers) for story in stories)
        own = sum(story.calls(now) for story in stories)
        return Notice(
            id=queued.id,
            thread=thread_of(queued),
            phase=queued.phase,
            at=queued.queued_at,
            board=self._settings.title,
            alarms=alarms,
            others=max(0, outbox.standing(now) - own),
            look=self._look,
        )

    async def write(self, rows: Sequence[LedgerRow]) -> bool:
        """Put rows into the ledger; whether they are on the disk."""
        return await self._alarms.written(rows)

    def _take(self, news: News) -> None:
        if news.whole:
            self._sender.outbox = Outbox()
        self._sender.take(news.rows)

    def _open(self) -> None:
        """Open the channels of the config, and route alarms to them."""
        settings = self._settings
        self._hearts, unusable = [], []
        channels: dict[str, Channel] = {}
        for kind, _, one in channels_of(settings.channel):
            try:
                if isinstance(one, HeartbeatSettings):
                    self._hearts.append(Heartbeat(one, time.monotonic))
                else:
                    channels[one.name] = open_channel(kind, one)
            except (ClientSetupError, MissingExtraError) as error:
                unusable.append(f"Notices: {error}.")
        self._unusable = tuple(unusable)
        outbox = self._sender.outbox
        rules = sending_rules(settings, self._statuses_of, self._calendar)
        self._look = settings.alarm.look
        self._sender = NoticeSender(self, channels, rules, clock=self._clock, outbox=outbox)

    def _statuses_of(self, key: AlarmKey) -> Sequence[EntryPointStatus]:
        one = self._board.status(key.entry_point) if key.entry_point else None
        return [one] if one else self._board.statuses_of(key.server)

    def _alarm(self, story: AlarmStory, servers: dict[str, Contact]) -> NoticeAlarm:
        key = story.id.key
        status = self._board.status(key.entry_point) if key.entry_point else None
        entry_point = status.entry_point if status else None
        contact = entry_point.contact if entry_point else servers.get(key.server, Contact())
        name = entry_point.name if entry_point else f"server {key.server}"
        if key.id is not None and entry_point is None:
            name = str(key.id)
        handled = story.acknowledged
        return NoticeAlarm(
            key=key,
            name=name,
            group=entry_point.group if entry_point else "",
            level=story.level,
            verdict=_label(key, story.verdict),
            reason=story.verdict,
            since=story.id.onset,
            over_at=story.over_at,
            acknowledged_by=handled.who if handled else "",
            why=handled.text if handled else "",
            runbook=contact.runbook,
            owner=contact.owner,
            phone=contact.phone,
        )

    async def _beat(self, heart: Heartbeat) -> None:
        self._heartless = ""
        with suppress(asyncio.CancelledError):
            try:
                await heart.beat()
            except DeliveryError as error:
                self._heartless = f"The heartbeat is not taken: {error}."
            except Exception:
                log.exception("The heartbeat failed")


def _label(key: AlarmKey, verdict: str) -> str:
    if key.id is None:
        return Verdict.UNREACHABLE.label
    return Verdict(verdict).label if verdict in set(Verdict) else "UNKNOWN"
