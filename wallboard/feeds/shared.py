"""Poll once, view many: the boards on one recording let one of them poll and follow it.

Whoever holds the lock of the recording polls and records; when it ends, however suddenly, another
takes its place. A board that may not record, and has nobody to follow, polls for itself.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from wallboard.clock import ClockWatch, running
from wallboard.config.state_folder import BoardId
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import ClockSet, Event, RecordedBoard
from wallboard.domain.outage import RecordedOutages
from wallboard.domain.snapshot import Folded
from wallboard.feeds import FeedStatus, Fold, Role, WholeBoard
from wallboard.feeds.fleet import FleetFeed, membership
from wallboard.feeds.follow import HINDERED, SILENT_SECONDS, FollowFeed, hindered_text
from wallboard.feeds.newest import Newest, recordable
from wallboard.feeds.polling import MayPoll, Polling, ended
from wallboard.feeds.recording_lock import NO_ANSWER, RecordingLock, release
from wallboard.inheritance import entry_points_of
from wallboard.recorder.errors import RecordingError
from wallboard.recorder.file.board_status import NAME, status_text
from wallboard.recorder.lock import Lock
from wallboard.recorder.paths import RecordingFile, recording_file
from wallboard.recorder.recording import Recording
from wallboard.recorder.writing.retention import retention_of
from wallboard.settings import Settings, longest_interval, longest_timeout
from wallboard.threads import PendingCall, start_in_thread

if TYPE_CHECKING:
    from wallboard.recorder.recorder import Recorder

LOOK_SECONDS = 1.0
"""Between two looks at the lock; half an interval where that is shorter."""

GRACE_LOOKS = 3
"""Looks that a board which may not record waits for another one to take over."""

IN_STEP = "fleet"
"""Under this name a recording says how far it and the bus of a fleet have the same."""

SILENT_INTERVALS = 3
"""After so many without anything new, whoever should poll is called silent."""


class SharedFeed:
    """The live feed of a board that may be recorded."""

    def __init__(
        self,
        settings: Settings,
        board: BoardId,
        *,
        environ: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = running,
        random: Random | None = None,
    ) -> None:
        """``environ`` may name the state folder; ``clock`` is Unix time in seconds.

        ``monotonic`` is the clock that own polls are timed on, and ``random`` spreads them.
        """
        self._settings = settings
        self._id = board
        self._environ = environ
        self._clock = clock
        self._monotonic = monotonic
        self._random = random
        self._clock_watch = ClockWatch(clock, monotonic)
        self._place: RecordingFile | None = None
        self._no_place = ""
        self._place_edited = asyncio.Event()
        self._fleet_edited = asyncio.Event()
        self._outages = RecordedOutages()
        self._newest = Newest()
        self._fold: Fold = Folded
        self._board: WholeBoard = partial(RecordedBoard, 0.0, ())
        self._follow: FollowFeed | None = None
        self._lock: RecordingLock | None = None
        self._source: Polling | FleetFeed | None = None
        self._recorder: Recorder | None = None
        self._in_step = ""

    async def run(self, fold: Fold, board: WholeBoard | None = None) -> None:
        """Have folded what is recorded, then what is polled, here or elsewhere, until cancelled.

        Only members of a fleet ask for the ``board``.
        """
        self._fold, self._board = fold, board or self._board
        while True:
            self._place_edited.clear()
            record = self._settings.record
            finding = PendingCall(partial(recording_file, self._id, record, self._environ))
            try:
                self._place, self._no_place = await finding.result(), ""
            except TimeoutError:
                self._place, self._no_place = None, f"the directory of {record} does not respond"
            except OSError as error:
                self._place, self._no_place = None, error.strerror or str(error)
            if self._place:
                await self._share(self._place)
            else:
                late = finding.pending
                await self._observe_while(partial(_is_settled, finding, late=late))

    def check_clock(self) -> None:
        """Fold that the clock was set, if it was: to be asked before anything is dated by it."""
        if by := self._clock_watch.set_by():
            self._fold(ClockSet(by))

    def poll_now(self, key: EntryPointKey) -> bool:
        """Poll one entry point before all others, if it is this process that polls."""
        return self._source is not None and self._source.poll_now(key)

    def replace(self, settings: Settings, edit: Folded) -> None:
        """Go by other settings from now on, and soon to another recording if they name one."""
        before, self._settings = self._settings, settings
        if settings.record != before.record:
            self._place_edited.set()
        if membership(settings) != membership(before):
            self._fleet_edited.set()
        if self._follow:
            self._follow.replace(settings)
        if self._source:
            self._source.replace(settings)
        if self._recorder:
            self._recorder.replace(
                entry_points_of(settings),
                settings.title,
                retention_of(settings),
                longest_poll=longest_timeout(settings),
            )
            self._recorder.take(edit)

    def record(self, folded: Folded) -> None:
        """Record what the board did by itself, if this process records."""
        if self._recorder:
            self._recorder.take(folded)

    def keep_board_status(self, status: Mapping[str, float]) -> None:
        """Keep in the recording how the board stands, if this process records."""
        if self._recorder:
            self._recorder.keep(NAME, status_text(status))

    def _keep_in_step(self, text: str) -> None:
        self._in_step = text
        if self._recorder:
            self._recorder.keep(IN_STEP, text)

    @property
    def status(self) -> FeedStatus:
        """How it is by now."""
        source = self._source
        return FeedStatus(
            role=self._role,
            leader=self._leader,
            lag_seconds=source.lag_seconds if source else 0.0,
            stalled_seconds=source.stalled_seconds if source else 0.0,
            problems=tuple(self._problems()),
            recording_path=self._place.path if self._place else None,
            blind_since=source.blind_since if source else None,
            network_until=source.network_until if source else None,
            records=self._recorder is not None,
            fleet=source.status if isinstance(source, FleetFeed) else None,
            decider=source.decider if isinstance(source, FleetFeed) else "",
        )

    @property
    def _leader(self) -> str:
        if isinstance(self._source, FleetFeed):
            return self._source.leader
        return str(self._lock.holder) if self._lock and self._lock.holder else ""

    @property
    def _role(self) -> Role:
        source = self._source
        if isinstance(source, FleetFeed) and not source.polls:
            return Role.FOLLOWS if source.knows else Role.STARTS
        if source is None and self._recorder and self._settings.fleet.url:
            return Role.STARTS  # a member decides nothing before it has the lease
        if self._recorder:
            return Role.RECORDS
        if source:
            return Role.POLLS
        return Role.FOLLOWS if self._leader else Role.STARTS

    def _problems(self) -> Iterator[str]:
        source, by_itself = self._source, ""
        if source:
            yield from source.problems
            by_itself = "" if isinstance(source, FleetFeed) else " This board polls by itself."
        if self._no_place:
            yield f"Not recording: {self._no_place}.{by_itself}"
        elif self._recorder:
            if self._place and self._lock and self._lock.unanswered:
                yield f"Not recording to {self._place.path}: {NO_ANSWER}. Retrying."
            elif self._recorder.problem:
                yield self._recorder.problem
        elif source and self._place and self._lock and self._lock.barred:
            path, why = self._place.path, self._lock.barred
            yield f"Not recording to {path}: {why}.{by_itself}"
        elif self._follow and self._leader and not source:
            yield from self._follow.problems(self._leader, self._patience_seconds)

    def _patience_seconds(self) -> float:
        """How long a recording may stay as it is before that is worth a word."""
        settings = self._settings
        patience = max(SILENT_SECONDS, SILENT_INTERVALS * longest_interval(settings))
        # Where nothing can be reached, only a probe comes now and then.
        all_down = self._outages.servers.issuperset(server.name for server in settings.server)
        return patience + (settings.backoff_max if all_down else 0.0)

    async def _share(self, place: RecordingFile) -> None:
        """Follow, poll and record, or poll alone, until the settings name another place."""
        follow = self._follow = FollowFeed(self._settings, place.path, clock=self._clock)
        recording_lock = self._lock = RecordingLock(place, self._clock)
        try:
            while not self._place_edited.is_set():
                lock = await self._follow_until_free(follow, recording_lock)
                if lock:
                    await self._lead(lock, place, recording_lock)
                else:
                    await self._observe_while(recording_lock.nobody_can_have_it)
        finally:
            recording_lock.give_up()
            self._follow = self._lock = None

    async def _follow_until_free(
        self, follow: FollowFeed, recording_lock: RecordingLock
    ) -> Lock | None:
        """Show what others poll; the lock, or ``None`` when there is nobody left to follow."""
        following = asyncio.create_task(follow.run(self._fold_recorded))
        lock = None
        try:
            await _first(follow.looked(), following)
            patience = 0.0
            while not self._place_edited.is_set():
                lock = await recording_lock.take()
                holder = recording_lock.holder
                if lock or (recording_lock.barred and not holder and patience <= 0):
                    break
                # Others may be about to take over from whoever was followed until now.
                patience = GRACE_LOOKS if holder else patience - 1
                await self._pause(following)
            follow.end()
            await following
        except BaseException:
            if lock:
                lock.release()
            raise
        finally:
            recording_lock.holder = None
            await ended(following)
        return lock

    async def _lead(self, lock: Lock, place: RecordingFile, recording_lock: RecordingLock) -> None:
        """Poll and record, as long as the lock keeps others from it."""
        from wallboard.recorder.recorder import Recorder

        settings = self._settings
        recorder = Recorder(
            place,
            entry_points_of(settings),
            settings.title,
            longest_poll=longest_timeout(settings),
            retention=retention_of(settings),
            clock=self._clock,
            may_write=lock.stands,
        )
        try:
            if settings.fleet.url:
                self._in_step = await start_in_thread(partial(_said, place.path, IN_STEP))
            recorder.start()
            self._recorder = recorder
            await self._observe_while(
                recording_lock.is_still_held, may_poll=recording_lock.was_held_just_now
            )
        finally:
            self._recorder, self._in_step = None, ""
            try:
                await start_in_thread(recorder.stop)
            finally:
                await release(lock)

    async def _observe_while(
        self, condition: Callable[[], Awaitable[bool]], *, may_poll: MayPoll | None = None
    ) -> None:
        """Poll, or hear a fleet, while the condition holds at each look.

        ``may_poll`` is asked at each poll.
        """
        holds = True
        while holds and not self._place_edited.is_set():
            self._fleet_edited.clear()
            source, running = await self._observing(may_poll)
            observing = asyncio.create_task(running)
            self._source = source
            try:
                while not self._place_edited.is_set() and not self._fleet_edited.is_set():
                    if not (holds := await condition()):
                        break
                    await self._pause(observing)
            finally:
                self._source = None
                await ended(observing)

    async def _observing(
        self, may_poll: MayPoll | None
    ) -> tuple[Polling | FleetFeed, Coroutine[Any, Any, None]]:
        """What polls, or hears a fleet, and the coroutine that has it folded."""
        settings = self._settings
        if not settings.fleet.url:
            polling = Polling(
                settings,
                clock=self._clock,
                monotonic=self._monotonic,
                random=self._random,
                may_poll=may_poll,
            )
            return polling, polling.run(self._fold_polled, self._fold_of_node)

        def member() -> FleetFeed:
            return FleetFeed(
                settings,
                self._board,
                self._newest,
                self._place if self._recorder else None,
                in_step=self._in_step,
                keep_in_step=self._keep_in_step,
                clock=self._clock,
                may_poll=may_poll,
            )

        # What it needs takes long to load.
        fleet = await start_in_thread(member)
        if self._settings is not settings:
            fleet.replace(self._settings)
        return fleet, fleet.run(self._fold_polled, self._fold_of_node, self._fold_heard)

    async def _pause(self, running: asyncio.Task[None]) -> None:
        """Wait for the next look; what broke meanwhile is raised."""
        interval = min(map(self._settings.interval_of, self._settings.server), default=LOOK_SECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(min(LOOK_SECONDS, interval / 2)):
                await self._place_edited.wait()
        self.check_clock()
        if self._recorder:
            source = self._source
            problems = source.problems if isinstance(source, FleetFeed) else ()
            self._recorder.keep(HINDERED, hindered_text(problems))
        if running.done():
            running.result()

    def _fold_recorded(self, event: Event) -> None:
        self.check_clock()
        self._outages.read(event)
        self._newest.note(event)
        self._fold(event)

    def _fold_polled(self, event: Event) -> list[Event]:
        """Fold and record what was polled here; the events that became of it."""
        self.check_clock()
        events = list(self._outages.polled(event))
        for one in events:
            self._newest.note(one)
            folded = self._fold(one)
            if self._recorder:
                self._recorder.take(folded)
        return events

    def _fold_of_node(self, event: Event) -> Folded:
        self.check_clock()
        folded = self._fold(event)
        if self._recorder:
            self._recorder.take(folded)
        return folded

    def _fold_heard(self, event: Event) -> None:
        """Fold and record what another member of the fleet polled."""
        self.check_clock()
        self._outages.read(event)
        after = self._newest.at
        self._newest.note(event)
        folded = self._fold(event)
        if self._recorder:
            for one in recordable(folded, after):
                self._recorder.take(one)


async def _first(wanted: Coroutine[Any, Any, object], running: asyncio.Task[None]) -> None:
    """Wait for something that another task brings; if that one breaks instead, raise."""
    waiting = asyncio.ensure_future(wanted)
    try:
        await asyncio.wait({waiting, running}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
    if running.done():
        running.result()


def _said(path: Path, name: str) -> str:
    """What a recording says under a name, if it can be read."""
    try:
        with Recording.open(path) as recording:
            return recording.said(name)
    except RecordingError:
        return ""


async def _is_settled(finding: PendingCall[Any], *, late: bool) -> bool:
    """Whether what was found still holds: nothing, or no answer until one comes ``late``."""
    return finding.pending or not late
