"""Reads the events of an iCalendar file, which may come from anybody."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any

from wallboard.config.business_hours import EXTRA
from wallboard.domain.calendar import Period, disjoint
from wallboard.domain.foreign_text import brief, escaped
from wallboard.files import read_file
from wallboard.threads import stopped_after

LARGEST_FILE = 4 * 1024 * 1024
"""Bytes."""

MOST_EVENTS = 5_000
"""Events in a file, and occurrences of them that are held at once."""

LONGEST_SECONDS = 10.0
"""To read the events: a rule of a few bytes can be searched for days that never come."""

_STEP = timedelta(days=31)
_TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
_PARTS_OF_DAYS = ("BYHOUR", "BYMINUTE", "BYSECOND")


class EventsError(Exception):
    """The events cannot be read; the message says why, without the name of the file."""


def read_events(
    path: Path, start: datetime, end: datetime, zone: tzinfo | None
) -> tuple[Period, ...]:
    """What happens between two moments, disjoint.

    Times without a zone are in ``zone``, or in that of this machine. Cancelled events are left
    out. Raises ``EventsError``.
    """
    data = _read(path)
    try:
        return stopped_after(lambda: _events(data, start, end, zone), LONGEST_SECONDS)
    except TimeoutError:
        raise EventsError(
            f"reading it takes longer than {LONGEST_SECONDS:g} s; an event may repeat without end"
        ) from None


def _events(data: bytes, start: datetime, end: datetime, zone: tzinfo | None) -> tuple[Period, ...]:
    calendars = _parsed(data)
    try:
        _demand_few(calendars)
        found = [
            period for calendar in calendars for period in _periods(calendar, start, end, zone)
        ]
        return disjoint(found)
    except EventsError:
        raise
    except Exception as error:
        # The libraries raise anything where a value is not what it should be.
        raise EventsError(f"an event cannot be understood: {_said(error)}") from error


def _read(path: Path) -> bytes:
    try:
        data = read_file(path, LARGEST_FILE)
    except OSError as error:
        raise EventsError(error.strerror or str(error)) from None
    if len(data) > LARGEST_FILE:
        raise EventsError(f"it is larger than {LARGEST_FILE // 1024 // 1024} MiB")
    return data


def _parsed(data: bytes) -> list[Any]:
    try:
        import icalendar
        import recurring_ical_events  # noqa: F401
    except ModuleNotFoundError as error:
        raise EventsError(f"it needs {error.name}; install it: {EXTRA}") from None
    try:
        calendars = icalendar.Calendar.from_ical(data, multiple=True)
    except Exception as error:
        raise EventsError(f"it is not an iCalendar file: {_said(error)}") from error
    if not calendars or any(one.name != "VCALENDAR" for one in calendars):
        raise EventsError("it is not an iCalendar file: no VCALENDAR")
    return list(calendars)


def _demand_few(calendars: list[Any]) -> None:
    events = [event for one in calendars for event in one.walk("VEVENT")]
    if len(events) > MOST_EVENTS:
        raise EventsError(f"it has more than {MOST_EVENTS:,} events")
    for event in events:
        _demand_rare(event)


def _demand_rare(event: Any) -> None:  # noqa: ANN401  the libraries have no types
    """Refuse what repeats within a day, which a few bytes could do for ever."""
    rules = event.get("RRULE") or []
    for rule in rules if isinstance(rules, list) else [rules]:
        often = bool(_TOO_OFTEN.intersection(map(str, rule.get("FREQ", []))))
        often = often or any(len(rule.get(part, [])) > 1 for part in _PARTS_OF_DAYS)
        if often or any(interval < 1 for interval in rule.get("INTERVAL", [])):
            name = brief(str(event.get("SUMMARY", "")))
            raise EventsError(f"event {name!r} repeats more than once a day")


def _periods(
    calendar: Any,  # noqa: ANN401  as above
    start: datetime,
    end: datetime,
    zone: tzinfo | None,
) -> Iterator[Period]:
    import recurring_ical_events

    query = recurring_ical_events.of(calendar, components=["VEVENT"])
    seen = set()
    at = start
    while at < end:
        until = min(at + _STEP, end)
        for event in query.between(at, until):
            if str(event.get("STATUS", "")).upper() == "CANCELLED":
                continue
            first, last = _moment(event.start, zone), _moment(event.end, zone)
            period = Period(first, last, brief(str(event.get("SUMMARY", ""))) or "without a name")
            if first < last and period not in seen:
                seen.add(period)
                yield period
            if len(seen) > MOST_EVENTS:
                raise EventsError(f"it has more than {MOST_EVENTS:,} occurrences")
        at = until


def _moment(at: date, zone: tzinfo | None) -> float:
    if not isinstance(at, datetime):
        at = datetime.combine(at, time())
    return (at if at.tzinfo else at.replace(tzinfo=zone)).timestamp()


def _said(error: Exception) -> str:
    return brief(escaped(str(error).splitlines()[0] if str(error) else type(error).__name__), 120)
