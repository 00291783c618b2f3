"""A recording judged by other rules: as a board would have judged that had them."""

from itertools import pairwise

import pytest
from recorder.incidents import shift
from recorder.live_states import POINTS, Live, differing, recorded, steps_of
from recorder.recordings import START

from wallboard.domain.policy import DEFAULT_LEVELS, Level, Policy, Thresholds, Verdict
from wallboard.recorder.reading.rejudged import Rejudging
from wallboard.recorder.recording import Recording

ROUNDS = 400
ROUNDED_SECONDS = 1.0

STRICTER = Thresholds(wait_warning=20, wait_critical=60, queue_critical=5, capacity_warning=1)
LAXER = Thresholds(wait_warning=None, wait_critical=None, queue_warning=None, queue_critical=None)
NO_WARNINGS = Thresholds(wait_warning=None, queue_warning=None, capacity_warning=None)
OTHER_LEVELS = {
    **DEFAULT_LEVELS,
    Verdict.AGENT_NOT_AVAILABLE: Level.OK,
    Verdict.UNREACHABLE: Level.WARNING,
}


def rejudged(path, policy: Policy):
    """The states that are read of a recording and judged anew."""
    recorded_with = {point.key: of for point, of in POINTS}
    rejudging = Rejudging(recorded_with, dict.fromkeys(recorded_with, policy))
    with Recording.open(path) as recording:
        parts = recording.known_states(with_rounds=rejudging.keys_with_rounds)
        return steps_of(event for part in parts for event in rejudging.judged(part))


def judged_live(policy: Policy) -> Live:
    """A board with other rules that saw the same."""
    live = Live([(point, policy) for point, _ in POINTS])
    for event in shift(ROUNDS):
        live.fold(event)
    return live


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


def test_what_is_judged_as_it_was_recorded_is_left_alone(tmp_path):
    path = tmp_path / "a.db"
    recorded(path, shift(100))
    policies = {point.key: Policy(interval=99.0) for point, _ in POINTS}
    rejudging = Rejudging({point.key: of for point, of in POINTS}, policies)
    assert rejudging.keys_with_rounds == frozenset()
    with Recording.open(path) as recording:
        for part in recording.known_states():
            assert tuple(rejudging.judged(part)) == part.events
