"""The notices of a living board: what its ledger calls for, through the channels of its config."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence

from wallboard.board import Board
from wallboard.channel_settings import ChannelSettings, HeartbeatSettings, channels_of
from wallboard.clock import running
from wallboard.domain.alarm import AlarmState
from wallboard.domain.calendar import Calendar
from wallboard.domain.channel_state import ChannelState
from wallboard.domain.endpoint import Contact
from wallboard.domain.event import ClockSet
from wallboard.domain.ledger_row import AlarmKey, LedgerRow
from wallboard.domain.observation import Observation
from wallboard.domain.policy import Verdict
from wallboard.domain.snapshot import EntryPointStatus, Folded
from wallboard.ece.ask.outgoing import ClientSetupError
from wallboard.feeds import FeedStatus, Role
from wallboard.inheritance import contacts_of_servers
from wallboard.live_alarms import LiveAlarms
from wallboard.notices.channel import Channel, DeliveryError, MissingExtraError, open_channel
from wallboard.notices.channel_health import ChannelHealth
from wallboard.notices.channels.heartbeat import Heartbeat
from wallboard.notices.episode import AlarmEpisode, QueuedNotice, thread_of
from wallboard.notices.notice import Notice, NoticeAlarm, Phase
from wallboard.notices.outbox import Outbox
from wallboard.notices.routes import sending_rules
from wallboard.notices.sender import NoticeSender
from wallboard.settings import Settings

log = logging.getLogger(__name__)


class LiveNotices:
    """Sends the notices of one board, while its process records.

    ``status`` and ``calendar`` are asked for what holds now; ``clock`` is Unix time.
    """

    def __init__(
        self,
        alarms: LiveAlarms,
        outbox: Outbox,
        board: Board,
        *,
        settings: Settings,
        status: Callable[[], FeedStatus],
        calendar: Callable[[str], Calendar | None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Nothing is sent before ``run``. ``outbox`` knows the ledger, and goes on to."""
        self._alarms = alarms
        self._board = board
        self._status = status
        self._calendar = calendar
        self._clock = clock
        self._settings = settings
        self._edited = asyncio.Event()
        self._sender = NoticeSender(self, outbox, clock=clock)
        self._opened: dict[str, tuple[ChannelSettings, Channel]] = {}
        self._hearts: dict[str, tuple[HeartbeatSettings, Heartbeat]] = {}
        self._beating: set[asyncio.Task[None]] = set()
        self._unusable: tuple[str, ...] = ()
        self._pulse = ChannelHealth()
        self._look = ""

    @property
    def problems(self) -> tuple[str, ...]:
        """What hinders notices, in sentences."""
        unrecorded: tuple[str, ...] = ()
        if self._status().role is Role.POLLS and self._settings.notice:
            unrecorded = ("Notices are not sent: the board is not recorded.",)
        failing = self._pulse.failing.values()
        heartless = (f"The heartbeat is not taken: {one.why}. Retrying." for one in failing)
        return (*unrecorded, *self._unusable, *self._sender.health.problems, *heartless)

    @property
    def channels(self) -> Mapping[str, ChannelState]:
        """The state of each channel that is open, by its name."""
        return {**self._sender.health.states(self._opened), **self._pulse.states(self._hearts)}

    async def run(self) -> None:
        """Send until cancelled, by the settings of the moment."""
        sending = None
        try:
            while True:
                self._edited.clear()
                self._open()
                sending = sending or asyncio.create_task(self._sender.run())
                await self._edited.wait()
        finally:
            for heart in self._hearts.values():
                self._stop(heart[1])
            tasks = [*self._beating, *((sending,) if sending else ())]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def take_up(self, settings: Settings) -> None:
        """Go by other settings from now on."""
        self._settings = settings
        self._edited.set()

    def folded(self, folded: Folded) -> None:
        """Take up that the clock was set; beat after what a poll of this process found out."""
        if isinstance(folded.event, ClockSet):
            self._sender.clock_set(folded.event.by)
        if not isinstance(folded.event, Observation) or not self._all_is_well():
            return
        for name, (_, heart) in self._hearts.items():
            if heart.due:
                self._begin(self._beat(name, heart))

    def may_send(self) -> bool:
        """Whether this process is the one that sends, and has a network."""
        status = self._status()
        return status.role is Role.RECORDS and status.decides and status.blind_since is None

    def _all_is_well(self) -> bool:
        """Whether an alarm that is raised now would be sent to anybody."""
        return self.may_send() and self._alarms.written_down

    def suppressed(self) -> Collection[AlarmKey]:
        """The alarms that something else explains at present."""
        suppressed = AlarmState.SUPPRESSED
        return {key for key, one in self._alarms.alarms.items() if one.state is suppressed}

    def notice(self, queued: QueuedNotice, outbox: Outbox) -> Notice | None:
        """The notice in full; ``None`` if nothing is known any more of what it is about."""
        episodes = outbox.episodes_of(queued.alarms)
        if not episodes:
            return None
        if queued.phase is not Phase.OVER:
            episodes = [episode for episode in episodes if episode.over_at is None] or episodes
        now, servers = self._clock(), contacts_of_servers(self._settings)
        alarms = tuple(self._alarm(episode, servers) for episode in episodes)
        own = sum(episode.unhandled(now) for episode in episodes)
        return Notice(
            id=queued.id,
            thread=thread_of(queued),
            phase=queued.phase,
            at=queued.queued_at,
            board=self._settings.title,
            alarms=alarms,
            others=max(0, outbox.unhandled(now) - own),
            look=self._look,
        )

    async def write(self, rows: Sequence[LedgerRow], *, insist: bool) -> bool:
        """Put rows into the ledger; whether they are on the disk. If not, insist, or drop them."""
        return await self._alarms.written(rows, insist=insist)

    def _open(self) -> None:
        """Open the channels of the config that are new or other than before; route alarms."""
        settings, unusable, awaited = self._settings, [], set[str]()
        opened: dict[str, tuple[ChannelSettings, Channel]] = {}
        hearts: dict[str, tuple[HeartbeatSettings, Heartbeat]] = {}
        for kind, _, one in channels_of(settings.channel):
            try:
                if isinstance(one, HeartbeatSettings):
                    beats = self._hearts.get(one.name)
                    if beats is None or beats[0] != one:
                        beats = one, Heartbeat(one, running)
                    hearts[one.name] = beats
                else:
                    known = self._opened.get(one.name)
                    if known is None or known[0] != one:
                        known = one, open_channel(kind, one)
                    opened[one.name] = known
            except (ClientSetupError, MissingExtraError) as error:
                unusable.append(f"Notices: {error}.")
                awaited.add(one.name)
        for beats in self._hearts.values():
            if beats not in hearts.values():
                self._stop(beats[1])
        self._opened, self._hearts, self._unusable = opened, hearts, tuple(unusable)
        self._pulse.keep(hearts)
        self._look = settings.alarm.look
        rules = sending_rules(settings, self._statuses_of, self._calendar)
        channels = {name: channel for name, (_, channel) in opened.items()}
        self._sender.take_up(channels, rules, awaited)

    def _statuses_of(self, key: AlarmKey) -> Sequence[EntryPointStatus]:
        one = self._board.status(key.entry_point) if key.entry_point else None
        return [one] if one else self._board.statuses_of(key.server)

    def _alarm(self, episode: AlarmEpisode, servers: dict[str, Contact]) -> NoticeAlarm:
        key = episode.id.key
        status = self._board.status(key.entry_point) if key.entry_point else None
        entry_point = status.entry_point if status else None
        contact = entry_point.contact if entry_point else servers.get(key.server, Contact())
        name = entry_point.name if entry_point else f"server {key.server}"
        if key.id is not None and entry_point is None:
            name = str(key.id)
        handled = episode.acknowledged
        return NoticeAlarm(
            key=key,
            name=name,
            group=entry_point.group if entry_point else "",
            level=episode.level,
            verdict=_label(key, episode.verdict),
            reason=episode.verdict,
            since=episode.id.onset,
            over_at=episode.over_at,
            acknowledged_by=handled.who if handled else "",
            why=handled.text if handled else "",
            runbook=contact.runbook,
            owner=contact.owner,
            phone=contact.phone,
        )

    async def _beat(self, name: str, heart: Heartbeat) -> None:
        try:
            await heart.beat()
            self._pulse.delivered(name)
        except DeliveryError as error:
            self._pulse.failed(name, self._clock(), str(error), None)
        except Exception:
            log.exception("The heartbeat failed")

    def _stop(self, heart: Heartbeat) -> None:
        self._begin(heart.aclose())

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._beating.add(task)
        task.add_done_callback(self._beating.discard)


def _label(key: AlarmKey, verdict: str) -> str:
    if key.id is None:
        return Verdict.UNREACHABLE.label
    return Verdict(verdict).label if verdict in set(Verdict) else "UNKNOWN"
