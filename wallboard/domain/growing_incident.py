"""An incident that is still being put together, change by change."""

from collections import Counter
from dataclasses import replace
from itertools import dropwhile

from wallboard.domain.change import Change
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.incident import Incident, Phase, Rules, State, Whose, clear_seconds
from wallboard.domain.policy import Level, Verdict

MOST_PHASES = 50
"""Phases of one incident that are kept; of what swings for ever, the first and the newest."""


class GrowingIncident:
    """What is known of an incident so far."""

    def __init__(self, whose: Whose, at: float, *, seen: bool) -> None:
        self.key = None if isinstance(whose, str) else whose
        self.server = whose if isinstance(whose, str) else whose.server
        self.at = at
        self.changes: list[Change] = []
        self.good_at: float | None = None
        self._seen = seen
        self._level = Level.OK
        self._phases: list[Phase] = []
        self._states: dict[Whose, State] = {}
        self._well_since: dict[Whose, float] = {}
        self._before_outage: set[Whose] = set()
        self._keys: set[EntryPointKey] = {self.key} if self.key else set()
        self._value: Incident | None = None

    def over(self, at: float, rules: Rules) -> bool:
        """Whether all has been well for long enough."""
        whose = self.key or self.server
        return self.good_at is not None and at - self.good_at >= clear_seconds(rules, whose)

    @property
    def of_queues_only(self) -> bool:
        """Whether a chat could be started all the time, only not soon."""
        return {phase.state.verdict for phase in self._phases} == {Verdict.OPEN}

    def left(self, whose: Whose, at: float, rules: Rules) -> bool:
        """Whether one of those in it has been well for long enough."""
        since = self._well_since.get(whose)
        return since is not None and at - since >= clear_seconds(rules, whose)

    def add(self, change: Change) -> None:
        """Have one more change belong to it."""
        self.changes.append(change)
        if change.key:
            self._keys.add(change.key)
        self._value = None

    def put(self, whose: Whose, state: State | None, at: float) -> None:
        """Say what is wrong with one of those in it; ``None`` if nothing is any more."""
        self._value = None
        if state is None:
            self._states.pop(whose, None)
            self._well_since[whose] = at
        else:
            self._states[whose] = state
            self._well_since.pop(whose, None)
            self._level = max(self._level, state.level)
        self._before_outage.discard(whose)
        if whose == self.server and state is None:
            self._before_outage = set(self._states)
        if self._states and self._states.keys() <= self._before_outage:
            # What its entry points were before an outage says little until they are asked again.
            self._end_phase(at)
        else:
            self._enter(self._worst(), at)

    def join(self, other: "GrowingIncident") -> None:
        """Take over another one, which began just before it, or came right after it."""
        # That a queue was long before is none of it.
        phases = list(dropwhile(lambda one: one.state.verdict is Verdict.OPEN, other._phases))
        began = phases[0].at if phases else other.at
        if not self._phases or began < self.at:
            self._phases = phases
        self.at = min(self.at, began)
        every = {id(change): change for change in (*other.changes, *self.changes)}
        self.changes = sorted(every.values(), key=lambda change: change.at)
        self._level = max(self._level, other._level)
        self._states |= other._states
        self._well_since |= other._well_since
        self._keys |= other._keys
        self._value = None

    def forget(self, before: float) -> None:
        """Drop the changes before a moment."""
        if self.changes and self.changes[0].at < before:
            self.changes = [change for change in self.changes if change.at >= before]
            self._value = None

    def value(self) -> Incident:
        """It as it is by now; the same value until something changes."""
        if self._value is None:
            self._value = Incident(
                self.server,
                self.key,
                self.at,
                self._seen,
                self.good_at,
                self._level,
                tuple(self._phases),
                frozenset(self._keys),
                tuple(self.changes),
            )
        return self._value

    def _worst(self) -> State | None:
        """What is wrong with the server, or else with most of its entry points."""
        if self.server in self._states:
            return self._states[self.server]
        old = self._before_outage
        counts = Counter(state for whose, state in self._states.items() if whose not in old)
        if not counts:
            return None
        most = max(counts.values())
        last = self._phases[-1].state if self._phases else None
        # They change one after the other: it is as before until fewer are so than otherwise.
        return last if last and counts[last] == most else counts.most_common(1)[0][0]

    def _enter(self, state: State | None, at: float) -> None:
        last = self._phases[-1] if self._phases else None
        if last and last.seconds is None and last.state == state:
            return
        if state is None:
            self._end_phase(at)
            self.good_at = at if self.good_at is None else self.good_at
            return
        # What began before anybody knew it takes the place of what was seen from then on.
        while self._phases and self._phases[-1].at >= at:
            self._phases.pop()
        self._end_phase(at)
        self.good_at = None
        self._phases.append(Phase(state, at))
        if len(self._phases) > MOST_PHASES:
            del self._phases[1]

    def _end_phase(self, at: float) -> None:
        last = self._phases[-1] if self._phases else None
        if last and (last.seconds is None or last.at + last.seconds > at):
            self._phases[-1] = replace(last, seconds=max(0.0, at - last.at))
