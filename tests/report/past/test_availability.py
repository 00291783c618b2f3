"""Availability in business hours: what counts, what does not, and how much is known of it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from wallboard.domain.calendar import Calendar, Hours
from wallboard.domain.calendar import Period as Planned
from wallboard.domain.endpoint import EntryPoint, EntryPointKey
from wallboard.domain.event import ExpectationChanged
from wallboard.domain.expectation import Expectation, Expected, Maintenance
from wallboard.domain.plan import Plan, Windows
from wallboard.domain.policy import Level, Verdict
from wallboard.recorder.reading.known_states import KnownState, StatePart
from wallboard.recorder.reading.segments import Span
from wallboard.report.past.availability import (
    Period,
    availability_of,
    hours_by,
    hours_recorded,
    periods_of,
)
from wallboard.report.past.availability_formats import availability_lines

KEY = EntryPointKey("prod", 1000)
SALES = EntryPoint(KEY, "Sales")
HOUR, DAY = 3600.0, 86_400.0
OFFICE = Calendar("office", ZoneInfo("UTC"), ((Hours(480, 1080),),) * 7)
NOT_OPEN = [one for one in Verdict if one not in {Verdict.OPEN, Verdict.WAITING}]
OPEN, SHUT = Verdict.OPEN, Verdict.OTHER


def state(at, verdict, *, known=True):
    return KnownState(at, KEY, verdict, Level.OK, known)


def counted(states, plan=None, *, until=DAY, periods=None, end=DAY, blind=()):
    parts = [StatePart(until, tuple(states), {})]
    periods = periods or [Period("", 0.0, end)]
    return availability_of(parts, [SALES], periods, hours_by(plan or Plan()), blind)


def test_only_business_hours_without_maintenance_count():
    plan = Plan({KEY: OFFICE}, (Windows((Planned(8 * HOUR, 9 * HOUR, "upgrade"),)),))
    states = [state(0, SHUT), state(9 * HOUR, OPEN), state(17 * HOUR, SHUT)]
    (one,) = counted(states, plan)
    assert (one.planned, one.known, one.open) == (9 * HOUR, 9 * HOUR, 8 * HOUR)
    assert one.share == pytest.approx(8 / 9)
    assert one.coverage == 1


def test_what_a_machine_without_a_network_saw_counts_neither_way():
    plan = Plan({KEY: OFFICE}, ())
    states = [state(0, OPEN), state(9 * HOUR, Verdict.UNREACHABLE), state(11 * HOUR, OPEN)]
    lost = [(7 * HOUR, 7.5 * HOUR), (9 * HOUR, 11 * HOUR), (17 * HOUR, 30 * HOUR)]
    (one,) = counted(states, plan, blind=lost)
    assert (one.planned, one.known, one.open) == (10 * HOUR, 7 * HOUR, 7 * HOUR)
    assert (one.share, one.coverage) == (1, 0.7)


@pytest.mark.parametrize(("seconds", "known"), [(60, 10 * HOUR - 3660), (1800, 9 * HOUR)])
def test_what_failed_without_a_network_says_nothing_until_it_is_asked_again(seconds, known):
    plan = Plan({KEY: OFFICE}, ())
    back = state(11 * HOUR + seconds, OPEN)
    states = [state(0, OPEN), state(10 * HOUR, Verdict.UNREACHABLE), back]
    (one,) = counted(states, plan, blind=[(10 * HOUR - 5, 11 * HOUR)])
    assert one.known == pytest.approx(known, abs=10)
    assert one.known - one.open == pytest.approx(0 if seconds == 60 else seconds)


def test_what_was_not_recorded_counts_neither_way():
    states = [state(0, OPEN), state(6 * HOUR, OPEN, known=False), state(12 * HOUR, SHUT)]
    (one,) = counted(states, until=18 * HOUR)
    assert (one.planned, one.known, one.open) == (DAY, 12 * HOUR, 6 * HOUR)
    assert (one.share, one.coverage) == (0.5, 0.5)
    (nothing,) = counted([])
    assert (nothing.share, nothing.coverage) == (None, 0)


def test_nobody_knows_what_waits_for_a_first_answer():
    (one,) = counted([state(0, Verdict.WAITING), state(12 * HOUR, OPEN)])
    assert (one.known, one.open) == (12 * HOUR, 12 * HOUR)


@pytest.mark.parametrize(
    "verdict", [v for v in Verdict if v not in (Verdict.OPEN, Verdict.WAITING)]
)
def test_any_other_verdict_is_one_in_which_nobody_could_start_a_chat(verdict):
    (one,) = counted([state(0, verdict)])
    assert (one.known, one.open) == (DAY, 0)


def test_what_was_so_before_counts_from_the_beginning_and_a_clock_put_back_counts_once():
    states = [state(-DAY, OPEN), state(12 * HOUR, SHUT), state(6 * HOUR, SHUT)]
    (one,) = counted(states)
    assert (one.known, one.open) == (DAY, 12 * HOUR)


def test_time_is_parted_at_local_days_weeks_and_months():
    since = datetime(2026, 11, 30, 12, tzinfo=UTC).timestamp()
    until = datetime(2026, 12, 8, 6, tzinfo=UTC).timestamp()
    assert [one.name for one in periods_of(since, until, "month")] == ["2026-11", "2026-12"]
    assert [one.name for one in periods_of(since, until, "week")] == ["2026-W49", "2026-W50"]
    days = periods_of(since, until, "day")
    assert [days[0].name, days[-1].name, len(days)] == ["2026-11-30", "2026-12-08", 9]
    for by in ("month", "week", "day"):
        parts = periods_of(since, until, by)
        assert (parts[0].start, parts[-1].end) == (since, until)
        assert [one.end for one in parts][:-1] == [one.start for one in parts][1:]


def test_each_period_has_its_own_seconds():
    periods = [Period("a", 0.0, 12 * HOUR), Period("b", 12 * HOUR, DAY)]
    states = [state(0, OPEN), state(10 * HOUR, SHUT), state(13 * HOUR, OPEN)]
    first, second = counted(states, Plan({KEY: OFFICE}), periods=periods)
    assert (first.planned, first.open) == (4 * HOUR, 2 * HOUR)
    assert (second.planned, second.open) == (6 * HOUR, 5 * HOUR)


def test_a_recording_knows_what_was_expected_when_it_was_made():
    closed = Expectation(Expected(False, None, "night"))
    upgrade = Expectation(None, Maintenance(None, "upgrade"))
    by_day = Expectation(Expected(True, None, "day"))
    turns = [(10, closed), (20, by_day), (30, upgrade), (40, closed)]
    hours = hours_recorded(ExpectationChanged(at, {KEY: one}) for at, one in turns)
    assert hours(KEY, 0, 100) == [Span(0, 10), Span(20, 30)]
    assert hours(KEY, 25, 28) == [Span(25, 28)]
    assert hours(EntryPointKey("prod", 7), 0, 100) == [Span(0, 100)]


def test_only_all_of_it_is_100_percent():
    states = [state(0, OPEN), state(DAY - 1, SHUT)]
    lines = list(availability_lines(counted(states), {}, recorded=False))
    assert lines[0].split() == [
        "SERVER", "ID", "NAME", "CALENDAR", "PLANNED", "COVERAGE", "AVAILABLE", "NOT", "OPEN",
    ]  # fmt: skip
    assert lines[1].split() == [
        "prod",
        "1000",
        "Sales",
        "-",
        "24h00m",
        "100",
        "%",
        "99.99",
        "%",
        "1s",
    ]
    assert not any("COVERAGE." in line for line in lines)
