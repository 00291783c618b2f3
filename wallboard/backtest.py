"""What alarms some rules would have raised, by a recording.

The states that were known then are folded by the same alarms as those of a living board. Nobody
acknowledges or shelves anything meanwhile; whether this machine had a network is a fact of the
ledger.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from wallboard.alarm_board import AlarmBoard
from wallboard.domain.alarm import AlarmRules
from wallboard.domain.blind import NETWORK_KINDS
from wallboard.domain.endpoint import EntryPoint, EntryPointKey
from wallboard.domain.event import ClockSet, ExpectationChanged
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.observation import ServerStatus
from wallboard.domain.plan import Plan
from wallboard.domain.policy import Level, Policy
from wallboard.domain.snapshot import EntryPointStatus, Folded
from wallboard.frozen import frozen
from wallboard.inheritance import alarm_rules_of, entry_points_of
from wallboard.recorder.reading.known_states import KnownState, StateEvent, StatePart
from wallboard.recorder.reading.rejudged import JudgedBy, Rejudging
from wallboard.recorder.recording import Recording
from wallboard.settings import Settings

LEAST_RUN_IN_SECONDS = 3600.0
"""So long before the span the rules are followed already, to know what stood when it began."""

MOST_ALIKE = 100_000
"""States that are kept, for most of them come again and again."""

_LASTING = Policy(interval=math.inf)
"""Of states that hold until another one is told."""

_MOMENTARY = Policy(interval=0.0)
"""Of those that hold no longer than now."""


@frozen
class RuleSet:
    """What decides about alarms: levels, thresholds, what is planned, and when one is raised.

    ``witnessed`` says whether a machine without a network raises none.
    """

    policies: Mapping[EntryPointKey, Policy]
    alarms: Mapping[AlarmKey, AlarmRules]
    plan: Plan = Plan()
    witnessed: bool = True

    @classmethod
    def of(cls, settings: Settings, plan: Plan) -> "RuleSet":
        """Those of a config."""
        return cls(
            {entry_point.key: policy for entry_point, policy in entry_points_of(settings)},
            alarm_rules_of(settings),
            plan,
            witnessed=bool(settings.alarm.witness),
        )


def backtest(
    recording: Recording,
    rule_sets: Sequence[RuleSet],
    since: float,
    until: float,
    *,
    ledger: Iterable[LedgerRow] = (),
    on_progress: Callable[[float], object] = lambda _: None,
) -> list[list[LedgerRow]]:
    """The rows that each set of rules would have written, from a bit before ``since`` on.

    ``ledger`` are rows of the time, of which only those count that say whether there was a network.
    ``on_progress`` is told how much of the span was read, from 0 to 1. Times are Unix time in
    seconds. Raises ``RecordingError``.
    """
    begin = since - max((run_in_seconds(one.alarms) for one in rule_sets), default=0.0)
    network_rows = [row for row in ledger if row.kind in NETWORK_KINDS and begin <= row.at <= until]
    recorded = JudgedBy(
        {entry_point.key: policy for entry_point, policy in recording.entry_points()},
        recording.expectations(begin, until),
    )
    least = min((r.level for one in rule_sets for r in one.alarms.values()), default=Level.OK)
    trials = [_Trial(one, recorded, network_rows, begin, until, least) for one in rule_sets]
    parts = recording.known_states(
        begin,
        until,
        keys={key for one in rule_sets for key in one.policies},
        least=least,
        with_rounds={key for one in trials for key in one.keys_with_rounds},
    )
    for part in parts:
        for trial in trials:
            trial.take(part)
        if until > begin:
            on_progress(min(1.0, max(0.0, (part.until - begin) / (until - begin))))
    return [trial.rows() for trial in trials]


def run_in_seconds(rules: Mapping[AlarmKey, AlarmRules]) -> float:
    """How long before a moment its alarms may have begun that are not raised yet."""
    longest = (max(one.raise_for, one.clear_for, one.flap_within) for one in rules.values())
    return max(LEAST_RUN_IN_SECONDS, 2 * max(longest, default=0.0))


def alarms_by_rules(
    recording: Recording, rules: Mapping[AlarmKey, AlarmRules], at: float
) -> AlarmBoard:
    """The alarms that some rules have at a moment, Unix time, by what was known until then.

    Raises ``RecordingError``.
    """
    alarms = AlarmBoard(rules)
    keys = [point for key in rules if (point := key.entry_point)]
    states = RecordedStates(keys)
    least = min((one.level for one in rules.values()), default=Level.OK)
    begin = at - run_in_seconds(rules)
    for part in recording.known_states(begin, at, keys=set(keys), least=least):
        for event in part.events:
            if not isinstance(event, ClockSet) and event.at > at:
                break
            for folded in states.folded(event):
                alarms.fold(folded)
    alarms.advance(at)
    return alarms


class _Trial:
    """One set of rules on its way through a recording."""

    def __init__(
        self,
        rules: RuleSet,
        recorded: JudgedBy,
        network_rows: Sequence[LedgerRow],
        begin: float,
        until: float,
        least: Level,
    ) -> None:
        planned = JudgedBy(rules.policies, list(rules.plan.changes(rules.policies, begin, until)))
        self._rejudging = Rejudging(recorded, planned, least)
        self._alarms = AlarmBoard(rules.alarms)
        self._states = RecordedStates(rules.policies)
        self._network_rows = list(network_rows) if rules.witnessed else []
        self._until = until
        self._rows: list[LedgerRow] = []

    @property
    def keys_with_rounds(self) -> frozenset[EntryPointKey]:
        """Whose rounds the parts must have."""
        return self._rejudging.keys_with_rounds

    def take(self, part: StatePart) -> None:
        """Go on by what happened in a part of the recording."""
        for event in self._rejudging.judged(part):
            if not isinstance(event, ClockSet):
                if event.at > self._until:
                    break
                self._look_until(event.at)
            for folded in self._states.folded(event):
                self._rows += self._alarms.fold(folded)
        at = min(part.until, self._until)
        self._look_until(at)
        self._rows += self._alarms.advance(at)

    def rows(self) -> list[LedgerRow]:
        """All rows, in the order of time."""
        return sorted(self._rows, key=lambda row: row.at)

    def _look_until(self, at: float) -> None:
        """Lose the network and have it again, as the ledger says."""
        while self._network_rows and self._network_rows[0].at <= at:
            row = self._network_rows.pop(0)
            self._rows += self._alarms.advance(row.at)
            self._rows += self._alarms.apply(row)
            if row.kind is RowKind.SEEING:
                self._rows += self._alarms.fold(self._states.all_at(row.at))


class RecordedStates:
    """Recorded states as what a board would have folded."""

    def __init__(self, keys: Iterable[EntryPointKey]) -> None:
        self._unpolled = {
            key: EntryPointStatus.unpolled(EntryPoint(key, "", "", ()), _LASTING, 1) for key in keys
        }
        self._known: dict[EntryPointKey, EntryPointStatus] = {}
        self._alike: dict[tuple[object, ...], EntryPointStatus] = {}
        self._known_points: dict[str, set[EntryPointKey]] = {}
        self._down: set[str] = set()

    def folded(self, event: StateEvent) -> Iterator[Folded]:
        """What a board would have made of an event, if it is of an entry point of these."""
        if isinstance(event, ClockSet):
            yield Folded(event)
        elif isinstance(event, ServerStatus):
            if event.failure:
                self._down.add(event.server)
                # It is so until another one is told, however seldom it was probed.
                event = replace(event, next_probe_at=math.inf)
            else:
                self._down.discard(event.server)
            yield self._server(event, _LASTING)
        elif event.key in self._unpolled:
            yield from self._server_in_reach(event)
            self._known[event.key] = status = self._status(event)
            expected = ExpectationChanged(event.at, {event.key: event.expectation})
            yield Folded(expected, (status,))

    def _server_in_reach(self, state: KnownState) -> Iterator[Folded]:
        """That a server is in reach is known as long as one of its entry points is."""
        server = state.key.server
        known = self._known_points.setdefault(server, set())
        before = bool(known)
        (known.add if state.known else known.discard)(state.key)
        if bool(known) is not before and server not in self._down:
            yield self._server(ServerStatus(server, state.at), _LASTING if known else _MOMENTARY)

    def _server(self, status: ServerStatus, lasts: Policy) -> Folded:
        point = next(
            (one for key, one in self._unpolled.items() if key.server == status.server), None
        )
        return Folded(status, (replace(point, policy=lasts),) if point else ())

    def all_at(self, at: float) -> Folded:
        """All states as they are by now, as if they were asked for again."""
        return Folded(ExpectationChanged(at, {}), tuple(self._known.values()))

    def _status(self, state: KnownState) -> EntryPointStatus:
        alike = (state.key, state.verdict, state.level, state.known, state.expectation)
        status = self._alike.get(alike)
        if status is None:
            if len(self._alike) >= MOST_ALIKE:
                self._alike.clear()
            status = self._alike[alike] = self._new(state)
        return status

    def _new(self, state: KnownState) -> EntryPointStatus:
        unpolled = self._unpolled[state.key]
        until = math.inf if state.known else -math.inf
        judgement = replace(
            unpolled.judgement,
            verdict=state.verdict,
            level=state.level,
            newest_at=0.0,
            fresh_until=until,
        )
        return replace(
            unpolled, judgement=judgement, known_until=until, expectation=state.expectation
        )
