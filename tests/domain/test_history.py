from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.domain.history import STATE_OF_CODE, History, Sample
from wallboard.domain.policy import Level, Verdict


def sample(at, wait=None, depth=None, capacity=None, verdict=Verdict.OPEN, level=Level.OK):
    return Sample(float(at), wait, depth, capacity, verdict, level)


def history_of(samples, bound=100):
    history = History(bound)
    for one in samples:
        history = history.appended(one)
    return history


SAMPLES = st.builds(
    Sample,
    st.floats(0, 2e9),
    st.none() | st.floats(0, 1e9),
    st.none() | st.integers(0, 10**9),
    st.none() | st.integers(-(10**9), 10**9),
    st.sampled_from(Verdict),
    st.sampled_from(Level),
)


def test_the_codes_that_recordings_hold_never_change():
    numbers = {
        "open": 2,
        "queue_depth_reached": 3,
        "agent_not_available": 4,
        "service_not_running": 5,
        "invalid_entry_point": 6,
        "entry_point_inactive": 7,
        "other": 8,
        "unknown": 9,
        "unreachable": 10,
        "error": 11,
        "waiting": 12,
    }
    levels = {"ok": 0, "warning": 1, "unknown": 2, "critical": 3}
    codes = {(verdict.value, level.label): code for code, (verdict, level) in STATE_OF_CODE.items()}
    assert codes == {
        (name, level): 8 * number + place
        for name, number in numbers.items()
        for level, place in levels.items()
    }
    assert all(10 < code < 256 for code in codes.values())


@given(samples=st.lists(SAMPLES, max_size=60), bound=st.integers(1, 12))
def test_a_history_is_the_end_of_a_plain_list(samples, bound):
    kept = samples[-bound:]
    history = history_of(samples, bound)
    assert list(history) == kept
    assert len(history) == len(kept)
    for index in range(-len(kept), len(kept)):
        assert history[index] == kept[index]


@given(samples=st.lists(SAMPLES, max_size=40), bound=st.integers(1, 12))
def test_a_history_never_changes_once_made(samples, bound):
    history, made = History(bound), []
    for one in samples:
        history = history.appended(one)
        made.append((history, list(history)))
    for earlier, content in made:
        assert list(earlier) == content


@given(
    trunk=st.lists(SAMPLES, max_size=20),
    branches=st.lists(st.lists(SAMPLES, max_size=10), max_size=4),
    bound=st.integers(1, 12),
)
def test_histories_that_grew_from_one_do_not_disturb_each_other(trunk, branches, bound):
    root = history_of(trunk, bound)
    grown = []
    for branch in branches:
        history = root
        for one in branch:
            history = history.appended(one)
        grown.append(history)
    assert list(root) == trunk[-bound:]
    for branch, history in zip(branches, grown, strict=True):
        assert list(history) == [*trunk, *branch][-bound:]


@pytest.mark.parametrize("index", [0, -1, 5])
def test_a_sample_that_is_not_there_is_an_index_error(index):
    with pytest.raises(IndexError):
        History()[index]


def test_what_could_not_be_read_stays_unknown_and_whole_numbers_stay_whole():
    one = sample(1, None, 3, -2, Verdict.UNREACHABLE)
    (back,) = history_of([one])
    assert back == one
    assert (type(back.queue_depth), type(back.capacity)) == (int, int)
    assert back.verdict is Verdict.UNREACHABLE


def columns(samples, figure="wait_seconds", *, end, seconds=10.0, count=4):
    return history_of(samples).columns(figure, end=end, seconds=seconds, count=count)


def test_a_column_is_a_span_on_a_whole_multiple_of_its_seconds():
    samples = [sample(5, 1.0), sample(15, 2.0), sample(25, 3.0), sample(35, 4.0)]
    assert columns(samples, end=39.9) == [1.0, 2.0, 3.0, 4.0]
    assert columns(samples, end=30.0) == [1.0, 2.0, 3.0, 4.0]
    assert columns(samples, end=40.0) == [2.0, 3.0, 4.0, 4.0]


def test_of_several_values_in_a_span_the_worst_is_drawn():
    samples = [sample(at, float(at), 9 - at, at) for at in (1, 5, 3)]
    assert columns(samples, end=9, count=1) == [5.0]
    assert columns(samples, "queue_depth", end=9, count=1) == [8]
    assert columns(samples, "capacity", end=9, count=1) == [1]


def test_a_value_holds_for_one_more_span_since_polls_jitter():
    assert columns([sample(5, 1.0)], end=35) == [1.0, 1.0, None, None]
    assert columns([sample(5, 1.0), sample(25, 3.0)], end=35) == [1.0, 1.0, 3.0, 3.0]


def test_a_value_from_just_before_the_first_span_holds_into_it():
    assert columns([sample(5, 1.0)], end=45) == [1.0, None, None, None]


def test_of_two_values_before_an_empty_span_the_newer_holds():
    assert columns([sample(1, 9.0), sample(5, 1.0)], end=19, count=2) == [9.0, 1.0]


def test_a_failed_poll_is_a_gap_even_behind_a_value():
    samples = [sample(5, 1.0), sample(15), sample(25, 3.0)]
    assert columns(samples, end=39) == [1.0, None, 3.0, 3.0]


def test_a_failed_poll_after_a_good_one_in_a_span_stops_it_holding():
    assert columns([sample(101, 5.0), sample(108)], end=119, count=2) == [5.0, None]


def test_a_span_with_a_failed_poll_and_a_good_one_shows_the_good_one():
    assert columns([sample(1, 4.0), sample(5)], end=9, count=1) == [4.0]
    assert columns([sample(1), sample(5, 4.0)], end=9, count=1) == [4.0]


def test_samples_after_the_end_are_not_drawn():
    assert columns([sample(5, 1.0), sample(95, 9.0)], end=15, count=2) == [1.0, 1.0]


def test_a_chart_without_samples_is_all_gaps():
    assert columns([], end=100) == [None] * 4


TIMES = st.lists(st.floats(0, 300), max_size=30).map(sorted)


@given(times=TIMES, end=st.floats(0, 400), count=st.integers(1, 20))
def test_a_chart_moves_by_whole_columns(times, end, count):
    samples = [sample(at, float(number)) for number, at in enumerate(times)]
    kept = [one for one in samples if one.at // 10 <= end // 10]
    now = columns(kept, end=end, count=count)
    later = columns(kept, end=end + 10, count=count)
    assert len(now) == count
    assert later[:-1] == now[1:]


@given(times=TIMES, end=st.floats(0, 400))
def test_a_span_with_values_shows_the_worst_of_its_own(times, end):
    samples = [sample(at, float(number)) for number, at in enumerate(times)]
    shown = columns(samples, end=end, count=6)
    last = int(end // 10)
    for span, value in zip(range(last - 5, last + 1), shown, strict=True):
        own = [one.wait_seconds for one in samples if int(one.at // 10) == span]
        if own:
            assert value == max(own)


def test_memory_is_bounded_however_long_it_runs():
    history = History(10)
    sizes = []
    for at in range(1000):
        history = history.appended(sample(at, 1.0))
        sizes.append(len(history._numbers))
    assert max(sizes) <= 5 * 13
    assert all(later <= earlier + 5 for earlier, later in pairwise(sizes))


@given(st.lists(SAMPLES, max_size=60), st.sampled_from([1e8, 5e8, 3e9]))
def test_the_extremes_of_a_span_are_in_what_a_chart_shows(samples, seconds):
    samples = sorted(samples, key=lambda one: one.at)
    shown = history_of(samples).extremes(seconds)
    assert [one.at for one in shown] == sorted(one.at for one in shown)
    assert set(shown) <= set(samples)

    def worst(among, span, figure, pick):
        values = [getattr(one, figure) for one in among if one.at // seconds == span]
        return pick((v for v in values if v is not None), default=None), None in values

    for span in {one.at // seconds for one in samples}:
        assert len([one for one in shown if one.at // seconds == span]) <= 6
        for figure, pick in (("wait_seconds", max), ("queue_depth", max), ("capacity", min)):
            assert worst(shown, span, figure, pick) == worst(samples, span, figure, pick)
