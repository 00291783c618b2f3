"""Polls one server for ever: a few workers over one schedule, slower while it is unreachable."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from math import inf
from random import Random

from wallboard.domain.endpoint import EntryPoint, EntryPointKey
from wallboard.domain.event import Event
from wallboard.domain.observation import Cause, Failure, Observation
from wallboard.ece.ask.client import EceClient, Poll
from wallboard.ece.ask.outgoing import ClientSetupError
from wallboard.feeds import Publish
from wallboard.feeds.backoff import Backoff
from wallboard.feeds.schedule import Schedule, Turn
from wallboard.settings import ServerSettings, Settings

ASLEEP_SECONDS = 1.0
"""A timer that rings this late (or an interval late) means that the machine or we were stopped."""

NOT_NOW_SECONDS = 0.5
"""Before it is asked again whether this process may poll."""

log = logging.getLogger(__name__)


class ServerPolls:
    """The polls of one server. Shares nothing with other servers, so none can delay another."""

    def __init__(
        self,
        server: ServerSettings,
        settings: Settings,
        entry_points: Sequence[EntryPoint],
        *,
        client_for: Callable[[ServerSettings], EceClient],
        clock: Callable[[], float],
        monotonic: Callable[[], float],
        random: Random,
        may_poll: Callable[[], Awaitable[bool]] | None,
    ) -> None:
        """``clock`` is Unix time in seconds, ``monotonic`` the clock the polls are timed on.

        ``may_poll`` is asked before every poll.
        """
        self._server = server
        self._entry_points = {entry_point.key: entry_point for entry_point in entry_points}
        self._client_for = client_for
        self._clock = clock
        self._monotonic = monotonic
        self._random = random
        self._may_poll = may_poll
        self._interval = settings.interval_of(server)
        self._timeout = settings.timeout_of(server)
        self._schedule = Schedule(
            entry_points, interval=self._interval, jitter=settings.jitter, random=random
        )
        concurrency = settings.concurrency_of(server)
        self._backoff = Backoff(
            server.name,
            endpoints=len(self._schedule.turns),
            concurrency=concurrency,
            interval=self._interval,
            backoff_max=settings.backoff_max,
            random=random,
        )
        self._workers = concurrency
        self._client: EceClient | None = None
        self._polls: dict[Turn, Poll] = {}
        self._in_flight = 0
        self._turned_at = -inf
        self._last_answered: Turn | None = None
        self._failed_number = 0
        self._idle: deque[asyncio.Future[None]] = deque()
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at = inf
        self._publish: Publish = _nobody

    async def run(self, publish: Publish) -> None:
        """Publish the events of this server until cancelled."""
        self._publish = publish
        client = self._client = await self._open_client()
        try:
            self._schedule.start(self._monotonic())
            async with asyncio.TaskGroup() as workers:
                for _ in range(self._workers):
                    workers.create_task(self._work(client))
        finally:
            self._set_alarm(inf)
            self._client = None
            await client.aclose()

    def replace(self, entry_points: Sequence[EntryPoint]) -> None:
        """Poll these entry points from now on, over the same connections."""
        self._entry_points = {entry_point.key: entry_point for entry_point in entry_points}
        self._schedule.replace(entry_points, self._monotonic())
        kept = self._schedule.holds
        self._polls = {turn: poll for turn, poll in self._polls.items() if kept(turn)}
        self._backoff.resize(len(self._schedule.turns))
        self._call_worker()

    def renew(self) -> None:
        """Take up certificates and keys that changed on disk."""
        if self._client:
            self._client.renew()

    def poll_now(self, key: EntryPointKey) -> None:
        """Put the endpoints of one entry point before all others; probe, if that is all we may."""
        for turn in self._schedule.turns:
            if turn.key == key:
                self._schedule.hurry(turn)
        self._backoff.hurry(self._monotonic())
        self._call_worker()

    @property
    def problem(self) -> str:
        """Why files that changed on disk are not used; empty if they are."""
        return self._client.problem if self._client else ""

    @property
    def announced(self) -> bool:
        """Whether it was published that the server cannot be reached."""
        return self._backoff.announced

    @property
    def answered_at(self) -> float:
        """When the server answered last, Unix time in seconds."""
        return self._backoff.answered_at

    @property
    def lag_seconds(self) -> float:
        """How late the next poll is; nothing is late on a server that cannot be reached."""
        return 0.0 if self._backoff.active else self._schedule.lag(self._monotonic())

    @property
    def stalled_seconds(self) -> float:
        """For how long no worker has come back to the loop though a turn is due, or one is out.

        A poll has its timeout, and may be repeated once: only what is beyond that counts.
        """
        if self._client is None:
            return 0.0  # whoever opens it looks again by itself
        back_by = self._turned_at + 2 * self._timeout
        due = self._turned_at if self._in_flight else self._ready_at()
        return max(0.0, self._monotonic() - max(back_by, due))

    async def _open_client(self) -> EceClient:
        # A certificate that cannot be read may be put right while we run.
        while True:
            try:
                return self._client_for(self._server)
            except ClientSetupError as error:
                now = self._monotonic()
                failure = Failure(Cause.INTERNAL, str(error))
                self._publish_event(self._backoff.unusable(failure, now, self._clock()))
                await asyncio.sleep(self._backoff.next_probe - now)

    async def _work(self, client: EceClient) -> None:
        while True:
            self._turned_at = self._monotonic()
            if self._may_poll and not await self._may_poll():
                await asyncio.sleep(NOT_NOW_SECONDS)
            elif turn := self._take():
                await self._poll(client, turn)
            else:
                await self._wait_to_be_called()

    def _take(self) -> Turn | None:
        now = self._monotonic()
        if not self._backoff.active:
            turn = self._schedule.take(now)
        elif self._in_flight or now < self._backoff.next_probe:
            turn = None
        else:
            turn = self._probe()
        if turn:
            self._in_flight += 1
            self._call_worker()
        return turn

    def _probe(self) -> Turn | None:
        """Whom to ask whether the server is back; a hand poll comes first."""
        if not self._schedule.hurried:
            turns = self._schedule.turns
            if self._backoff.announced:
                probe = self._random.choice(turns)
            else:
                # What hangs has hanging neighbours: ask the far side, or who answered last.
                far_side = (self._failed_number + len(turns) // 2) % len(turns)
                last = self._last_answered
                probe = last if last and self._schedule.holds(last) else turns[far_side]
            self._schedule.hurry(probe)
        return self._schedule.take(self._monotonic())

    async def _poll(self, client: EceClient, turn: Turn) -> None:
        started_at = self._monotonic()
        probe = self._backoff.active
        try:
            poll = self._polls.get(turn)
            if poll is None:
                poll = client.prepare(self._entry_points[turn.key], turn.endpoint)
                self._polls[turn] = poll
            observation = await client.poll(poll)
            if slept_through(observation, self._timeout):
                if self._may_poll and not await self._may_poll():
                    return
                observation = await client.poll(poll)
            self._take_answer(observation, turn, probe=probe)
        except Exception:
            log.exception("polling %s of %s failed", turn.endpoint, turn.key)
            failure = Failure(Cause.INTERNAL, "The poll failed; see the log.")
            self._take_failure(failure, turn, probe=probe)
        finally:
            self._in_flight -= 1
            self._schedule.put_back(turn, started_at)

    def _take_answer(self, observation: Observation, turn: Turn, *, probe: bool) -> None:
        outcome = observation.outcome
        if isinstance(outcome, Failure) and outcome.cause.unreachable:
            self._publish_event(observation)
            self._take_failure(outcome, turn, probe=probe)
            return
        self._last_answered = turn
        status = self._backoff.answered(observation.at)
        if status:
            # All turns are long overdue: begin anew, a little apart, instead of all at once.
            self._schedule.start(self._monotonic())
            self._publish_event(status)
        self._publish_event(observation)

    def _take_failure(self, failure: Failure, turn: Turn, *, probe: bool) -> None:
        self._failed_number = turn.number
        now, wall = self._monotonic(), self._clock()
        status = self._backoff.unreached(failure, now, wall, probe=probe)
        if status:
            self._publish_event(status)

    def _publish_event(self, event: Event) -> None:
        try:
            self._publish(event)
        except Exception:
            log.exception("an event of %s could not be processed", self._server.name)

    async def _wait_to_be_called(self) -> None:
        called = asyncio.get_running_loop().create_future()
        self._idle.append(called)
        self._call_worker()
        await called

    def _call_worker(self) -> None:
        """Call an idle worker as soon as there is something it may do."""
        if not self._idle:
            return
        ready_at = self._ready_at()
        if ready_at > self._monotonic():
            self._set_alarm(ready_at)
            return
        called = self._idle.popleft()
        if not called.done():
            called.set_result(None)

    def _ready_at(self) -> float:
        if not self._backoff.active:
            return self._schedule.next_due()
        return inf if self._in_flight else self._backoff.next_probe

    def _set_alarm(self, at: float) -> None:
        if at == self._alarm_at:
            return
        if self._alarm:
            self._alarm.cancel()
        self._alarm, self._alarm_at = None, at
        if at < inf:
            delay = max(0.0, at - self._monotonic())
            self._alarm = asyncio.get_running_loop().call_later(delay, self._ring)

    def _ring(self) -> None:
        now, at = self._monotonic(), self._alarm_at
        self._alarm, self._alarm_at = None, inf
        if now - at > max(self._interval, ASLEEP_SECONDS) and not self._backoff.active:
            self._schedule.start(now)
        self._call_worker()


def slept_through(poll: Observation, timeout: float) -> bool:
    """Whether its time ran out while we were stopped, which says nothing of who was asked."""
    late = poll.elapsed_seconds - timeout > ASLEEP_SECONDS
    return late and isinstance(poll.outcome, Failure)


def _nobody(event: Event) -> None:
    """Takes events before anybody listens."""
