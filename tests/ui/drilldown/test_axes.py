"""The marks on an axis: round, few, and each on a place of its own."""

import os
import time
from contextlib import contextmanager
from datetime import datetime

import pytest
from boards import NOW

from wallboard.ui.drilldown.axes import count_ticks, one_per_row, short_span, time_ticks, wait_ticks


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (120, ["20:25:00", "20:25:30", "20:26:00", "20:26:30"]),
        (1800, ["20:00", "20:10", "20:20"]),
        (3600, ["19:30", "19:45", "20:00", "20:15"]),
        (86_400, ["00:00", "06:00", "12:00", "18:00"]),
        (4 * 86_400, ["25 May", "26 May", "27 May", "28 May"]),
    ],
)
def test_times_are_round_and_local(seconds, words):
    assert [text for _, text in time_ticks(NOW - seconds, NOW, 4)] == words


@contextmanager
def zone(name):
    os.environ["TZ"] = name
    time.tzset()
    try:
        yield
    finally:
        os.environ["TZ"] = "UTC"
        time.tzset()


def test_times_are_round_where_the_clock_is_half_an_hour_off():
    with zone("Asia/Kolkata"):
        assert [text for _, text in time_ticks(NOW - 7200, NOW, 3)] == ["00:00", "01:00"]


@pytest.mark.parametrize(
    ("end", "days", "words"),
    [
        ("2026-03-31T12:00+02:00", 4, ["28 Mar", "29 Mar", "30 Mar", "31 Mar"]),
        ("2026-10-27T12:00+01:00", 4, ["24 Oct", "25 Oct", "26 Oct", "27 Oct"]),
        ("2026-03-29T20:00+02:00", 1, ["00:00", "06:00", "12:00", "18:00"]),
        ("2026-10-25T20:00+01:00", 1, ["00:00", "06:00", "12:00", "18:00"]),
    ],
)
def test_times_are_round_on_both_sides_of_a_night_in_which_the_clocks_change(end, days, words):
    at = datetime.fromisoformat(end).timestamp()
    with zone("Europe/Rome"):
        assert [text for _, text in time_ticks(at - days * 86_400, at, 4)] == words


@pytest.mark.parametrize("high", [0.5, 1, 7, 59, 61, 3000, 86_399, 9e9, 1e15])
@pytest.mark.parametrize("low", [0, -3, -1e15])
@pytest.mark.parametrize("ticks", [wait_ticks, count_ticks])
def test_values_are_few_and_inside_the_axis(ticks, low, high):
    found = ticks(low, high, 4)
    assert 1 <= len(found) <= 5
    assert all(low <= value <= high for value, _ in found)
    assert any(value == 0 for value, _ in found) or low < 0


def test_waits_are_in_the_words_of_the_board():
    assert wait_ticks(0, 320, 4) == [(0, "0"), (120, "2m"), (240, "4m")]
    assert [short_span(seconds) for seconds in (90, 3600, 5400)] == ["1m30s", "1h", "1h30m"]


def test_marks_that_would_share_a_row_give_way_to_the_ends():
    ticks = [(0.0, "0"), (1.0, "1"), (2.0, "2"), (3.0, "3")]
    assert one_per_row(ticks, 0, 3, 10) == ticks
    assert one_per_row(ticks, 0, 3, 2) == [(0.0, "0"), (3.0, "3")]
    assert one_per_row(ticks, 0, 3, 1) == [(0.0, "0")]
    assert one_per_row([], 0, 3, 5) == []
