"""Alarms of a span, counted."""

from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.policy import Level
from wallboard.domain.raised_alarm import (
    RaisedAlarm,
    alarm_figures,
    alarm_sums,
    raised_alarms,
    without_counterpart,
)

SALES, CARE, PROD = AlarmKey("prod", 1000), AlarmKey("prod", 1001), AlarmKey("prod")


def row(at, kind, key=SALES, onset=0.0, until=None, level=Level.CRITICAL, verdict="other"):
    return LedgerRow(at, kind, key, onset, level, verdict, until=until)


def alarm(raised_at, over_at=None, key=SALES, chattering=False):
    return RaisedAlarm(key, raised_at - 30, raised_at, over_at, chattering=chattering)


def figures(*alarms: RaisedAlarm):
    return alarm_figures(alarms, 0.0, 10_000.0, at_night=lambda at: at < 1000)


def test_an_alarm_is_over_when_its_condition_was_and_not_when_that_was_sure():
    rows = [row(30, RowKind.RAISED), row(160, RowKind.RETURNED, until=100.0, verdict="open")]
    assert raised_alarms(rows) == [RaisedAlarm(SALES, 0, 30, 100, Level.CRITICAL, "other")]


def test_it_is_as_bad_as_it_ever_was():
    rows = [
        row(30, RowKind.RAISED, level=Level.WARNING, verdict="open"),
        row(50, RowKind.WORSENED, verdict="service_not_running"),
        row(60, RowKind.CHATTERING, level=Level.OK, verdict="open"),
    ]
    (found,) = raised_alarms(rows)
    assert (found.level, found.verdict) == (Level.CRITICAL, "service_not_running")
    assert found.chattering
    assert found.over_at is None


def test_what_is_not_about_an_alarm_that_was_raised_is_passed_over():
    rows = [
        LedgerRow(1, RowKind.BLIND, None),
        row(2, RowKind.CLEARED, onset=-50.0),
        LedgerRow(3, RowKind.SHELVED, SALES),
        row(30, RowKind.RAISED),
        row(30, RowKind.RAISED),
        row(90, RowKind.CLEARED, until=10.0),
        row(95, RowKind.CLEARED, until=95.0),
    ]
    (found,) = raised_alarms(rows)
    # Over before it was raised is over at once.
    assert found.over_at == 30


def test_figures_count_what_was_raised_in_the_span():
    found = figures(
        alarm(-500, 500),
        alarm(100, 160),
        alarm(200, 320, CARE),
        alarm(5000, None, PROD, chattering=True),
    )
    assert (found.alarms, found.of_servers, found.stood_before) == (3, 1, 1)
    # Two minutes are not shorter than two minutes, and what stands is not over.
    assert (found.brief, found.at_night, found.chattering) == (1, 2, 1)
    assert found.seconds == 500 + 60 + 120 + 5000
    assert (found.median_seconds, found.longest_seconds) == (120, 5000)


def test_the_most_that_come_together_are_those_within_ten_minutes():
    assert figures(*(alarm(at, at + 1) for at in (0, 599, 600, 1199, 5000))).together == 2
    assert figures(*(alarm(at, at + 1) for at in (0, 300, 599, 700))).together == 3
    assert figures().together == 0


def test_sums_are_by_whose_they_are_with_the_most_alarms_first():
    found = alarm_sums(
        [alarm(10, 20, CARE), alarm(10, 900, PROD), alarm(30, 40, CARE), alarm(-90, 7, SALES)],
        0.0,
        1000.0,
    )
    assert [(one.key, one.alarms, one.seconds) for one in found] == [
        (CARE, 2, 20),
        (PROD, 1, 890),
        (SALES, 0, 7),
    ]


def test_an_alarm_has_a_counterpart_if_another_of_the_same_stood_at_the_time():
    one, two, other = alarm(100, 200), alarm(5000, 6000), alarm(100, 200, CARE)
    assert list(without_counterpart([one, two, other], [alarm(180, 400)], 9000)) == [two, other]
    assert list(without_counterpart([one, two], [alarm(150)], 9000)) == []
    assert list(without_counterpart([alarm(8000)], [one], 9000)) == [alarm(8000)]
