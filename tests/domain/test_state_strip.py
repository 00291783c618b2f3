"""The strip of states: the worst of each slice, or a gap."""

import pytest

from wallboard.domain.policy import Level, Verdict
from wallboard.domain.state_strip import KEPT_MINUTES, State, StateStrip, worst_states

OPEN = State(Level.OK, Verdict.OPEN)
SLOW = State(Level.WARNING, Verdict.OPEN)
FULL = State(Level.WARNING, Verdict.QUEUE_DEPTH_REACHED)
DOWN = State(Level.CRITICAL, Verdict.SERVICE_NOT_RUNNING)
WAITING = State(Level.UNKNOWN, Verdict.WAITING)
NOBODY_KNOWS = None


def strip_of(*polls: tuple[float, State], went_on=True):
    strip = StateStrip()
    for at, state in polls:
        strip = strip.polled(at, state, went_on=went_on)
    return strip


def test_a_minute_is_as_bad_as_the_worst_of_it():
    strip = strip_of((0, OPEN), (10, DOWN), (20, OPEN), (60, OPEN), (130, SLOW), (140, FULL))
    assert strip.slices(140, 4) == (NOBODY_KNOWS, DOWN, OPEN, FULL)


def test_a_minute_that_begins_in_another_state_was_that_too():
    assert strip_of((59, DOWN), (61, OPEN), (121, OPEN)).slices(121, 3) == (DOWN, DOWN, OPEN)


def test_what_changes_nothing_is_the_same_strip():
    strip = strip_of((0, OPEN), (10, OPEN))
    assert strip.polled(20, OPEN, went_on=True) is strip


def test_a_state_is_known_between_two_polls_unless_one_is_missing():
    assert strip_of((0, DOWN), (240, OPEN)).slices(240, 5) == (*(DOWN,) * 4, OPEN)
    apart = strip_of((0, DOWN), (240, OPEN), went_on=False)
    assert apart.slices(240, 5) == (DOWN, NOBODY_KNOWS, NOBODY_KNOWS, NOBODY_KNOWS, OPEN)


def test_the_newest_state_goes_on_only_while_it_is_known_to():
    strip = strip_of((0, DOWN), (10, OPEN))
    assert strip.slices(130, 3) == (DOWN, OPEN, OPEN)
    assert strip.slices(130, 3, goes_on=False) == (DOWN, NOBODY_KNOWS, NOBODY_KNOWS)


def test_slices_of_more_minutes_lie_on_whole_multiples():
    strip = strip_of(*((60 * minute, DOWN if minute == 7 else OPEN) for minute in range(12)))
    assert strip.slices(11 * 60, 3, minutes=5) == (OPEN, DOWN, OPEN)
    assert strip.slices(10 * 60, 3, minutes=5)[:2] == (OPEN, DOWN)
    assert strip.slices(600 * 60, 3, minutes=5, goes_on=False) == (NOBODY_KNOWS,) * 3


def test_waiting_for_the_first_answer_is_no_state():
    assert strip_of((0, WAITING), (60, OPEN)).slices(60, 2) == (NOBODY_KNOWS, OPEN)


def test_only_the_last_hours_are_kept():
    strip = strip_of(*((60 * minute, OPEN) for minute in range(2 * KEPT_MINUTES)))
    assert len(strip.worst) == KEPT_MINUTES
    assert strip.polled(10**9, DOWN, went_on=True).slices(10**9, 2) == (NOBODY_KNOWS, DOWN)


@pytest.mark.parametrize("by", [-3600.0, 3600.0])
def test_the_strip_moves_with_the_clock(by):
    strip = strip_of((7200, DOWN), (7260, OPEN))
    assert strip.shifted(by).slices(7260 + by, 2) == strip.slices(7260, 2)


def test_a_clock_that_was_put_back_begins_anew():
    assert strip_of((7200, DOWN), (60, OPEN)).slices(60, 2) == (NOBODY_KNOWS, OPEN)


STEPS = ((0.0, OPEN), (100.0, DOWN), (110.0, FULL), (200.0, OPEN))


def test_a_slice_of_a_recording_is_as_bad_as_the_worst_moment_in_it():
    whole = [(0.0, 400.0)]
    assert worst_states(STEPS, whole, 0, 400, 4) == [OPEN, DOWN, OPEN, OPEN]
    assert worst_states(STEPS, whole, 100, 120, 2) == [DOWN, FULL]
    assert worst_states(STEPS, whole, 0, 400, 1) == [DOWN]
    assert worst_states(STEPS, whole, 105, 105, 1) == [DOWN]
    assert worst_states(STEPS, whole, 0, 400, 0) == []


def test_outside_of_what_was_recorded_nothing_is_known():
    spans = [(0.0, 50.0), (150.0, 250.0)]
    assert worst_states(STEPS, spans, -100, 400, 10) == [
        NOBODY_KNOWS, NOBODY_KNOWS, OPEN, NOBODY_KNOWS, NOBODY_KNOWS, FULL, OPEN,
        NOBODY_KNOWS, NOBODY_KNOWS, NOBODY_KNOWS,
    ]  # fmt: skip


def test_a_strip_of_recorded_steps_is_that_of_the_polls():
    polls = [(float(at), DOWN if 1000 <= at < 1100 else OPEN) for at in range(0, 4000, 10)]
    steps = [(0.0, OPEN), (1000.0, DOWN), (1100.0, OPEN)]
    recorded = StateStrip.of_steps(steps, [(0.0, 3990.0)], 3990.0)
    assert recorded == strip_of(*polls)
