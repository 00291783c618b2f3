"""What a chart is drawn from: runs without gaps, not too many points, and a range for them."""

import pytest

from wallboard.domain.history import History, Sample
from wallboard.domain.policy import Level, Verdict
from wallboard.ui.drilldown.chart import MOST_POINTS, MOST_SAMPLES, newest, runs, thinned, y_range


def sample(at, wait=1.0):
    return Sample(float(at), wait, 1, 1, Verdict.OPEN, Level.OK)


def wait_of(sample):
    return sample.wait_seconds


def test_a_failed_poll_ends_a_run():
    samples = [sample(0), sample(10), sample(20, None), sample(30, 4.0)]
    assert list(runs(samples, wait_of, 10)) == [[(0, 1.0), (10, 1.0)], [(30, 4.0)]]


def test_a_long_silence_ends_a_run():
    samples = [sample(0), sample(10), sample(41), sample(50)]
    assert [len(run) for run in runs(samples, wait_of, 10)] == [2, 2]


def test_polls_that_all_failed_make_no_run():
    assert list(runs([sample(0, None), sample(10, None)], wait_of, 10)) == []


def test_of_many_points_the_highest_of_each_span_stay():
    run = [(float(at), float(at % 7)) for at in range(100)]
    kept = thinned(run, 10.0)
    assert len(kept) == 10
    assert all(value == 6.0 for _, value in kept)


def test_a_long_history_is_thinned_and_its_gaps_stay():
    samples = [sample(at * 10, None if 2000 <= at < 2100 else 5.0) for at in range(5000)]
    found = list(runs(samples, wait_of, 10))
    assert len(found) == 2
    assert sum(map(len, found)) <= MOST_POINTS + 2


def test_only_the_newest_samples_are_drawn():
    history = History(MOST_SAMPLES + 100)
    for at in range(MOST_SAMPLES + 50):
        history = history.appended(sample(at))
    assert [newest(history)[0].at, newest(history)[-1].at] == [50, MOST_SAMPLES + 49]
    assert len(newest(history)) == MOST_SAMPLES
    assert newest(History()) == []


@pytest.mark.parametrize(
    ("values", "limits", "low", "high"),
    [
        ([], [60.0, 300.0], 0, 1),
        ([0.0], [60.0], 0, 1),
        ([40.0], [60.0, 300.0], 0, 60 * 1.08),
        ([10.0], [60.0, 300.0], 0, 10.8),
        ([500.0], [60.0, 300.0], 0, 540),
        ([-4.0, 2.0], [], -4, 2.16),
    ],
)
def test_the_range_has_zero_all_values_and_the_next_threshold_if_it_is_near(
    values, limits, low, high
):
    assert y_range(values, limits) == pytest.approx((low, high))
