"""What entry points would have been by other levels and thresholds than those recorded with.

A verdict is what the servers said, whatever the rules. Its level follows from it and, while a chat
can be started, from the figures of each round, which are recorded to the second.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from math import inf, isnan
from operator import itemgetter

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import ClockSet
from wallboard.domain.policy import Level, Policy, Thresholds, Verdict
from wallboard.recorder.file.samples import Columns
from wallboard.recorder.reading.known_states import KnownState, StateEvent, StatePart

Raise = tuple[float, EntryPointKey, Level]
"""From when on the figures of an entry point alone would have it at a level."""


def needs_rounds(recorded: Policy, policy: Policy) -> bool:
    """Whether an open entry point may have another level by a policy than the recorded one."""
    return (
        recorded.thresholds != policy.thresholds
        or recorded.levels[Verdict.OPEN] is not policy.levels[Verdict.OPEN]
    )


@dataclass(slots=True)
class _Judged:
    """An entry point that is judged anew, and what it is; ``raised`` is by its figures alone."""

    policy: Policy
    figures: "_Figures | None"
    state: KnownState | None = None
    raised: Level = Level.OK

    def level(self, state: KnownState) -> Level:
        """The level of a state by the policy."""
        if state.verdict is not Verdict.OPEN:
            return self.policy.levels[state.verdict]
        if self.figures is None:
            return state.level
        return max(self.policy.levels[Verdict.OPEN], self.raised)


class Rejudging:
    """Judges the parts of a recording anew, one after the other.

    Entry points whose levels and thresholds are the recorded ones are left as they were.
    """

    def __init__(
        self,
        recorded: Mapping[EntryPointKey, Policy],
        policies: Mapping[EntryPointKey, Policy],
        least: Level = Level.OK,
    ) -> None:
        """``recorded`` are the policies that were in force, ``policies`` those to judge by.

        Levels of figures below ``least`` need not be told from each other.
        """
        self._judged: dict[EntryPointKey, _Judged] = {}
        for key, policy in policies.items():
            before = recorded.get(key, policy)
            if (before.thresholds, before.levels) != (policy.thresholds, policy.levels):
                rounds = needs_rounds(before, policy)
                figures = _Figures(policy.thresholds, least) if rounds else None
                self._judged[key] = _Judged(policy, figures)

    @property
    def keys_with_rounds(self) -> frozenset[EntryPointKey]:
        """Whose rounds the parts must have."""
        return frozenset(key for key, one in self._judged.items() if one.figures)

    def judged(self, part: StatePart) -> Iterator[StateEvent]:
        """The events of a part, judged anew, in the order of time."""
        raises = [
            (at, key, level)
            for key, one in self._judged.items()
            if one.figures and key in part.rounds
            for at, level in one.figures.levels(part.rounds[key])
        ]
        raises.sort(key=itemgetter(0))
        place = 0
        for event in part.events:
            if not isinstance(event, ClockSet):
                while place < len(raises) and raises[place][0] <= event.at:
                    yield from self._raised(*raises[place])
                    place += 1
            if isinstance(event, KnownState) and event.key in self._judged:
                yield from self._stated(self._judged[event.key], event)
            else:
                yield event
        for one in raises[place:]:
            yield from self._raised(*one)

    def _stated(self, one: _Judged, state: KnownState) -> Iterator[KnownState]:
        before, one.state = one.state, replace(state, level=one.level(state))
        if before is None or replace(before, at=state.at) != one.state:
            yield one.state

    def _raised(self, at: float, key: EntryPointKey, level: Level) -> Iterator[KnownState]:
        one = self._judged[key]
        one.raised = level
        if one.state and one.state.known and one.level(one.state) is not one.state.level:
            one.state = replace(one.state, at=at, level=one.level(one.state))
            yield one.state


class _Figures:
    """The level that the figures of an entry point have by some thresholds, round by round."""

    def __init__(self, limits: Thresholds, least: Level) -> None:
        warns = least <= Level.WARNING
        slots = limits.capacity_warning if warns else None
        self._slots = -inf if slots is None else float(slots)
        self._wait = _limits(limits.wait_warning if warns else None, limits.wait_critical)
        self._queue = _limits(limits.queue_warning if warns else None, limits.queue_critical)
        self._last = (-inf, -inf, inf)
        self._level = Level.OK

    def levels(self, rounds: Columns) -> Iterator[tuple[float, Level]]:
        """When the level becomes another one in some rounds. What was not read stays as it was."""
        waits, queues, slots = (
            _filled(column, last)
            for column, last in zip(
                (rounds.wait, rounds.depth, rounds.capacity), self._last, strict=True
            )
        )
        if not len(rounds.at):
            return
        self._last = (waits[-1], queues[-1], slots[-1])
        columns = (
            _places(self._wait, waits),
            _places(self._queue, queues),
            _few(self._slots, slots),
        )
        place = 0
        for number, count in _runs(columns):
            level = _LEVELS[number]
            if level is not self._level:
                self._level = level
                yield rounds.at[place], level
            place += count


_LEVELS = (Level.OK, Level.WARNING, Level.CRITICAL)


def _limits(warning: float | None, critical: float | None) -> tuple[float, float]:
    worst = inf if critical is None else critical
    return (min(worst, inf if warning is None else warning), worst)


def _places(limits: tuple[float, float], values: Sequence[float]) -> Sequence[int]:
    """How many of the limits each value reaches; a single number where it is the same for all."""
    least, most = bisect_right(limits, min(values)), bisect_right(limits, max(values))
    return (least,) if least == most else list(map(partial(bisect_right, limits), values))


def _few(limit: float, slots: Sequence[float]) -> Sequence[int]:
    """For each count of free slots, whether it is at the limit or below; a single 0 for none."""
    return (0,) if min(slots) > limit else list(map(limit.__ge__, slots))


def _runs(columns: Sequence[Sequence[int]]) -> Iterator[tuple[int, int]]:
    """The largest number of each row and for how many rows it is that."""
    if all(len(column) == 1 for column in columns):
        yield max(column[0] for column in columns), 1
        return
    rows = max(map(len, columns))
    whole = (column if len(column) == rows else (*column,) * rows for column in columns)
    for number, group in groupby(map(max, *whole)):
        yield number, sum(1 for _ in group)


def _filled(column: Sequence[float], last: float) -> Sequence[float]:
    """A column in which a figure that could not be read is the one before it."""
    if not isnan(sum(column)):
        return column
    filled = []
    for value in column:
        last = last if isnan(value) else value
        filled.append(last)
    return filled
