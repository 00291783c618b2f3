"""Windows, and what became of an entry point in one."""

import pytest

from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.event import RecordedStatus
from wallboard.domain.history import History
from wallboard.domain.observation import Request
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.reading import LiveSessionStatus
from wallboard.recorder.recording import Run, Span
from wallboard.report.past.past import past_of, window_of, worst_waits

KEY = EntryPointKey("prod", 1000)
SALES = EntryPoint(KEY, "Sales")
WHOLE = window_of(0, 1000, [Span(0, 1000)], gap_seconds=120)


def verdict(at, before, after, level):
    return Change(at, KEY, "prod", Subject.VERDICT, before.value, after.value, level)


def level(at, before, after):
    return Change(at, KEY, "prod", Subject.LEVEL, before.label, after.label, after)


def recalled(verdict, level, since):
    return RecordedStatus(KEY, {}, History(1), verdict, level, since)


def outage(at, until):
    return [
        verdict(at, Verdict.OPEN, Verdict.AGENT_NOT_AVAILABLE, Level.CRITICAL),
        verdict(until, Verdict.AGENT_NOT_AVAILABLE, Verdict.OPEN, Level.OK),
    ]


def spans(found):
    return [(span.first_at, span.last_at) for span in found]


def test_a_window_says_what_of_it_was_recorded_and_what_was_not():
    window = window_of(100, 900, [Span(0, 200), Span(300, 400), Span(800, 2000)], gap_seconds=60)
    assert spans(window.recorded) == [(100, 200), (300, 400), (800, 900)]
    assert spans(window.unrecorded) == [(200, 300), (400, 800)]
    assert window.recorded_seconds == 300


def test_the_time_since_the_last_poll_is_no_gap_before_it_is_a_long_one():
    assert spans(window_of(0, 1000, [Span(0, 950)], gap_seconds=60).unrecorded) == []
    assert spans(window_of(0, 1000, [Span(0, 930)], gap_seconds=60).unrecorded) == [(930, 1000)]


def test_a_window_without_recording_is_one_gap():
    for recorded_spans in ([], [Span(2000, 3000)]):
        window = window_of(0, 1000, recorded_spans, gap_seconds=60)
        assert spans(window.unrecorded) == [(0, 1000)]
        assert window.recorded_seconds == 0


@pytest.mark.parametrize(
    "recorded_spans",
    [
        [Span(0, 1000)],
        [Span(-50, 120), Span(350, 610), Span(700, 5000)],
        [Span(400, 401)],
        [],
    ],
)
def test_time_in_each_verdict_adds_up_to_the_window_without_its_gaps(recorded_spans):
    window = window_of(0, 1000, recorded_spans, gap_seconds=60)
    changes = [*outage(100, 400), *outage(600, 650), level(700, Level.OK, Level.WARNING)]
    past = past_of(SALES, window, recalled(Verdict.OPEN, Level.OK, -10), changes)
    assert sum(past.verdict_seconds.values()) == pytest.approx(window.recorded_seconds)
    assert window.recorded_seconds + sum(
        gap.last_at - gap.first_at for gap in window.unrecorded
    ) == pytest.approx(1000)


def test_the_verdict_before_the_window_counts_from_its_beginning():
    before = recalled(Verdict.AGENT_NOT_AVAILABLE, Level.CRITICAL, -500)
    past = past_of(SALES, WHOLE, before, outage(0, 300)[1:])
    assert past.verdict_seconds == {Verdict.AGENT_NOT_AVAILABLE: 300, Verdict.OPEN: 700}
    (found,) = past.outages
    assert (found.first_at, found.last_at, found.over) == (-500, 300, True)


def test_what_was_never_heard_before_was_waiting():
    past = past_of(SALES, WHOLE, None, [verdict(40, Verdict.WAITING, Verdict.OPEN, Level.OK)])
    assert past.verdict_seconds == {Verdict.WAITING: 40, Verdict.OPEN: 960}
    assert past.outages == ()


def test_an_outage_goes_on_through_its_verdicts_and_may_not_be_over():
    changes = [
        verdict(200, Verdict.OPEN, Verdict.QUEUE_DEPTH_REACHED, Level.WARNING),
        verdict(500, Verdict.QUEUE_DEPTH_REACHED, Verdict.UNREACHABLE, Level.CRITICAL),
    ]
    (found,) = past_of(SALES, WHOLE, recalled(Verdict.OPEN, Level.OK, 0), changes).outages
    assert found.verdicts == (Verdict.QUEUE_DEPTH_REACHED, Verdict.UNREACHABLE)
    assert (found.seconds, found.over) == (800, False)


def test_an_outage_goes_on_while_an_entry_point_waits_to_be_asked_again():
    changes = [
        verdict(200, Verdict.OPEN, Verdict.UNREACHABLE, Level.CRITICAL),
        verdict(300, Verdict.UNREACHABLE, Verdict.WAITING, Level.UNKNOWN),
        verdict(310, Verdict.WAITING, Verdict.SERVICE_NOT_RUNNING, Level.CRITICAL),
        verdict(500, Verdict.SERVICE_NOT_RUNNING, Verdict.UNREACHABLE, Level.CRITICAL),
        verdict(600, Verdict.UNREACHABLE, Verdict.WAITING, Level.UNKNOWN),
        verdict(610, Verdict.WAITING, Verdict.OPEN, Level.OK),
    ]
    (found,) = past_of(SALES, WHOLE, recalled(Verdict.OPEN, Level.OK, 0), changes).outages
    assert found.verdicts == (Verdict.UNREACHABLE, Verdict.SERVICE_NOT_RUNNING)
    assert (found.first_at, found.last_at) == (200, 600)


def test_an_outage_says_how_much_of_it_nobody_saw():
    window = window_of(0, 1000, [Span(0, 300), Span(600, 1000)], gap_seconds=60)
    past = past_of(SALES, window, recalled(Verdict.OPEN, Level.OK, 0), outage(200, 700))
    (found,) = past.outages
    assert (found.seconds, found.unrecorded_seconds) == (500, 300)


def test_a_verdict_that_the_site_calls_ok_is_no_outage():
    changes = [verdict(200, Verdict.OPEN, Verdict.ENTRY_POINT_INACTIVE, Level.OK)]
    past = past_of(SALES, WHOLE, recalled(Verdict.OPEN, Level.OK, 0), changes)
    assert past.outages == ()
    assert past.verdict_seconds[Verdict.ENTRY_POINT_INACTIVE] == 800


def test_changes_of_a_clock_that_was_put_back_still_add_up():
    changes = [*outage(500, 800), *outage(100, 200)]
    past = past_of(SALES, WHOLE, recalled(Verdict.OPEN, Level.OK, 0), changes)
    assert past.verdict_seconds == {Verdict.OPEN: 600, Verdict.AGENT_NOT_AVAILABLE: 400}


def live(first_at, wait, depth):
    reading = LiveSessionStatus(wait, depth)
    endpoint = Endpoint.LIVE_SESSION_STATUS
    return Run(KEY, endpoint, first_at, first_at + 50, 6, 0.1, 0.1, 0.1, reading, None,
               Request("GET", "http://h/"))  # fmt: skip


def test_the_worst_wait_is_the_first_of_the_longest_ones_within_the_window():
    runs = [live(-20, 90.0, 3), live(100, 40.0, 1), live(200, 90.0, 7), live(300, None, None)]
    worst = worst_waits(runs, WHOLE)[KEY]
    assert (worst.seconds, worst.at, worst.queue_depth) == (90.0, 0, 3)
