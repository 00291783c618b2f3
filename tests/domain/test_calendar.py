"""When an entry point is expected to be open: rule by rule, and where clocks are odd."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.domain.calendar import Calendar, Hours, Period, SpecialDay, disjoint, weekly_words
from wallboard.domain.expectation import (
    NOTHING_EXPECTED,
    Conformity,
    Expectation,
    Expected,
    Maintenance,
    conformity,
    level_by,
    reason_by,
)
from wallboard.domain.policy import DEFAULT_LEVELS, Level, Verdict

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = (Hours(8 * 60, 18 * 60),)
WEEK = (*(OFFICE,) * 5, (), ())
NIGHT = ((Hours(22 * 60, 26 * 60),),) * 7


def at(text, zone=BERLIN):
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


def said(calendar, text, zone=BERLIN):
    """Open or not, until when by the clock, and why."""
    found = calendar.expected(at(text, zone))
    until = None if found.until is None else datetime.fromtimestamp(found.until, zone)
    return found.open, until and f"{until:%Y-%m-%d %H:%M}", found.why


def test_regular_hours_hold_from_the_first_minute_to_the_last_and_over_the_weekend():
    calendar = Calendar("c", BERLIN, WEEK)
    why = "regular hours Mon–Fri 08:00–18:00"
    assert said(calendar, "2026-12-04 07:59:59") == (False, "2026-12-04 08:00", why)
    assert said(calendar, "2026-12-04 08:00") == (True, "2026-12-04 18:00", why)
    assert said(calendar, "2026-12-04 17:59:59") == (True, "2026-12-04 18:00", why)
    assert said(calendar, "2026-12-04 18:00") == (False, "2026-12-07 08:00", why)
    assert said(calendar, "2026-12-06 12:00") == (False, "2026-12-07 08:00", why)


def test_a_holiday_closes_and_special_hours_are_stronger():
    calendar = Calendar(
        "c",
        BERLIN,
        WEEK,
        special={date(2026, 12, 25): SpecialDay((Hours(600, 720),), "Christmas shift")},
        holidays={date(2026, 12, 24): "Christmas Eve", date(2026, 12, 25): "Christmas Day"},
    )
    assert said(calendar, "2026-12-24 09:00") == (
        False,
        "2026-12-25 10:00",
        "holiday Christmas Eve",
    )
    assert said(calendar, "2026-12-25 10:00") == (
        True,
        "2026-12-25 12:00",
        "special hours 2026-12-25 10:00–12:00 (Christmas shift)",
    )


def test_events_are_stronger_than_hours_and_force_is_stronger_than_events():
    def period(start, end, reason):
        return Period(at(f"2026-12-02 {start}"), at(f"2026-12-02 {end}"), reason)

    calendar = Calendar(
        "c",
        BERLIN,
        WEEK,
        force_open=(period("11:00", "12:00", "sale"),),
        force_close=(period("11:30", "12:30", "fire drill"),),
        events=(period("10:00", "13:00", "Team day"),),
        source="events.ics",
    )
    event = "event 'Team day' of events.ics"
    assert said(calendar, "2026-12-02 10:00") == (False, "2026-12-02 11:00", event)
    assert said(calendar, "2026-12-02 11:00") == (True, "2026-12-02 11:30", "force_open: sale")
    assert said(calendar, "2026-12-02 11:30") == (
        False,
        "2026-12-02 13:00",
        "force_close: fire drill",
    )
    assert said(calendar, "2026-12-02 12:45") == (False, "2026-12-02 13:00", event)


def test_a_calendar_may_be_open_by_its_events_alone():
    shift = Period(at("2026-12-05 10:00"), at("2026-12-05 14:00"), "Saturday shift")
    calendar = Calendar(
        "c", BERLIN, ((),) * 7, events=(shift,), events_open=True, source="shifts.ics"
    )
    assert said(calendar, "2026-12-04 12:00") == (False, "2026-12-05 10:00", "no regular hours")
    assert said(calendar, "2026-12-05 12:00")[:2] == (True, "2026-12-05 14:00")
    assert said(calendar, "2026-12-05 14:00") == (False, None, "no regular hours")


def test_hours_after_midnight_belong_to_the_day_on_which_they_begin():
    nobody = {date(2026, 12, 5): "a holiday"}
    calendar = Calendar("c", BERLIN, NIGHT, holidays=nobody)
    assert said(calendar, "2026-12-04 23:00")[:2] == (True, "2026-12-05 02:00")
    assert said(calendar, "2026-12-05 01:00")[:2] == (True, "2026-12-05 02:00")
    assert said(calendar, "2026-12-05 23:00") == (False, "2026-12-06 22:00", "holiday a holiday")


def test_a_whole_day_and_the_one_after_it_are_one_time():
    whole = (Hours(0, 24 * 60),)
    calendar = Calendar("c", BERLIN, (*(whole,) * 5, (), ()))
    assert said(calendar, "2026-11-30 00:00")[:2] == (True, "2026-12-05 00:00")
    assert said(Calendar("c", BERLIN), "2026-12-01 03:00") == (True, None, "open around the clock")


def test_in_spring_a_time_that_is_left_out_is_an_hour_later():
    calendar = Calendar("c", BERLIN, ((Hours(150, 300),),) * 7)
    assert said(calendar, "2026-03-29 01:59")[:2] == (False, "2026-03-29 03:30")
    night = Calendar("c", BERLIN, NIGHT).expected(at("2026-03-28 23:00"))
    assert night.until - at("2026-03-28 22:00") == 4 * 3600
    day = Calendar("c", BERLIN, ((Hours(0, 1440),), *((),) * 6))
    assert not day.expected(at("2026-03-29 23:59")).open
    sunday = Calendar("c", BERLIN, (*((),) * 6, (Hours(0, 1440),)))
    assert sunday.expected(at("2026-03-29 00:00")).until - at("2026-03-29 00:00") == 23 * 3600


def test_in_autumn_hours_end_when_their_time_first_comes_and_the_day_has_25_hours():
    sunday = Calendar("c", BERLIN, (*((),) * 6, (Hours(0, 1440),)))
    assert sunday.expected(at("2026-10-25 00:00")).until - at("2026-10-25 00:00") == 25 * 3600
    until = Calendar("c", BERLIN, ((Hours(60, 150),),) * 7).expected(at("2026-10-25 01:00")).until
    assert until - at("2026-10-25 01:00") == 90 * 60
    office = Calendar("c", BERLIN, WEEK).expected(at("2026-10-24 12:00"))
    assert office.until == at("2026-10-26 08:00")


def test_a_leap_day_is_a_day():
    calendar = Calendar("c", BERLIN, special={date(2028, 2, 29): SpecialDay((), "leap day")})
    assert said(calendar, "2028-02-29 12:00") == (
        False,
        "2028-03-01 00:00",
        "special hours 2028-02-29 closed (leap day)",
    )
    thursday = Calendar("c", BERLIN, (*((),) * 3, OFFICE, *((),) * 3))
    assert said(thursday, "2024-02-29 12:00")[:2] == (True, "2024-02-29 18:00")


def test_the_zone_of_the_calendar_counts_and_not_ours():
    manila = ZoneInfo("Asia/Manila")
    calendar = Calendar("c", manila, WEEK)
    assert calendar.expected(at("2026-12-07 07:30", manila)).until == at("2026-12-07 01:00")
    assert not calendar.expected(at("2026-12-07 12:00")).open


def test_what_never_ends_has_no_until():
    assert Calendar("c", BERLIN, ((),) * 7).expected(0.0) == Expected(
        False, None, "no regular hours"
    )


def test_periods_that_overlap_are_cut_where_the_one_before_ends():
    periods = [Period(5, 9, "b"), Period(0, 6, "a"), Period(1, 2, "inside")]
    assert disjoint(periods) == (Period(0, 6, "a"), Period(6, 9, "b"))


@pytest.mark.parametrize(
    ("week", "words"),
    [
        (WEEK, "Mon–Fri 08:00–18:00"),
        ((OFFICE, OFFICE, *((),) * 5), "Mon, Tue 08:00–18:00"),
        ((*((),) * 5, (Hours(540, 720), Hours(780, 900)), ()), "Sat 09:00–12:00, 13:00–15:00"),
        (NIGHT, "Mon–Sun 22:00–02:00"),
    ],
)
def test_the_hours_of_a_week_in_words(week, words):
    assert weekly_words(week) == words


@given(
    st.floats(1.7e9, 1.9e9),
    st.lists(
        st.tuples(st.integers(0, 1439), st.integers(1, 1440)).map(lambda h: Hours(h[0], sum(h))),
        min_size=7,
        max_size=7,
    ),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_until_is_the_first_moment_at_which_it_is_otherwise(moment, hours, zone):
    calendar = Calendar("c", ZoneInfo(zone), tuple((one,) for one in hours))
    found = calendar.expected(moment)
    if found.until is None:
        return
    assert found.until > moment
    assert calendar.expected(found.until).open is not found.open
    assert calendar.expected(found.until - 0.001).open is found.open
    turn = calendar.next_turn(moment)
    assert moment < turn <= found.until


CLOSED = Expectation(Expected(False, 2.0, "night"))
OPEN = Expectation(Expected(True, 2.0, "day"))
UPGRADE = Expectation(CLOSED.expected, Maintenance(3.0, "upgrade"))
PLAINLY_CLOSED = {
    Verdict.ENTRY_POINT_INACTIVE,
    Verdict.AGENT_NOT_AVAILABLE,
    Verdict.QUEUE_DEPTH_REACHED,
    Verdict.OTHER,
}


@pytest.mark.parametrize("verdict", Verdict)
def test_what_is_expected_changes_the_level_as_the_table_says(verdict):
    usual = DEFAULT_LEVELS[verdict]
    assert level_by(NOTHING_EXPECTED, verdict, usual) is usual
    assert level_by(OPEN, verdict, usual) is usual
    closed, upgrade = (level_by(one, verdict, usual) for one in (CLOSED, UPGRADE))
    assert upgrade is Level.OK
    if verdict in PLAINLY_CLOSED:
        assert closed is Level.OK
    else:
        assert closed is Level.WARNING


def test_what_is_at_most_a_warning_is_not_made_one_and_a_worse_open_stays_worse():
    assert level_by(CLOSED, Verdict.UNREACHABLE, Level.OK) is Level.OK
    assert level_by(CLOSED, Verdict.OPEN, Level.CRITICAL) is Level.CRITICAL


@pytest.mark.parametrize(
    ("expectation", "verdict", "meaning", "reason"),
    [
        (NOTHING_EXPECTED, Verdict.OTHER, None, ""),
        (OPEN, Verdict.OPEN, None, ""),
        (OPEN, Verdict.UNREACHABLE, Conformity.SHOULD_BE_OPEN, ""),
        (CLOSED, Verdict.OTHER, Conformity.AS_SCHEDULED, "closed as scheduled (night)"),
        (CLOSED, Verdict.OPEN, Conformity.OUTSIDE_HOURS, "open outside hours (night)"),
        (CLOSED, Verdict.UNREACHABLE, None, "outside hours (night)"),
        (CLOSED, Verdict.WAITING, None, "outside hours (night)"),
        (OPEN, Verdict.WAITING, None, ""),
        (UPGRADE, Verdict.OPEN, Conformity.MAINTENANCE, "maintenance: upgrade"),
        (UPGRADE, Verdict.WAITING, Conformity.MAINTENANCE, "maintenance: upgrade"),
    ],
)
def test_what_a_verdict_means(expectation, verdict, meaning, reason):
    assert conformity(verdict, expectation) is meaning
    assert reason_by(expectation, verdict) == reason
