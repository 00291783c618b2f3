"""The board at one moment, and what one event did to it."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from types import MappingProxyType

from wallboard.domain.alarm import Alarm
from wallboard.domain.change import TIMELINE_BOUND, Change
from wallboard.domain.channel_state import ChannelState
from wallboard.domain.endpoint import EntryPoint, EntryPointKey
from wallboard.domain.event import Event, RecordedBoard, RecordedStatus
from wallboard.domain.expectation import (
    NOTHING_EXPECTED,
    Conformity,
    Expectation,
    Expected,
    Maintenance,
    as_scheduled,
    conformity,
)
from wallboard.domain.history import History, Sample
from wallboard.domain.judgement import Judgement
from wallboard.domain.ledger_row import AlarmKey, LedgerRow
from wallboard.domain.node import NodeView, known_answers
from wallboard.domain.observation import AHEAD_SECONDS, Failure, ServerStatus, newest, shifted
from wallboard.domain.onset import Onset
from wallboard.domain.outage import came_of_outage
from wallboard.domain.policy import Policy, Verdict
from wallboard.domain.state import NEVER_POLLED, EntryPointState
from wallboard.domain.state_strip import NOTHING_KNOWN, State, StateStrip
from wallboard.domain.verdict import judge
from wallboard.frozen import frozen


@frozen
class EntryPointStatus:
    """One entry point in a snapshot: its polls and their judgement.

    ``since`` is when its verdict began, ``onset`` how that and its level did; at ``known_until``
    the next poll is overdue (Unix time in seconds). ``timeline`` is its last changes, oldest first,
    and ``strip`` what it was in the last hours. By ``expectation`` its level may be another than by
    its policy. ``nodes`` are those of its server that are asked directly, ``places`` is how other
    places see it, if there are any.
    """

    state: EntryPointState
    policy: Policy
    judgement: Judgement
    since: float | None = None
    onset: Onset | None = None
    known_until: float | None = None
    timeline: tuple[Change, ...] = ()
    strip: StateStrip = NOTHING_KNOWN
    expectation: Expectation = NOTHING_EXPECTED
    nodes: tuple[NodeView, ...] = ()
    places: "Places | None" = None

    @classmethod
    def unpolled(
        cls,
        entry_point: EntryPoint,
        policy: Policy,
        history: int,
        judgement: Judgement | None = None,
        failure: Failure | None = None,
    ) -> "EntryPointStatus":
        """One of which nothing is known; ``failure`` is that of its server, if it is out of reach.

        ``judgement`` is that of another unpolled one, if it is known. ``history`` is how many
        samples it will keep.
        """
        endpoints = dict.fromkeys(entry_point.endpoints, NEVER_POLLED)
        state = EntryPointState(entry_point, endpoints, History(history))
        return cls(state, policy, judgement or judge(state, policy, failure))

    def restored(
        self, recorded: RecordedStatus, server: ServerStatus | None, now: float, history: int
    ) -> "EntryPointStatus":
        """The same entry point as it was recorded, by the rules of now."""
        entry_point, failure = self.entry_point, server.failure if server else None
        endpoints = {e: recorded.endpoints.get(e, NEVER_POLLED) for e in entry_point.endpoints}
        state = EntryPointState(
            entry_point,
            endpoints,
            recorded.history.bounded(history),
            recorded.disagreements,
            good_at=newest((one.good.at for one in endpoints.values() if one.good), now),
        )
        if server and not failure and server.at <= now + AHEAD_SECONDS:
            state = state.server_back(server.at)
        judgement = judge(state, self.policy, failure, recorded.expectation)
        last_at = max((one.last.at for one in endpoints.values() if one.last), default=None)
        # Judged by other rules than then, it is so since the last poll as far as anybody knows.
        same_verdict = judgement.verdict is recorded.verdict
        since = recorded.since if same_verdict else last_at
        onset, begun_before = recorded.onset, same_verdict and judgement.level is recorded.level
        if last_at is not None and not (begun_before and onset and onset.at <= now + AHEAD_SECONDS):
            onset = Onset(last_at)
        elif since is not None and onset and not onset.seen:
            since = max(since, onset.at)
        polled_at = newest((one.last.at for one in endpoints.values() if one.last), now)
        known_until = None if polled_at is None else polled_at + self.policy.stale_after
        return EntryPointStatus(
            state,
            self.policy,
            judgement,
            since,
            onset,
            # A server that is out of reach is probed until it is not.
            math.inf if failure else known_until,
            recorded.timeline[-TIMELINE_BOUND:],
            recorded.strip,
            recorded.expectation,
        )

    @property
    def recorded(self) -> RecordedStatus:
        """The same as a recording would have it; ``restored`` makes the same of that."""
        state = self.state
        return RecordedStatus(
            self.entry_point.key,
            state.endpoints,
            state.history,
            self.judgement.verdict,
            self.judgement.level,
            self.since,
            self.onset,
            self.timeline,
            state.disagreements,
            self.strip,
            self.expectation,
        )

    def with_history(self, bound: int) -> "EntryPointStatus":
        """The same with at most ``bound`` samples."""
        state = replace(self.state, history=self.state.history.bounded(bound))
        return replace(self, state=state)

    @property
    def entry_point(self) -> EntryPoint:
        """Which entry point this is."""
        return self.state.entry_point

    @property
    def expected(self) -> Expected | None:
        """Whether it is expected to be open; ``None`` without a calendar."""
        return self.expectation.expected

    @property
    def maintenance(self) -> Maintenance | None:
        """The planned maintenance that is under way."""
        return self.expectation.maintenance

    @property
    def conformity(self) -> Conformity | None:
        """What its verdict means by what is expected."""
        return conformity(self.judgement.verdict, self.expectation)

    @property
    def as_scheduled(self) -> bool | None:
        """Whether it is open or closed as expected; ``None`` without a calendar."""
        return as_scheduled(self.judgement.verdict, self.expected) if self.expected else None

    def goes_on(self, at: float) -> bool:
        """Whether it is known to be at a moment as it was when it was last polled."""
        return self.known_until is not None and at <= self.known_until

    def states(self, now: float, count: int, *, minutes: int = 1) -> tuple[State | None, ...]:
        """Its worst state in each of ``count`` slices of some minutes, the last being now."""
        return self.strip.slices(now, count, minutes=minutes, goes_on=self.goes_on(now))

    def as_old_as_before(self, by: float) -> "EntryPointStatus":
        """The same after the clock was put forward ``by`` seconds, or back."""
        return replace(
            self,
            state=replace(self.state, good_at=shifted(self.state.good_at, by)),
            judgement=self.judgement.as_old_as_before(by),
            since=shifted(self.since, by),
            onset=self.onset.shifted(by) if self.onset else None,
            known_until=shifted(self.known_until, by),
            strip=self.strip.shifted(by),
            nodes=tuple(one.as_old_as_before(by) for one in self.nodes),
        )


@frozen
class Place:
    """One of the places that poll; ``silent_since`` is when it was heard last, if it is silent."""

    name: str
    own: bool = False
    silent_since: float | None = None


@frozen
class Elsewhere:
    """An entry point as another place sees it.

    ``since`` is when its verdict began as far as it was heard here, ``silent_since`` when the place
    was heard last, ``None`` while it is; both are Unix time in seconds.
    """

    place: str
    status: EntryPointStatus
    since: float
    silent_since: float | None = None


@frozen
class Places:
    """How an entry point looks from elsewhere; ``own`` is the place of this board."""

    own: str
    others: tuple[Elsewhere, ...]


def newest_poll(statuses: Iterable[EntryPointStatus], now: float) -> float | None:
    """When the newest poll of these was, good or bad; Unix time in seconds."""
    return newest(
        (
            endpoint.last.at
            for status in statuses
            for endpoint in status.state.endpoints.values()
            if endpoint.last
        ),
        now,
    )


@frozen
class Snapshot:
    """The whole board at one moment; an entry point that did not change is the same object.

    ``at`` and ``newest_at`` (the newest poll, good or bad) are Unix time in seconds;
    ``polls_per_minute`` counts the last minute; ``ranking`` differs when a verdict or a level
    does, or when an entry point is out of date that was not, or no more;
    ``events`` are the last changes across the board, oldest first; ``alarms`` has every alarm that
    is not normal, ``ledger`` are the last rows of the ledger, oldest first, and ``blind_since`` is
    when this machine lost its own network. ``channels`` are those that this process sends through,
    and ``places`` those that poll, none where there is only one.
    """

    at: float
    entry_points: Mapping[EntryPointKey, EntryPointStatus]
    verdicts: Mapping[Verdict, int]
    servers: Mapping[str, ServerStatus]
    polls_per_minute: int
    newest_at: float | None
    ranking: int
    events: tuple[Change, ...] = ()
    alarms: Mapping[AlarmKey, Alarm] = field(default_factory=lambda: MappingProxyType({}))
    ledger: tuple[LedgerRow, ...] = ()
    blind_since: float | None = None
    channels: Mapping[str, ChannelState] = field(default_factory=lambda: MappingProxyType({}))
    places: tuple[Place, ...] = ()

    @property
    def unreachable(self) -> tuple[ServerStatus, ...]:
        """The servers that cannot be reached at all."""
        return tuple(status for status in self.servers.values() if status.failure)

    @property
    def recorded(self) -> RecordedBoard:
        """The board as a recording would have it: what other boards go on from."""
        polled = (
            status
            for status in self.entry_points.values()
            if any(endpoint.last for endpoint in status.state.endpoints.values())
        )
        return RecordedBoard(
            self.at,
            tuple(status.recorded for status in polled),
            tuple(self.servers.values()),
            self.events,
            known_answers(status.nodes for status in self.entry_points.values()),
        )


@frozen
class Folded:
    """What one event did to the board; ``event`` is ``None`` for an edit of the settings.

    A poll shares its bytes with all that say the same. ``statuses`` are the entry points it
    touched, as they are by now, and ``changes`` what is new on their timelines and of the server.
    ``outage_since`` is when the outage began that it tells of (Unix time in seconds). ``sample`` is
    that of the round which the poll ended.
    """

    event: Event | None
    statuses: tuple[EntryPointStatus, ...] = ()
    changes: tuple[Change, ...] = ()
    outage_since: float | None = None
    sample: Sample | None = None

    def takes_back(self, change: Change) -> bool:
        """Whether an earlier change is none any more, for the outage of its server explains it."""
        return (
            self.outage_since is not None
            and isinstance(self.event, ServerStatus)
            and change.server == self.event.server
            and came_of_outage(change, self.outage_since)
        )
