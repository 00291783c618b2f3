"""The board: folds the stream of observations into immutable snapshots.

It has no clock and no I/O: the same events give the same board, live or replayed.
"""

import math
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from wallboard.domain.change import EVENTS_BOUND, TIMELINE_BOUND, Change
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.event import Event, ExpectationChanged, RecordedBoard
from wallboard.domain.history import DEFAULT_BOUND
from wallboard.domain.judgement import Judgement
from wallboard.domain.next_status import next_status
from wallboard.domain.node import NodeAnswer, NodePoll, viewed
from wallboard.domain.node_difference import answer_of
from wallboard.domain.observation import Failure, Observation, ServerStatus, shifted
from wallboard.domain.outage import absorbed, began_at, came_of_outage, server_change
from wallboard.domain.policy import Policy, Verdict
from wallboard.domain.polls import Sharing, Traffic
from wallboard.domain.round import ends_round, sample_of_round
from wallboard.domain.servers import Servers
from wallboard.domain.snapshot import EntryPointStatus, Folded, Places, Snapshot, newest_poll
from wallboard.domain.state import EntryPointState
from wallboard.domain.vantage import disagree


class Board:
    """Folds events, and returns snapshots of the result."""

    def __init__(
        self, entry_points: Sequence[tuple[EntryPoint, Policy]], *, history: int = DEFAULT_BOUND
    ) -> None:
        """An empty board; ``history`` is how many samples each entry point keeps."""
        self._history = history
        self._statuses = _all_unpolled(entry_points, history)
        self._servers = Servers()
        self._verdicts = Counter(s.judgement.verdict for s in self._statuses.values())
        self._traffic = Traffic()
        self._parts = Sharing()
        self._newest_at: float | None = None
        self._ranking = 0
        self._by_time: frozenset[tuple[EntryPointKey, bool]] = frozenset()
        self._events: deque[Change] = deque(maxlen=EVENTS_BOUND)
        self._events_shown: tuple[Change, ...] = ()

    def fold(self, event: Event) -> Folded:
        """Fold one event and return the result, which is empty if it is of another board."""
        if isinstance(event, ServerStatus):
            return self._fold_server(event)
        if isinstance(event, Observation):
            return self._fold_observation(event) if event.key in self._statuses else Folded(event)
        if isinstance(event, ExpectationChanged):
            return self._fold_expectations(event)
        if isinstance(event, NodePoll):
            status = self._statuses.get(event.observation.key)
            return self._fold_node(answer_of(event, status)) if status else Folded(event)
        if isinstance(event, NodeAnswer):
            return self._fold_node(event)
        if isinstance(event, RecordedBoard):
            self._restore(event)
        else:
            self._set_clock(event.by)
        return Folded(event, tuple(self._statuses.values()))

    def status(self, key: EntryPointKey) -> EntryPointStatus | None:
        """The current status of one entry point."""
        return self._statuses.get(key)

    def statuses_of(self, server: str) -> list[EntryPointStatus]:
        """The current statuses of the entry points of one server."""
        return [s for key, s in self._statuses.items() if key.server == server]

    def server(self, name: str) -> ServerStatus | None:
        """The last status of a server, if there is one."""
        return self._servers.get(name)

    def failure(self, server: str) -> Failure | None:
        """Why a server cannot be reached; ``None`` while it can."""
        return self._servers.failure(server)

    def replace(
        self,
        entry_points: Sequence[tuple[EntryPoint, Policy]],
        at: float,
        *,
        history: int | None = None,
    ) -> Folded:
        """Have these entry points from ``at`` on, Unix time in seconds; events stay as they are.

        The polls of those that remain are kept and judged again, which may make changes.
        """
        before, self._statuses = self._statuses, {}
        if history is not None and history != self._history:
            self._history = history
            before = {key: status.with_history(history) for key, status in before.items()}
        self._verdicts = Counter(s.judgement.verdict for s in before.values())
        wanted = {entry_point.key: (entry_point, policy) for entry_point, policy in entry_points}
        for key, status in before.items():
            if key not in wanted:
                self._verdicts[status.judgement.verdict] -= 1
        self._servers.keep({key.server for key in wanted})
        changes: list[Change] = []
        for key, (entry_point, policy) in wanted.items():
            if key in before:
                changes += self._redefine(before[key], entry_point, policy, at)
            else:
                failure = self.failure(key.server)
                self._statuses[key] = added = EntryPointStatus.unpolled(
                    entry_point, policy, self._history, failure=failure
                )
                self._verdicts[added.judgement.verdict] += 1
        self._ranking += 1
        return Folded(None, tuple(self._statuses.values()), tuple(changes))

    def see_elsewhere(
        self, places: Mapping[EntryPointKey, Places | None]
    ) -> tuple[EntryPointStatus, ...]:
        """Have entry points seen from other places as well; their statuses after that."""
        found = []
        for key, seen in places.items():
            if status := self._statuses.get(key):
                self._statuses[key] = after = replace(status, places=seen)
                found.append(after)
        return tuple(found)

    def snapshot(self, now: float) -> Snapshot:
        """The state of the board at ``now``, Unix time in seconds."""
        if self._events and (
            not self._events_shown or self._events_shown[-1] is not self._events[-1]
        ):
            self._events_shown = tuple(self._events)
        by_time = frozenset(
            (k, disputed)
            for k, s in self._statuses.items()
            if (disputed := disagree(s, now)) or s.judgement.unconfirmed(now)
        )
        if by_time != self._by_time:
            self._by_time = by_time
            self._ranking += 1
        return Snapshot(
            at=now,
            entry_points=MappingProxyType(self._statuses.copy()),
            verdicts=MappingProxyType({v: n for v, n in self._verdicts.items() if n}),
            servers=self._servers.statuses,
            polls_per_minute=self._traffic.count(now),
            newest_at=self._newest_at,
            ranking=self._ranking,
            events=self._events_shown,
        )

    def _restore(self, restored: RecordedBoard) -> None:
        """Take over the state of a recorded board; entry points not in it were not polled."""
        recorded = {one.key: one for one in restored.entry_points}
        servers = {key.server for key in self._statuses}
        self._servers = Servers(one for one in restored.servers if one.server in servers)
        known = {*self._statuses, *servers}
        self._set_events(c for c in restored.events if (c.key or c.server) in known)
        self._traffic = Traffic()
        self._verdicts.clear()
        for key, status in self._statuses.items():
            failure, one = self.failure(key.server), recorded.get(key)
            if one:
                server = self._servers.get(key.server)
                after = status.restored(one, server, restored.at, self._history)
            else:
                after = EntryPointStatus.unpolled(
                    status.entry_point, status.policy, self._history, failure=failure
                )
            self._statuses[key] = after
            self._verdicts[after.judgement.verdict] += 1
        for answer in restored.nodes:
            self._fold_node(answer)
        self._newest_at = newest_poll(self._statuses.values(), restored.at)
        self._ranking += 1

    def _redefine(
        self, status: EntryPointStatus, entry_point: EntryPoint, policy: Policy, at: float
    ) -> tuple[Change, ...]:
        if (status.entry_point, status.policy) == (entry_point, policy):
            self._statuses[entry_point.key] = status
            return ()
        state = status.state.redefined(entry_point)
        return self._judge(replace(status, policy=policy), state, at, None, of_server=False)[1]

    def _fold_server(self, status: ServerStatus) -> Folded:
        if not self.statuses_of(status.server):
            return Folded(status)
        before = self._servers.get(status.server)
        self._servers.take(status)
        failed = before.failure if before else None
        if failed == status.failure:
            return Folded(status)
        followed: list[Change] = []
        probed_until = (before.next_probe_at or before.at) if before and failed else math.inf
        for one in self.statuses_of(status.server):
            late = status.at > probed_until + one.policy.stale_after
            state = one.state if status.failure else one.state.server_back(status.at)
            _, changes = self._judge(one, state, status.at, None, of_server=True, went_on=not late)
            followed += changes
        outage_since, explained = None, list[Change]()
        if status.failure and not failed:
            outage_since = began_at(status)
            explained = self._absorb(status.server, outage_since)
        statuses = tuple(self.statuses_of(status.server))
        change = server_change(before, status, [one.judgement for one in statuses])
        self._events.append(change)
        return Folded(status, statuses, (change, *explained, *followed), outage_since)

    def _fold_expectations(self, event: ExpectationChanged) -> Folded:
        statuses: list[EntryPointStatus] = []
        found: list[Change] = []
        for key, expectation in event.expectations.items():
            before = self._statuses.get(key)
            if before and before.expectation != expectation:
                before = replace(before, expectation=expectation)
                after, changes = self._judge(before, before.state, event.at, None, of_server=False)
                statuses.append(after)
                found += changes
        return Folded(event, tuple(statuses), tuple(found))

    def _fold_node(self, answer: NodeAnswer) -> Folded:
        """Have every entry point of a server know the node: what it said, or that it is there."""
        touched = []
        for status in self.statuses_of(answer.key.server):
            key = status.entry_point.key
            nodes = viewed(status.nodes, answer, key)
            if nodes is not status.nodes:
                self._statuses[key] = replace(status, nodes=nodes)
                touched.append(self._statuses[key])
        return Folded(answer, tuple(touched))

    def _absorb(self, server: str, since: float) -> list[Change]:
        """Remove what an outage explains from all timelines; return the changes it marked."""
        self._set_events(
            c for c in self._events if c.server != server or not came_of_outage(c, since)
        )
        found: list[Change] = []
        for status in self.statuses_of(server):
            if parts := absorbed(status.timeline, since):
                timeline, marked = parts
                self._statuses[status.entry_point.key] = replace(status, timeline=timeline)
                found += marked
        return found

    def _set_events(self, events: Iterable[Change]) -> None:
        self._events = deque(tuple(events), maxlen=EVENTS_BOUND)
        self._events_shown = ()

    def _fold_observation(self, observation: Observation) -> Folded:
        before = self._statuses[observation.key]
        endpoint = before.state.endpoint(observation.endpoint)
        observation = self._parts.shared(observation, endpoint.last)
        state = before.state.updated(observation)
        waited = min(observation.elapsed_seconds, before.policy.stale_after)
        after, judged = self._judge(
            before,
            state,
            observation.at,
            observation,
            of_server=False,
            went_on=before.goes_on(observation.at - waited),
        )
        sample = None
        if ends_round(before.state, observation, before.policy.interval):
            sample = sample_of_round(after, observation.at)
            after = replace(after, state=replace(state, history=state.history.appended(sample)))
        others = tuple(self._servers.changes_of_endpoint(endpoint, observation, after))
        after = self._statuses[observation.key] = self._noted(after, others)
        self._traffic.add(observation.at)
        # The last one folded is the newest: a later date was given by another clock.
        self._newest_at = observation.at
        return Folded(observation, (after,), (*judged, *others), sample=sample)

    def _set_clock(self, by: float) -> None:
        """Shift times so that ages stay the same. Past events keep their times."""
        self._statuses = {key: s.as_old_as_before(by) for key, s in self._statuses.items()}
        self._servers.set_clock(by)
        self._newest_at = shifted(self._newest_at, by)
        self._traffic.clock_set(by)

    def _judge(
        self,
        before: EntryPointStatus,
        state: EntryPointState,
        at: float,
        observation: Observation | None,
        *,
        of_server: bool,
        went_on: bool = True,
    ) -> tuple[EntryPointStatus, tuple[Change, ...]]:
        """Judge a new state of an entry point and put it on the board, with its changes."""
        key, was = before.entry_point.key, before.judgement
        after, changes = next_status(
            before,
            state,
            at,
            self.failure(key.server),
            poll=observation,
            of_server=of_server,
            went_on=went_on,
        )
        if not after.judgement.same_state(was):
            self._ranking += 1
            self._verdicts[was.verdict] -= 1
            self._verdicts[after.judgement.verdict] += 1
        if changes:
            changes = tuple(
                replace(one, of_server=of_server or self._servers.covers(one, after))
                for one in changes
            )
            after = self._noted(after, changes)
        self._statuses[key] = after
        return after, changes

    def _noted(self, status: EntryPointStatus, changes: tuple[Change, ...]) -> EntryPointStatus:
        if not changes:
            return status
        self._events.extend(c for c in changes if c.before != Verdict.WAITING and not c.of_server)
        timeline = (*status.timeline, *changes)[-TIMELINE_BOUND:]
        return replace(status, timeline=timeline)


def _all_unpolled(
    entry_points: Sequence[tuple[EntryPoint, Policy]], history: int
) -> dict[EntryPointKey, EntryPointStatus]:
    """Their statuses before any poll, judged once for all that share a policy."""
    judged: dict[tuple[int, tuple[Endpoint, ...]], Judgement] = {}
    found = {}
    for entry_point, policy in entry_points:
        alike = (id(policy), entry_point.endpoints)
        status = EntryPointStatus.unpolled(entry_point, policy, history, judged.get(alike))
        judged[alike] = status.judgement
        found[entry_point.key] = status
    return found
