"""What is expected of entry points now or in a week, and which rule says so."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.expectation import Expectation
from wallboard.domain.foreign_text import safe
from wallboard.domain.plan import Plan, PlannedSpan
from wallboard.domain.time_span import UNKNOWN
from wallboard.report.words.expectations import expected_values, maintenance_values
from wallboard.report.words.figures import times, zone_of
from wallboard.report.words.rows import whose
from wallboard.report.words.table import table

WEEK = timedelta(days=7)
MOST_NAMED = 8
"""Entry points that a heading names."""

_HEADS = ("SERVER", "ID", "NAME", "CALENDAR", "EXPECTED", "UNTIL", "WHY")


def now_lines(plan: Plan, entry_points: Iterable[EntryPoint], now: float) -> list[str]:
    """A table of what is expected at ``now``, Unix time in seconds; times are local."""
    zone = zone_of(now)
    heads = [f"UNTIL, LOCAL {zone}" if head == "UNTIL" else head for head in _HEADS]
    rows = [
        [
            safe(one.key.server),
            str(one.key.id),
            safe(one.name),
            safe(calendar.name) if (calendar := plan.calendars.get(one.key)) else UNKNOWN,
            *_expectation_cells(plan.expectation(one.key, now), zone),
        ]
        for one in entry_points
    ]
    return table(heads, rows, right=frozenset({"ID"}))


def week_lines(plan: Plan, entry_points: Iterable[EntryPoint], now: float) -> Iterator[str]:
    """The next seven days in the zone of each calendar; once for all that have the same plan."""
    for number, alike in enumerate(_alike(plan, entry_points)):
        key = alike[0].key
        calendar = plan.calendars.get(key)
        zone = calendar.zone if calendar else None
        named = ", ".join(safe(whose(one)) for one in alike[:MOST_NAMED])
        more = f" and {len(alike) - MOST_NAMED:,} more" if len(alike) > MOST_NAMED else ""
        if number:
            yield ""
        about = f"calendar {safe(calendar.name)}" if calendar else "no calendar"
        yield f"{about}, {calendar.zone if calendar else f'LOCAL {zone_of(now)}'}: {named}{more}"
        rows = [_day_row(span, zone) for span in _week(plan, alike[0], now)]
        yield from table(["DAY", "FROM", "TO", "EXPECTED", "WHY"], _days_once(rows))


def calendar_json(plan: Plan, entry_points: Iterable[EntryPoint], now: float, *, week: bool) -> str:
    """The same as a document; with ``week`` each entry point has the spans of its next days."""

    def of(one: EntryPoint) -> dict[str, Any]:
        calendar, expectation = plan.calendars.get(one.key), plan.expectation(one.key, now)
        values = {
            "server": one.key.server,
            "id": one.key.id,
            "name": one.name,
            "group": one.group or None,
            "calendar": calendar.name if calendar else None,
            "zone": str(calendar.zone) if calendar else None,
            "expected": expected_values(expectation.expected),
            "maintenance": maintenance_values(expectation.maintenance),
        }
        if week:
            values["week"] = [_span_values(span) for span in _week(plan, one, now)]
        return values

    document = {**times("at", now), "entry_points": [of(one) for one in entry_points]}
    return json.dumps(document, indent=2)


def _span_values(span: PlannedSpan) -> dict[str, Any]:
    return {
        **times("start", span.start),
        **times("end", span.end),
        "open": span.open,
        "why": span.why or None,
        "maintenance": span.maintenance or None,
    }


def _expectation_cells(expectation: Expectation, zone: str) -> tuple[str, str, str]:
    expected, maintenance = expectation.expected, expectation.maintenance
    if maintenance:
        until = _moment(maintenance.until, zone)
        return "maintenance", until, safe(maintenance.reason)
    if expected is None:
        return UNKNOWN, UNKNOWN, "no calendar"
    word = "open" if expected.open else "closed"
    return word, _moment(expected.until, zone), safe(expected.why)


def _moment(at: float | None, zone: str) -> str:
    if at is None:
        return UNKNOWN
    own = zone_of(at)
    words = f"{datetime.fromtimestamp(at, UTC).astimezone():%a %Y-%m-%d %H:%M}"
    return words if own == zone else f"{words} {own}"


def _alike(plan: Plan, entry_points: Iterable[EntryPoint]) -> list[Sequence[EntryPoint]]:
    found: dict[tuple[object, ...], list[EntryPoint]] = {}
    for one in entry_points:
        found.setdefault(plan.alike(one.key), []).append(one)
    return list(found.values())


def _week(plan: Plan, one: EntryPoint, now: float) -> Iterator[PlannedSpan]:
    """From midnight on for seven days, cut at each midnight."""
    calendar = plan.calendars.get(one.key)
    zone = calendar.zone if calendar else None
    today = datetime.fromtimestamp(now, UTC).astimezone(zone).date()
    for number in range(WEEK.days):
        start, end = (_midnight(today, number + more, zone) for more in (0, 1))
        yield from plan.spans(one.key, start, end)


def _midnight(today: Any, days: int, zone: tzinfo | None) -> float:  # noqa: ANN401  a date
    return datetime.combine(today + timedelta(days=days), datetime.min.time(), zone).timestamp()


def _day_row(span: PlannedSpan, zone: tzinfo | None) -> list[str]:
    start, end = (datetime.fromtimestamp(at, UTC).astimezone(zone) for at in (span.start, span.end))
    until = f"{end:%H:%M}" if end.date() == start.date() else "24:00"
    expected = UNKNOWN if span.open is None else "open" if span.open else "closed"
    why = span.why
    if span.maintenance:
        expected, why = "maintenance", span.maintenance
    return [f"{start:%a %Y-%m-%d}", f"{start:%H:%M}", until, expected, safe(why)]


def _days_once(rows: Iterable[list[str]]) -> list[list[str]]:
    """The rows with each day in the first one of it, those that say the same as one."""
    found: list[list[str]] = []
    last = ""
    for day, start, end, *said in rows:
        if day == last and found[-1][3:] == said:
            found[-1][2] = end
        else:
            found.append(["" if day == last else day, start, end, *said])
        last = day
    return found
