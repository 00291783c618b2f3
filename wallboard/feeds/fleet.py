"""The feed of a member of a fleet: polls and publishes under the lease, else follows its holder.

Polls are taken up, and end, by the term of the lease alone: whoever was stopped or cut off for too
long neither polls nor folds what was under way.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from wallboard.clock import running
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import Event, RecordedBoard
from wallboard.domain.node import NodeAnswer
from wallboard.domain.observation import Observation, ServerStatus
from wallboard.domain.snapshot import Folded
from wallboard.feeds import FleetStatus, Fold, WholeBoard
from wallboard.feeds.fleet_hearing import Hearing
from wallboard.feeds.fleet_problems import fleet_problems
from wallboard.feeds.newest import Newest
from wallboard.feeds.polling import MayPoll, Polling, ended
from wallboard.inheritance import entry_points_of
from wallboard.recorder.paths import RecordingFile
from wallboard.settings import Settings, longest_timeout

if TYPE_CHECKING:
    from wallboard.fleet.lease import Term
    from wallboard.fleet.presence import Member

LOOK_SECONDS = 0.1
"""Between two looks at the lease."""

CATCH_UP_SECONDS = 3.0
"""How long whoever gets the lease first reads what was polled before; then it polls."""

BEGIN_SECONDS = 3.0
"""After so long it is said of a member that it follows, though it heard nothing yet."""

NOBODY = "nobody"
"""Whom a member follows while nobody polls."""

Heard = Observation | ServerStatus | NodeAnswer | RecordedBoard
FoldPolled = Callable[[Event], Iterable[Event]]
"""Folds one of our own polls; the events that became of it, as they were folded."""


class FleetFeed:
    """One member of a fleet, for as long as ``run`` runs."""

    def __init__(
        self,
        settings: Settings,
        board: WholeBoard,
        newest: Newest,
        recording: RecordingFile | None,
        *,
        in_step: str,
        keep_in_step: Callable[[str], None],
        clock: Callable[[], float],
        may_poll: MayPoll | None = None,
    ) -> None:
        """``newest`` is what was folded so far, ``board`` asks for the board by now.

        Who has the ``recording`` hears all since it was ``in_step``, as ``keep_in_step`` was told
        then. ``may_poll`` is asked before each poll; ``clock`` is Unix time in seconds.
        """
        # What it needs takes long to load, and only members of a fleet need it.
        from wallboard.feeds.fleet_parts import FleetParts
        from wallboard.fleet.names import member_of

        self._settings = settings
        self._fleet = settings.fleet
        self._newest = newest
        self._keep_in_step = keep_in_step
        self._clock = clock
        self._may_poll_otherwise = may_poll
        self._member = member_of(settings.fleet)
        self._began = running()
        self._silent_since = running()
        self._hearing = Hearing(settings, clock)
        self._polling: Polling | None = None
        self._under: Term | None = None
        self._ready_since: float | None = None
        self._found_out = False
        self._parts = parts = FleetParts(
            settings,
            recording,
            board=board,
            term=self._term,
            in_step=in_step,
            recorded_until=None if newest.at is None else min(newest.at, clock()),
            present=self._present,
            may_decide=lambda: (self._term() is not None, self.blind_since is None),
            keep_days=lambda: self._settings.alarm.ledger_days,
            clock=clock,
        )
        self._lease, self._subscriber = parts.lease, parts.subscriber
        self._working: list[asyncio.Task[None]] = []

    async def run(
        self, fold_polled: FoldPolled, fold_of_node: Fold, fold_heard: Callable[[Event], object]
    ) -> None:
        """Have folded what is polled here, and else what is heard, until cancelled."""
        self._working = [asyncio.create_task(work) for work in self._parts.works()]
        try:
            while True:
                await self._hear(fold_heard)
                await self._poll(fold_polled, fold_of_node)
        finally:
            for task in self._working:
                await ended(task)
            self._keep_in_step(self._parts.in_step.text)

    def replace(self, settings: Settings) -> None:
        """Go by other settings from now on, of the same membership."""
        self._settings = settings
        self._hearing.replace(settings)
        if self._polling:
            self._polling.replace(settings)

    def poll_now(self, key: EntryPointKey) -> bool:
        """Poll one entry point before all others, if it is this member that polls."""
        return self._polling is not None and self.polls and self._polling.poll_now(key)

    @property
    def polls(self) -> bool:
        """Whether this member polls, and decides, at this moment."""
        if self._polling is None:
            return False
        term = self._lease.term
        return self._goes_alone if self._under is None else term == self._under

    @property
    def knows(self) -> bool:
        """Whether it has found out yet who polls, or had the time to."""
        found_out = self._found_out or bool(self._lease.holder)
        return found_out or running() - self._began > BEGIN_SECONDS

    @property
    def leader(self) -> str:
        """The member that polls, unless it is this one."""
        return "" if self.polls else self._lease.holder or NOBODY

    @property
    def decider(self) -> str:
        """Of several places that poll, the member that decides about alarms if it is another."""
        decider = self._parts.decider
        if decider is None or decider.decides:
            return ""
        return "" if self.polls and self._under is None else decider.name

    @property
    def lag_seconds(self) -> float:
        """How far polls of this member are behind their schedule."""
        return self._polling.lag_seconds if self._polling else 0.0

    @property
    def stalled_seconds(self) -> float:
        """For how long the loop that polls has not taken what is due."""
        return self._polling.stalled_seconds if self._polling else 0.0

    @property
    def blind_since(self) -> float | None:
        """When this machine was found to have no network, Unix time, as far as it polls."""
        return self._polling.blind_since if self._polling else None

    @property
    def network_until(self) -> float | None:
        """When it was last known to have one, Unix time; ``None`` while it has."""
        return self._polling.network_until if self._polling else None

    @property
    def problems(self) -> Iterable[str]:
        """What hinders it, in sentences."""
        parts = self._parts
        yield from self._polling.problems if self._polling else ()
        yield from fleet_problems(
            self._fleet,
            self.status,
            lease=self._lease,
            unsent=parts.publisher.problem if parts.publisher else "",
            silent_since=None if self.polls else self._unix(self._silent_since),
            now=self._clock(),
        )
        # Of whom nothing can be heard, nothing is odd.
        whom = self._hearing.of
        if whom and whom == self.leader and parts.bus.status.connected:
            yield from self._hearing.problems()
        yield from parts.exchange.problems if parts.exchange else ()

    @property
    def status(self) -> FleetStatus:
        """How it is by now."""
        bus, heard, sent = self._parts.bus.status, self._subscriber, self._parts.publisher
        term, exchange = self._under if self.polls else heard.term, self._parts.exchange
        lag = heard.lag_seconds
        if self.polls:
            lag = sent.lag_seconds if sent else 0.0
        return FleetStatus(
            member=self._member,
            vantage=self._fleet.vantage,
            connected=bus.connected,
            address=bus.address or self._fleet.url,
            error=bus.error,
            refused=bus.refused,
            denied=bus.denied,
            since=self._unix(bus.since),
            connections=bus.connections,
            holder=self._lease.holder,
            holds=self._lease.term is not None,
            term=term.revision if term else None,
            alone=self.polls and self._under is None,
            lag_seconds=lag,
            dropped=heard.dropped + bus.lost + (sent.dropped if sent else 0),
            resyncs=heard.resyncs,
            late=heard.late + (sent.late_published if sent else 0),
            garbage=heard.garbage + (exchange.refused if exchange else 0),
            published=sent.published if sent else 0,
            read_only=exchange.read_only if exchange else "",
        )

    def _present(self) -> "Member":
        """What the other members may know of this one."""
        from wallboard.fleet.presence import Member

        status, newest = self.status, self._newest.at
        return Member(
            member=status.member,
            role="polls" if self.polls else "stands by" if self._fleet.collect else "views",
            vantage=status.vantage,
            term=status.term or 0,
            holds=status.holds,
            lag_seconds=None if newest is None else max(0.0, self._clock() - newest),
            entry_points=len(entry_points_of(self._settings)),
        )

    def _term(self) -> "Term | None":
        """That under which this member polls."""
        return self._under if self.polls else None

    @property
    def _goes_alone(self) -> bool:
        """Whether it may poll without a lease, as nobody knows who has it."""
        unanswered = running() - self._lease.answered_at
        return self._fleet.collect and self._fleet.poll_alone and unanswered > self._lease.lasts

    def _is_ready_to_poll(self) -> bool:
        """Whether it has the lease, and what was polled before as far as that goes."""
        if self._goes_alone:
            return True
        if self._lease.term is None:
            self._ready_since = None
            return False
        self._ready_since = self._ready_since or running()
        return self._subscriber.caught_up or running() - self._ready_since > CATCH_UP_SECONDS

    async def _hear(self, fold: Callable[[Event], object]) -> None:
        """Have folded what others poll, until it is for this member to poll."""
        window = longest_timeout(self._settings)
        self._hearing.begin("")
        self._silent_since = running()

        def heard(event: Heard) -> None:
            live = self._subscriber.in_step
            self._silent_since = running()
            if not isinstance(event, NodeAnswer):
                self._hearing.note(event, live=live)
            again = isinstance(event, Observation) and self._newest.has(event, window)
            if live or not again:
                fold(event)

        hearing = asyncio.create_task(self._subscriber.run(heard))
        try:
            while not self._is_ready_to_poll():
                await self._pause(hearing)
                self._hear_whom()
                self._silent_since = max(self._silent_since, self._subscriber.heard_at or 0.0)
        finally:
            await ended(hearing)

    def _hear_whom(self) -> None:
        """Listen anew whenever somebody else takes the lease."""
        holder = self._lease.holder
        if self._lease.term is None and holder != self._hearing.of:
            self._hearing.begin(holder)

    async def _poll(self, fold: FoldPolled, fold_of_node: Fold) -> None:
        """Poll and publish, as long as the lease is held or it is for this member alone."""
        self._lease.exceed(self._subscriber.term)
        self._under, self._found_out = self._lease.term, True
        self._polling = Polling(self._settings, clock=self._clock, may_poll=self._may_poll)

        def polled(event: Event) -> None:
            if not self.polls:
                return  # it was under way when the lease ended
            for one in fold(event):
                if isinstance(one, Observation | ServerStatus):
                    self._hearing.note(one, live=False)
                    if publisher := self._parts.publisher:
                        publisher.take(one)

        def asked(event: Event) -> Folded:
            if not self.polls:
                return Folded(event)
            folded = fold_of_node(event)
            if isinstance(folded.event, NodeAnswer) and (publisher := self._parts.publisher):
                publisher.take(folded.event)
            return folded

        polling = asyncio.create_task(self._polling.run(polled, asked))
        try:
            while self.polls:
                await self._pause(polling)
        finally:
            self._polling = self._ready_since = None
            await ended(polling)
            self._under = None

    async def _may_poll(self) -> bool:
        otherwise = self._may_poll_otherwise
        # The lease is asked last: the other answer may take its time.
        return (otherwise is None or await otherwise()) and self.polls

    async def _pause(self, task: "asyncio.Task[None]") -> None:
        """Wait for the next look; what broke meanwhile is raised."""
        await asyncio.sleep(LOOK_SECONDS)
        self._keep_in_step(self._parts.in_step.text)
        self._found_out = self._found_out or bool(self._lease.holder)
        for one in (task, *self._working):
            if one.done():
                one.result()

    def _unix(self, moment: float) -> float:
        return self._clock() - (running() - moment)


def membership(settings: Settings) -> object:
    """What makes another member of it when it is edited; ``None`` without a fleet."""
    fleet = settings.fleet
    return (fleet, fleet.board or settings.title) if fleet.url else None
