"""A recording judged by other rules: as a board would have judged that had them."""

from dataclasses import replace
from itertools import pairwise

import pytest
from recorder.incidents import shift
from recorder.live_states import POINTS, Live, differing, recorded, steps_of
from recorder.recordings import START

from wallboard.domain.event import ExpectationChanged
from wallboard.domain.expectation import NOTHING_EXPECTED, Expectation, Expected, Maintenance
from wallboard.domain.policy import DEFAULT_LEVELS, Level, Policy, Thresholds, Verdict
from wallboard.recorder.reading.rejudged import JudgedBy, Rejudging
from wallboard.recorder.recording import Recording

ROUNDS = 400
ROUNDED_SECONDS = 1.0

STRICTER = Thresholds(wait_warning=20, wait_critical=60, queue_critical=5, capacity_warning=1)
LAXER = Thresholds(wait_warning=None, wait_critical=None, queue_warning=None, queue_critical=None)
NO_WARNINGS = Thresholds(wait_warning=None, queue_warning=None, capacity_warning=None)
KEYS = [point.key for point, _ in POINTS]
CLOSED = Expectation(Expected(open=False, until=None, why="night"))
OPEN = Expectation(Expected(open=True, until=None, why="day"))
REPAIR = Expectation(maintenance=Maintenance(None, "update"))
TURN = ExpectationChanged(START + 60.0, dict.fromkeys(KEYS, CLOSED))
CLOSED_FOR_A_WHILE = [
    (0.0, dict.fromkeys(KEYS, CLOSED)),
    (1100.0, {KEYS[0]: OPEN, KEYS[1]: REPAIR}),
    (2400.0, {KEYS[1]: NOTHING_EXPECTED, KEYS[2]: OPEN}),
]
OTHER_LEVELS = {
    **DEFAULT_LEVELS,
    Verdict.AGENT_NOT_AVAILABLE: Level.OK,
    Verdict.UNREACHABLE: Level.WARNING,
}


def rejudged(path, policy: Policy, expected=()):
    """The states that are read of a recording and judged anew."""
    recorded_with = {point.key: of for point, of in POINTS}
    rejudging = Rejudging(
        JudgedBy(recorded_with), JudgedBy(dict.fromkeys(recorded_with, policy), expected)
    )
    with Recording.open(path) as recording:
        parts = recording.known_states(with_rounds=rejudging.keys_with_rounds)
        return steps_of(event for part in parts for event in rejudging.judged(part))


def judged_live(policy: Policy, expected=()) -> Live:
    """A board with other rules that saw the same."""
    live = Live([(point, policy) for point, _ in POINTS])
    for event in with_turns(shift(ROUNDS), expected):
        live.fold(event)
    return live


def with_turns(events, expected):
    """The events, and among them when something else is expected."""
    turns = list(expected)
    for event in events:
        while turns and turns[0].at <= event.at:
            yield turns.pop(0)
        yield event


@pytest.mark.parametrize("levels", [OTHER_LEVELS, dict.fromkeys(Verdict, Level.CRITICAL)])
def test_other_levels_of_verdicts_are_exact(tmp_path, levels):
    path, policy = tmp_path / "a.db", Policy(levels={**levels, Verdict.OPEN: Level.OK})
    recorded(path, shift(ROUNDS))
    steps = rejudged(path, policy)
    assert differing(judged_live(policy), steps, START, START + ROUNDS * 10, every=0.5) == []


@pytest.mark.parametrize(
    "policy",
    [
        Policy(thresholds=STRICTER),
        Policy(thresholds=LAXER),
        Policy(thresholds=NO_WARNINGS, levels=OTHER_LEVELS),
        Policy(thresholds=STRICTER, levels={**DEFAULT_LEVELS, Verdict.OPEN: Level.WARNING}),
    ],
)
def test_other_thresholds_are_exact_to_the_second(tmp_path, policy):
    path = tmp_path / "a.db"
    recorded(path, shift(ROUNDS))
    live, steps = judged_live(policy), rejudged(path, policy)
    differs = differing(live, steps, START, START + ROUNDS * 10, every=0.5)
    changes = {
        key.id: [
            after[0] - START
            for before, after in pairwise(of)
            if (before[1], before[2]) != (after[1], after[2])
        ]
        for key, of in live.steps.items()
    }
    assert all(
        any(abs(at - change) <= ROUNDED_SECONDS for change in changes[id_])
        for id_, at, *_ in differs
    ), differs


def test_another_calendar_is_exact_where_no_figures_count(tmp_path):
    path, policy = tmp_path / "a.db", Policy(thresholds=replace(LAXER, capacity_warning=None))
    expected = [replace(TURN, at=START + at, expectations=of) for at, of in CLOSED_FOR_A_WHILE]
    recorded(path, shift(ROUNDS))
    live, steps = judged_live(policy, expected), rejudged(path, policy, expected)
    levels = {state[1] for of in steps.values() for _, state in of if state}
    assert levels >= {Level.OK, Level.WARNING, Level.CRITICAL}
    assert differing(live, steps, START, START + ROUNDS * 10, every=0.5) == []


def test_what_is_judged_as_it_was_recorded_is_left_alone(tmp_path):
    path = tmp_path / "a.db"
    recorded(path, shift(100))
    policies = {point.key: Policy(interval=99.0) for point, _ in POINTS}
    recorded_with = JudgedBy({point.key: of for point, of in POINTS}, [TURN])
    rejudging = Rejudging(recorded_with, JudgedBy(policies, [replace(TURN, at=START + 61.0)]))
    assert rejudging.keys_with_rounds == frozenset()
    with Recording.open(path) as recording:
        for part in recording.known_states():
            assert tuple(rejudging.judged(part)) == part.events
