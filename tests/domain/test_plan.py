"""The expectations of many entry points, by their calendars and maintenance."""

from zoneinfo import ZoneInfo

from wallboard.domain.calendar import Calendar, Hours, Period
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.expectation import NOTHING_EXPECTED, Maintenance
from wallboard.domain.plan import Plan, Windows

SALES, SUPPORT, LAB = (EntryPointKey(*one) for one in (("a", 1), ("a", 2), ("b", 1)))
OFFICE = Calendar("office", ZoneInfo("UTC"), ((Hours(480, 1080),),) * 7)
NOON = 12 * 3600.0


def test_an_entry_point_without_calendar_and_maintenance_expects_nothing():
    plan = Plan({SALES: OFFICE})
    assert plan
    assert not Plan()
    assert plan.expectation(LAB, NOON) == NOTHING_EXPECTED
    assert plan.expectation(SALES, NOON).expected.open


def test_those_for_which_the_same_is_planned_share_one_expectation():
    window = Windows((Period(0.0, 86_400.0, "upgrade"),), frozenset({SUPPORT}))
    found = Plan({SALES: OFFICE, SUPPORT: OFFICE}, (window,)).expectations(
        [SALES, SUPPORT, LAB], NOON
    )
    assert found[SALES].maintenance is None
    assert found[SUPPORT].maintenance == Maintenance(86_400.0, "upgrade")
    assert found[SALES].expected == found[SUPPORT].expected
    alike = Plan(dict.fromkeys((SALES, SUPPORT), OFFICE)).expectations([SALES, SUPPORT], NOON)
    assert alike[SALES] is alike[SUPPORT]


def test_maintenance_that_meets_or_overlaps_is_one_and_covers_all_if_it_names_none():
    periods = (Period(0, 10, "first"), Period(5, 20, "second"), Period(20, 30, "third"))
    plan = Plan(maintenance=(Windows(periods),))
    assert plan.expectation(LAB, 0.0).maintenance == Maintenance(30, "first")
    assert plan.expectation(LAB, 10.0).maintenance == Maintenance(30, "second")
    assert plan.expectation(LAB, 30.0) == NOTHING_EXPECTED


def test_the_next_turn_is_that_of_any_calendar_or_maintenance():
    plan = Plan({SALES: OFFICE}, (Windows((Period(NOON + 60, NOON + 120, "x"),)),))
    assert plan.next_turn(NOON) == NOON + 60
    assert plan.next_turn(NOON + 60) == NOON + 120
    assert plan.next_turn(NOON + 120) == 18 * 3600
    assert Plan().next_turn(NOON) is None


def test_spans_are_without_gaps_and_end_where_something_else_is_planned():
    window = Windows((Period(NOON, NOON + 60, "upgrade"),))
    plan = Plan({SALES: OFFICE}, (window,))
    day = plan.spans(SALES, 0.0, 86_400.0)
    assert [(one.start, one.open, one.maintenance) for one in day] == [
        (0.0, False, ""),
        (8 * 3600.0, True, ""),
        (NOON, True, "upgrade"),
        (NOON + 60, True, ""),
        (18 * 3600.0, False, ""),
    ]
    assert [one.end for one in day][:-1] == [one.start for one in day][1:]
    (nothing,) = Plan().spans(LAB, 0.0, 10.0)
    assert (nothing.end, nothing.open, nothing.why) == (10.0, None, "")
