"""What entry points would have been by other levels and thresholds than those recorded with.

A verdict is what the servers said, whatever the rules. Its level follows from it, from what is
expected and, while a chat can be started, from the figures of each round, which are recorded to the
second.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from math import inf, isnan
from operator import itemgetter

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import ClockSet, ExpectationChanged
from wallboard.domain.expectation import NOTHING_EXPECTED, Expectation, level_by
from wallboard.domain.policy import Level, Policy, Thresholds, Verdict
from wallboard.frozen import frozen
from wallboard.recorder.file.samples import Columns
from wallboard.recorder.reading.known_states import KnownState, StateEvent, StatePart

PROMPT_SECONDS = 5.0
"""So soon after it is due a board has taken up that something else is expected."""

Turn = tuple[float, EntryPointKey, Level | Expectation]
"""From when on the figures of an entry point have it at a level, or something else is expected."""


@frozen
class JudgedBy:
    """What a level follows from: the policy of each entry point, and what was expected of it.

    ``expected`` are the changes of that, in the order of time, those at the beginning first.
    """

    policies: Mapping[EntryPointKey, Policy]
    expected: Sequence[ExpectationChanged] = ()


@dataclass(slots=True)
class _Judged:
    """An entry point that is judged anew, and what it is; ``raised`` is by its figures alone."""

    policy: Policy
    figures: "_Figures | None"
    state: KnownState | None = None
    raised: Level = Level.OK
    expectation: Expectation = NOTHING_EXPECTED

    def judged(self, state: KnownState) -> KnownState:
        """A state with the level that it has by now, and what is expected."""
        level = self.policy.levels[state.verdict]
        if state.verdict is Verdict.OPEN and self.figures is None:
            return replace(state, expectation=self.expectation)
        if state.verdict is Verdict.OPEN:
            level = max(level, self.raised)
        level = level_by(self.expectation, state.verdict, level)
        return replace(state, level=level, expectation=self.expectation)

    def turned(self, turn: Level | Expectation) -> None:
        """Go by another level of the figures, or by what else is expected."""
        if isinstance(turn, Level):
            self.raised = turn
        else:
            self.expectation = turn


class Rejudging:
    """Judges the parts of a recording anew, one after the other.

    Entry points that are judged now as they were then are left as they were.
    """

    def __init__(self, recorded: JudgedBy, now: JudgedBy, least: Level = Level.OK) -> None:
        """Levels of figures below ``least`` need not be told from each other."""
        self._judged: dict[EntryPointKey, _Judged] = {}
        before, after = _plans(recorded.expected), _plans(now.expected)
        for key, policy in now.policies.items():
            was = recorded.policies.get(key, policy)
            same_plan = _alike(before.get(key, []), after.get(key, []))
            same_figures = same_plan and (was.thresholds, was.levels[Verdict.OPEN]) == (
                policy.thresholds,
                policy.levels[Verdict.OPEN],
            )
            if not same_figures or was.levels != policy.levels:
                figures = None if same_figures else _Figures(policy.thresholds, least)
                self._judged[key] = _Judged(policy, figures)
        self._expected: list[Turn] = [
            (changed.at, key, expectation)
            for changed in now.expected
            for key, expectation in changed.expectations.items()
            if key in self._judged
        ]
        self._expected.sort(key=itemgetter(0))

    @property
    def keys_with_rounds(self) -> frozenset[EntryPointKey]:
        """Whose rounds the parts must have."""
        return frozenset(key for key, one in self._judged.items() if one.figures)

    def judged(self, part: StatePart) -> Iterator[StateEvent]:
        """The events of a part, judged anew, in the order of time."""
        turns = deque(self._turns_in(part))
        for event in part.events:
            if not isinstance(event, ClockSet):
                while turns and turns[0][0] <= event.at:
                    yield from self._turned(*turns.popleft())
            if isinstance(event, KnownState) and event.key in self._judged:
                yield from self._stated(self._judged[event.key], event)
            else:
                yield event
        for turn in turns:
            yield from self._turned(*turn)

    def _turns_in(self, part: StatePart) -> list[Turn]:
        """What becomes of levels in a part beside what is said of verdicts, in order."""
        count = bisect_right(self._expected, part.until, key=itemgetter(0))
        turns, self._expected = self._expected[:count], self._expected[count:]
        turns += [
            (at, key, level)
            for key, one in self._judged.items()
            if one.figures and key in part.rounds
            for at, level in one.figures.levels(part.rounds[key])
        ]
        turns.sort(key=itemgetter(0))
        return turns

    def _stated(self, one: _Judged, state: KnownState) -> Iterator[KnownState]:
        before, one.state = one.state, one.judged(state)
        if before is None or replace(before, at=state.at) != one.state:
            yield one.state

    def _turned(
        self, at: float, key: EntryPointKey, turn: Level | Expectation
    ) -> Iterator[KnownState]:
        one = self._judged[key]
        one.turned(turn)
        if one.state and (after := one.judged(one.state)) != one.state:
            one.state = replace(after, at=at)
            yield one.state


_Plan = list[tuple[float, bool | None, bool]]
"""From when on an entry point is expected to be open or not, and whether it is maintained."""


def _plans(changes: Iterable[ExpectationChanged]) -> dict[EntryPointKey, _Plan]:
    found: dict[EntryPointKey, _Plan] = {}
    for changed in changes:
        for key, one in changed.expectations.items():
            turn = (one.expected.open if one.expected else None, one.maintenance is not None)
            plan = found.setdefault(key, [])
            if turn != (plan[-1][1:] if plan else (None, False)):
                plan.append((changed.at, *turn))
    return found


def _alike(recorded: _Plan, planned: _Plan) -> bool:
    return len(recorded) == len(planned) and all(
        one[1:] == other[1:] and abs(one[0] - other[0]) <= PROMPT_SECONDS
        for one, other in zip(recorded, planned, strict=True)
    )


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
