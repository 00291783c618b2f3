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
from typing import TYPE_CHECKING, Any

from wallboard.abandonable import PendingCall, start_in_thread
from wallboard.clock import ClockWatch
from wallboard.config.state_folder import BoardId
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import ClockSet, Event
from wallboard.domain.outage import RecordedOutages
from wallboard.domain.snapshot import Folded
from wallboard.feeds import FeedStatus, Fold, Role
from wallboard.feeds.follow import SILENT_SECONDS, FollowFeed
from wallboard.feeds.recording_lock import NO_ANSWER, RecordingLock, release
from wallboard.inheritance import entry_points_of
from wallboard.recorder.file.standing import standing_text
from wallboard.recorder.lock import Lock
from wallboard.recorder.paths import RecordingFile, recording_file
from wallboard.recorder.writing.retention import retention_of
from wallboard.settings import Settings, longest_interval, longest_timeout

if TYPE_CHECKING:
    from wallboard.feeds.network_watch import NetworkWatch
    from wallboard.feeds.node_watch import NodeWatch
    from wallboard.feeds.poll import PollFeed
    from wallboard.recorder.recorder import Recorder

LOOK_SECONDS = 1.0
"""Between two looks at the lock; half an interval where that is shorter."""

GRACE_LOOKS = 3
"""Looks that a board which may not record waits for another one to take over."""

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
    ) -> None:
        """``environ`` may name the state folder; ``clock`` is Unix time in seconds."""
        self._settings = settings
        self._id = board
        self._environ = environ
        self._clock = clock
        self._clock_watch = ClockWatch(clock)
        self._place: RecordingFile | None = None
        self._no_place = ""
        self._way_edited = asyncio.Event()
        self._outages = RecordedOutages()
        self._fold: Fold = Folded
        self._follow: FollowFeed | None = None
        self._lock: RecordingLock | None = None
        self._poll: PollFeed | None = None
        self._nodes: NodeWatch | None = None
        self._network: NetworkWatch | None = None
        self._recorder: Recorder | None = None

    async def run(self, fold: Fold) -> None:
        """Have folded what is recorded, then what is polled, here or elsewhere, until cancelled."""
        self._fold = fold
        while True:
            self._way_edited.clear()
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
                await self._poll_while(partial(_is_settled, finding, late=late))

    def check_clock(self) -> None:
        """Fold that the clock was set, if it was: to be asked before anything is dated by it."""
        if by := self._clock_watch.set_by():
            self._fold(ClockSet(by))

    def poll_now(self, key: EntryPointKey) -> bool:
        """Poll one entry point before all others, if it is this process that polls."""
        return self._poll is not None and self._poll.poll_now(key)

    def replace(self, settings: Settings, edit: Folded) -> None:
        """Go by other settings from now on, and soon to another recording if they name one."""
        before, self._settings = self._settings, settings
        if (settings.record, settings.fleet) != (before.record, before.fleet):
            self._way_edited.set()
        if self._follow:
            self._follow.replace(settings)
        if self._poll:
            self._poll.replace(settings)
        if self._nodes:
            self._nodes.replace(settings)
        if self._network:
            self._network.replace(settings.alarm.witness)
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

    def keep_standing(self, standing: Mapping[str, float]) -> None:
        """Keep in the recording how the board stands, if this process records."""
        if self._recorder:
            self._recorder.keep_standing(standing_text(standing))

    @property
    def status(self) -> FeedStatus:
        """How it is by now."""
        return FeedStatus(
            role=self._role,
            leader=self._leader,
            lag_seconds=self._poll.lag_seconds if self._poll else 0.0,
            stalled_seconds=self._poll.stalled_seconds if self._poll else 0.0,
            problems=tuple(self._problems()),
            recording_path=self._place.path if self._place else None,
            blind_since=self._network.blind_since if self._network else None,
        )

    @property
    def _leader(self) -> str:
        return str(self._lock.holder) if self._lock and self._lock.holder else ""

    @property
    def _role(self) -> Role:
        if self._recorder:
            return Role.RECORDS
        if self._poll:
            return Role.POLLS
        return Role.FOLLOWS if self._leader else Role.STARTS

    def _problems(self) -> Iterator[str]:
        if self._poll:
            yield from self._poll.problems
        if self._no_place:
            yield f"Not recording: {self._no_place}. This board polls by itself."
        elif self._recorder:
            if self._place and self._lock and self._lock.unanswered:
                yield f"Not recording to {self._place.path}: {NO_ANSWER}. Retrying."
            elif self._recorder.problem:
                yield self._recorder.problem
        elif self._poll and self._place and self._lock and self._lock.barred:
            path, why = self._place.path, self._lock.barred
            yield f"Not recording to {path}: {why}. This board polls by itself."
        elif self._follow and self._leader:
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
            while not self._way_edited.is_set():
                lock = await self._follow_until_free(follow, recording_lock)
                if lock:
                    await self._lead(lock, place, recording_lock)
                else:
                    await self._poll_while(recording_lock.nobody_can_have_it)
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
            while not self._way_edited.is_set():
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
            await _ended(following)
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
        recorder.start()
        self._recorder = recorder
        try:
            await self._poll_while(
                recording_lock.is_still_held, may_poll=recording_lock.was_held_just_now
            )
        finally:
            self._recorder = None
            try:
                await start_in_thread(recorder.stop)
            finally:
                await release(lock)

    async def _poll_while(
        self,
        condition: Callable[[], Awaitable[bool]],
        *,
        may_poll: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        """Poll while the condition holds at each look; ``may_poll`` is asked at each poll."""
        settings = self._settings
        poll, nodes, network = await start_in_thread(
            lambda: _polling(settings, self._clock, may_poll)
        )
        if self._settings is not settings:
            poll.replace(self._settings)
            nodes.replace(self._settings)
            network.replace(self._settings.alarm.witness)
        self._poll, self._nodes, self._network = poll, nodes, network
        polling = asyncio.create_task(poll.run(self._fold_polled))
        asking = asyncio.create_task(nodes.run(self._fold_of_node))
        watching = asyncio.create_task(network.run())
        try:
            while not self._way_edited.is_set() and await condition():
                await self._pause(polling)
        finally:
            self._poll = self._nodes = self._network = None
            await _ended(watching)
            await _ended(asking)
            await _ended(polling)

    async def _pause(self, running: asyncio.Task[None]) -> None:
        """Wait for the next look; what broke meanwhile is raised."""
        interval = min(map(self._settings.interval_of, self._settings.server), default=LOOK_SECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(min(LOOK_SECONDS, interval / 2)):
                await self._way_edited.wait()
        self.check_clock()
        if running.done():
            running.result()

    def _fold_recorded(self, event: Event) -> None:
        self.check_clock()
        self._outages.read(event)
        self._fold(event)

    def _fold_polled(self, event: Event) -> None:
        self.check_clock()
        for one in self._outages.polled(event):
            folded = self._fold(one)
            if self._recorder:
                self._recorder.take(folded)

    def _fold_of_node(self, event: Event) -> Folded:
        self.check_clock()
        folded = self._fold(event)
        if self._recorder:
            self._recorder.take(folded)
        return folded


def _polling(
    settings: Settings, clock: Callable[[], float], may_poll: Callable[[], Awaitable[bool]] | None
) -> tuple["PollFeed", "NodeWatch", "NetworkWatch"]:
    """Polls all servers and their nodes, and watches whether the network is there for that."""
    # What they need takes long to load, and a follower never polls.
    from wallboard.feeds.network_watch import NetworkWatch
    from wallboard.feeds.node_watch import NodeWatch
    from wallboard.feeds.poll import PollFeed

    poll = PollFeed(settings, clock=clock, may_poll=may_poll)
    network = NetworkWatch(settings.alarm.witness, lambda: poll.none_in_reach, clock=clock)
    return poll, NodeWatch(settings, clock=clock, may_poll=may_poll), network


async def _first(wanted: Coroutine[Any, Any, object], running: asyncio.Task[None]) -> None:
    """Wait for something that another task brings; if that one breaks instead, raise."""
    waiting = asyncio.ensure_future(wanted)
    try:
        await asyncio.wait({waiting, running}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
    if running.done():
        running.result()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _is_settled(finding: PendingCall[Any], *, late: bool) -> bool:
    """Whether what was found still holds: nothing, or no answer until one comes ``late``."""
    return finding.pending or not late
