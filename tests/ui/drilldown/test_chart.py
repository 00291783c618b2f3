"""What a chart is drawn from: runs without gaps, not too many points, and a range for them."""

import pytest
from boards import NOW, observed
from stories import KEY, story

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.history import History, Sample
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.reading import Capacity, LiveSessionStatus
from wallboard.ui.drilldown.axes import count_ticks, rounded_up, wait_ticks
from wallboard.ui.drilldown.chart import (
    MOST_SAMPLES,
    newest,
    panes_of,
    picture_of,
    runs,
    thinned,
    y_range,
)
from wallboard.ui.look.theme import load
from wallboard.ui.picture.window import MOST_POINTS, Window


def sample(at, wait=1.0):
    return Sample(float(at), wait, 1, 1, Verdict.OPEN, Level.OK)


def wait_of(sample):
    return sample.wait_seconds


def test_a_failed_poll_ends_a_run():
    samples = [sample(0), sample(10), sample(20, None), sample(30, 4.0)]
    assert list(runs(samples, wait_of, 30)) == [[(0, 1.0), (10, 1.0)], [(30, 4.0)]]


def test_a_long_silence_ends_a_run():
    samples = [sample(0), sample(10), sample(41), sample(50)]
    assert [len(run) for run in runs(samples, wait_of, 30)] == [2, 2]


def test_polls_that_all_failed_make_no_run():
    assert list(runs([sample(0, None), sample(10, None)], wait_of, 30)) == []


def test_of_many_points_the_highest_of_each_span_stay():
    run = [(float(at), float(at % 7)) for at in range(100)]
    kept = thinned(run, 10.0)
    assert len(kept) == 10
    assert all(value == 6.0 for _, value in kept)


def test_of_many_slots_the_fewest_of_each_span_stay():
    run = [(float(at), float(at % 7)) for at in range(100)]
    assert all(value == 0.0 for _, value in thinned(run, 10.0, min))


def test_a_long_history_is_thinned_and_its_gaps_stay():
    samples = [sample(at * 10, None if 2000 <= at < 2100 else 5.0) for at in range(5000)]
    found = list(runs(samples, wait_of, 30))
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
        ([40.0], [60.0, 300.0], 0, 60),
        ([10.0], [60.0, 300.0], 0, 10),
        ([500.0], [60.0, 300.0], 0, 500),
        ([-4.0, 2.0], [], -4, 2),
    ],
)
def test_the_range_has_zero_all_values_and_the_next_threshold_if_it_is_near(
    values, limits, low, high
):
    assert y_range(values, limits) == pytest.approx((low, high))


WINDOW = Window(NOW - 3600, NOW, 60)


def panes(board, window=WINDOW):
    now = window.end
    return panes_of(board.snapshot(now).entry_points[KEY], window, now, load("dark"))


def test_legend_and_line_end_with_the_slots_that_the_facts_show():
    board, now = story(), NOW + 8
    board.fold(observed(KEY, Endpoint.LIVE_SESSION_STATUS, LiveSessionStatus(1.0, 0), now))
    board.fold(observed(KEY, Endpoint.CAPACITY, Capacity(17), now))
    assert board.snapshot(now).entry_points[KEY].judgement.capacity == 17
    slots = panes(board, Window(now - 3600, now, 60))[2]
    assert slots.newest == "17"
    assert slots.pick(slots.samples[-1]) == 17


def test_slots_that_were_not_asked_for_yet_have_not_failed():
    slots = panes(story(20))[2]
    assert len(slots.samples) == 20
    assert None not in [slots.pick(sample) for sample in slots.samples]


def test_before_what_the_board_keeps_comes_what_is_recorded():
    window, status = Window(NOW - 7200, NOW, 60), story().snapshot(NOW).entry_points[KEY]
    own = list(status.state.history)
    recorded = [sample(NOW - 7190 + 10 * n, 50.0) for n in range(700)]
    pane = panes_of(status, window, NOW, load("dark"), recorded)[0]
    assert pane.samples[-len(own) :] == own
    older = pane.samples[: -len(own)]
    assert older == recorded[: len(older)]
    assert 0 < own[0].at - older[-1].at < 20
    line = picture_of(pane, window, 10.0, load("dark")).series[-2].runs[0]
    assert line[0] == (NOW - 7190, 50.0)


def test_points_as_far_apart_as_a_long_window_has_them_are_one_line():
    week = Window(NOW - 7 * 86_400, NOW, 56)
    status = story().snapshot(NOW).entry_points[KEY]
    recorded = [sample(at, 50.0) for at in range(int(week.start), int(NOW) - 7200, 1512)]
    pane = panes_of(status, week, NOW, load("dark"), recorded)[0]
    assert len(picture_of(pane, week, 10.0, load("dark")).series[-2].runs[0]) >= len(recorded)


def test_each_figure_has_its_own_thresholds():
    limits = {pane.name: [limit for limit, _ in pane.limits] for pane in panes(story())}
    assert limits == {"wait": [60.0, 300.0], "queue": [10, 25], "slots": [0]}


def test_all_panes_have_the_axis_of_time_of_the_window():
    window = Window(NOW - 300, NOW - 60, 24)
    pictures = [picture_of(pane, window, 10.0, load("dark")) for pane in panes(story(), window)]
    assert {picture.x_range for picture in pictures} == {(NOW - 300, NOW - 60)}
    for pane in panes(story(), window):
        assert all(window.start <= one.at <= window.end for one in pane.samples)


@pytest.mark.parametrize(("ticks", "high"), [(wait_ticks, 110.0), (count_ticks, 7.0)])
def test_the_top_of_an_axis_is_a_round_value_with_a_tick(ticks, high):
    top = rounded_up(ticks, 0.0, high)
    assert top >= high
    assert ticks(0.0, top, 4)[-1][0] == top
