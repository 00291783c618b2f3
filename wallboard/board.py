"""The board: folds the stream of observations into immutable snapshots.

It has no clock and asks nobody anything: the same events give the same board, live or replayed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.history import DEFAULT_BOUND, History, Sample
from wallboard.domain.observation import Event, Failure, Observation, ServerStatus
from wallboard.domain.policy import Policy, Verdict
from wallboard.domain.reading import Capacity, LiveSessionStatus
from wallboard.domain.state import EndpointState, EntryPointState
from wallboard.domain.verdict import Judgement, judge

TRAFFIC_SECONDS = 60
"""The span over which polls are counted for the figure in the header."""


@dataclass(frozen=True, slots=True)
class EntryPointStatus:
    """One entry point in a snapshot: what was heard of it and what that means."""

    state: EntryPointState
    policy: Policy
    judgement: Judgement

    @property
    def entry_point(self) -> EntryPoint:
        """Which entry point this is."""
        return self.state.entry_point


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole board at one moment; an entry point that did not change is the same object.

    ``at`` and ``newest_at`` (the newest poll, good or bad) are Unix time in seconds;
    ``polls_per_minute`` counts the last minute; ``ranking`` differs when a verdict or a level does.
    """

    at: float
    entry_points: Mapping[EntryPointKey, EntryPointStatus]
    verdicts: Mapping[Verdict, int]
    servers: Mapping[str, ServerStatus]
    polls_per_minute: int
    newest_at: float | None
    ranking: int

    @property
    def unreachable(self) -> tuple[ServerStatus, ...]:
        """The servers that cannot be reached at all."""
        return tuple(status for status in self.servers.values() if status.failure)


class Board:
    """Takes events in as they come and gives a snapshot when asked."""

    def __init__(
        self, entry_points: Sequence[tuple[EntryPoint, Policy]], *, history: int = DEFAULT_BOUND
    ) -> None:
        """An empty board; ``history`` is how many samples each entry point keeps."""
        self._policies = {entry_point.key: policy for entry_point, policy in entry_points}
        self._states: dict[EntryPointKey, EntryPointState] = {}
        self._statuses: dict[EntryPointKey, EntryPointStatus] = {}
        self._servers: dict[str, ServerStatus] = {}
        self._verdicts: Counter[Verdict] = Counter()
        self._traffic = _Traffic()
        self._newest_at: float | None = None
        self._ranking = 0
        for entry_point, policy in entry_points:
            endpoints = dict.fromkeys(entry_point.endpoints, EndpointState())
            state = EntryPointState(entry_point, endpoints, History(history))
            self._states[entry_point.key] = state
            self._statuses[entry_point.key] = EntryPointStatus(state, policy, judge(state, policy))
            self._verdicts[Verdict.WAITING] += 1
        self._unjudged: set[EntryPointKey] = set()

    def fold(self, event: Event) -> None:
        """Take in one event. What is not on this board is passed over."""
        if isinstance(event, ServerStatus):
            self._fold_server(event)
        elif event.key in self._states:
            self._fold_observation(event)

    def snapshot(self, now: float) -> Snapshot:
        """The board as it stands at ``now``, Unix time in seconds."""
        for key in self._unjudged:
            self._judge(key)
        self._unjudged.clear()
        return Snapshot(
            at=now,
            entry_points=MappingProxyType(self._statuses.copy()),
            verdicts=MappingProxyType({v: n for v, n in self._verdicts.items() if n}),
            servers=MappingProxyType(self._servers.copy()),
            polls_per_minute=self._traffic.count(now),
            newest_at=self._newest_at,
            ranking=self._ranking,
        )

    def _fold_server(self, status: ServerStatus) -> None:
        before = self._servers.get(status.server)
        self._servers[status.server] = status
        if (before.failure if before else None) != status.failure:
            self._unjudged.update(key for key in self._states if key.server == status.server)

    def _fold_observation(self, observation: Observation) -> None:
        key = observation.key
        before = self._states[key]
        state = before.heard(_sharing_body(observation, before.endpoint(observation.endpoint)))
        if observation.endpoint is _pace(state.entry_point):
            state = replace(state, history=state.history.appended(self._sample(state, observation)))
        self._states[key] = state
        self._unjudged.add(key)
        self._traffic.add(observation.at)
        self._newest_at = max(self._newest_at or observation.at, observation.at)

    def _sample(self, state: EntryPointState, observation: Observation) -> Sample:
        live = state.latest(Endpoint.LIVE_SESSION_STATUS, LiveSessionStatus)
        capacity = state.latest(Endpoint.CAPACITY, Capacity)
        judgement = judge(state, self._policies[observation.key], self._failure(observation.key))
        return Sample(
            at=observation.at,
            wait_seconds=live.wait_seconds if live else None,
            queue_depth=live.queue_depth if live else None,
            capacity=capacity.count if capacity else None,
            verdict=judgement.verdict,
        )

    def _judge(self, key: EntryPointKey) -> None:
        state, policy = self._states[key], self._policies[key]
        judgement = judge(state, policy, self._failure(key))
        before = self._statuses[key].judgement
        if judgement.verdict is not before.verdict or judgement.level is not before.level:
            self._ranking += 1
            self._verdicts[before.verdict] -= 1
            self._verdicts[judgement.verdict] += 1
        self._statuses[key] = EntryPointStatus(state, policy, judgement)

    def _failure(self, key: EntryPointKey) -> Failure | None:
        status = self._servers.get(key.server)
        return status.failure if status else None


class _Traffic:
    """Counts polls a second over the last minute, in a fixed amount of memory."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}

    def add(self, at: float) -> None:
        second = int(at)
        self._counts[second] = self._counts.get(second, 0) + 1
        if len(self._counts) > 2 * TRAFFIC_SECONDS:
            self._forget(second)

    def count(self, now: float) -> int:
        self._forget(int(now))
        return sum(self._counts.values())

    def _forget(self, now: int) -> None:
        oldest = now - TRAFFIC_SECONDS
        self._counts = {second: n for second, n in self._counts.items() if second > oldest}


def _pace(entry_point: EntryPoint) -> Endpoint | None:
    """The endpoint whose polls set the pace of the history: one sample a round."""
    endpoints = entry_point.endpoints
    if Endpoint.LIVE_SESSION_STATUS in endpoints:
        return Endpoint.LIVE_SESSION_STATUS
    return endpoints[0] if endpoints else None


def _sharing_body(observation: Observation, before: EndpointState) -> Observation:
    """The same observation, sharing its body with the poll before it where that is equal."""
    response, last = observation.response, before.last
    if response is None or last is None or last.response is None:
        return observation
    if response.body is last.response.body or response.body != last.response.body:
        return observation
    return replace(observation, response=replace(response, body=last.response.body))
