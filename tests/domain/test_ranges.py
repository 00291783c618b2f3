import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.domain.policy import Level, Thresholds
from wallboard.domain.ranges import (
    Figure,
    Limit,
    Range,
    number,
    parse_range,
    range_of,
    with_limits,
)

VALUES = (-1, 0, 5, 10, 15, 20, 30)
numbers = st.one_of(
    st.integers(-(10**12), 10**12), st.decimals(-1000, 1000, places=3).filter(lambda d: d)
)


@pytest.mark.parametrize(
    ("text", "alerts"),
    [
        ("10", "-1 15 20 30"),
        ("10:", "-1 0 5"),
        ("~:10", "15 20 30"),
        ("10:20", "-1 0 5 30"),
        ("@10:20", "10 15 20"),
        ("@~:0", "-1 0"),
        ("@10:", "10 15 20 30"),
        ("0", "-1 5 10 15 20 30"),
        (":10", "-1 15 20 30"),
        ("-5:-0.5", "0 5 10 15 20 30"),
        ("~:", ""),
    ],
)
def test_a_range_alerts_as_the_guidelines_of_the_plugins_say(text, alerts):
    found = parse_range(text)
    assert " ".join(str(value) for value in VALUES if found.alerts(value)) == alerts


@pytest.mark.parametrize(
    "text", ["", ":", "@", "@:", "20:10", "-5", "1:2:3", "ten", "1e3", "nan", "inf", "10 20", "٣"]
)
def test_what_is_no_range_is_refused(text):
    with pytest.raises(ValueError, match="range"):
        parse_range(text)


@given(numbers, numbers, st.sampled_from(["{0}:{1}", "@{0}:{1}", "~:{1}", "{0}:", "@{0}:"]))
def test_a_range_is_written_so_that_it_reads_back_the_same(one, other, form):
    found = parse_range(form.format(*sorted([one, other])))
    assert parse_range(str(found)) == found


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_has_no_exponent_and_loses_nothing(value):
    assert float(number(value)) == value
    assert set(number(value)) <= set("-.0123456789")


def test_a_limit_takes_the_place_of_that_threshold_and_of_no_other():
    limits = [Limit(Figure.WAIT, Level.WARNING, parse_range("10:20"))]
    found = with_limits(Thresholds(wait_warning=60, wait_critical=300, queue_warning=4), limits)
    waits = {0: "warning", 10: "ok", 20: "ok", 20.5: "warning", 60: "warning", 300: "critical"}
    assert {wait: found.wait_level(wait).label for wait in waits} == waits
    assert found.queue_level(4) is Level.WARNING
    assert found.capacity_level(0) is Level.WARNING


def test_every_figure_has_limits_of_both_levels_and_the_last_of_two_counts():
    figures = [(figure, level) for figure in Figure for level in (Level.WARNING, Level.CRITICAL)]
    limits = [Limit(*one, Range(9, 9)) for one in figures]
    limits += [Limit(*one, Range(5, 5, inside=one[1] is Level.CRITICAL)) for one in figures]
    found = with_limits(Thresholds(), limits)
    for judged in (found.wait_level, found.queue_level, found.capacity_level):
        assert [judged(value) for value in (4, 5, 6, 9)] == [
            Level.WARNING, Level.CRITICAL, Level.WARNING, Level.WARNING,
        ]  # fmt: skip
        assert judged(None) is Level.OK
    assert all(str(range_of(found, *one)) in {"5:5", "@5:5"} for one in figures)


def test_without_limits_thresholds_stay_what_they_are():
    thresholds = Thresholds()
    assert with_limits(thresholds, []) is thresholds


@given(st.integers(-30, 400))
def test_a_plain_threshold_as_a_range_alerts_at_the_very_same_values(value):
    thresholds = Thresholds(wait_warning=60, wait_critical=300, queue_warning=10, queue_critical=25)
    judged = {
        Figure.WAIT: thresholds.wait_level,
        Figure.QUEUE: thresholds.queue_level,
        Figure.CAPACITY: thresholds.capacity_level,
    }
    for figure, level_of in judged.items():
        reached = [
            level
            for level in (Level.WARNING, Level.CRITICAL)
            if (found := range_of(thresholds, figure, level)) and found.alerts(value)
        ]
        assert max(reached, default=Level.OK) is level_of(value)


def test_a_threshold_that_is_off_has_no_range():
    assert range_of(Thresholds(queue_warning=None), Figure.QUEUE, Level.WARNING) is None
    assert range_of(Thresholds(), Figure.CAPACITY, Level.CRITICAL) is None
