"""Builds the plan of a config: its calendars and maintenance, with the events of their files."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from wallboard.calendar_settings import CalendarSettings, ForcedSettings, MaintenanceSettings
from wallboard.config.business_hours import date_of, holidays_of, hours_of, moment_of, zone_of
from wallboard.config.ics_file import EventsError, read_events
from wallboard.config.problem import ConfigError
from wallboard.config.selection import named_keys
from wallboard.domain.calendar import (
    WEEKDAYS,
    Calendar,
    Hours,
    Period,
    SpecialDay,
    disjoint,
)
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.foreign_text import escaped
from wallboard.domain.plan import Plan, Windows
from wallboard.frozen import frozen
from wallboard.inheritance import calendar_names, entry_points_of
from wallboard.settings import Settings

BACK = timedelta(days=2)
AHEAD = timedelta(days=402)
"""So far before and after a moment the events of a file are known."""

_NO_EVENTS: tuple[Period, ...] = ()


@frozen
class Span:
    """For which time events are read; Unix time in seconds."""

    start: float
    end: float

    @classmethod
    def around(cls, now: float) -> "Span":
        """The span that a board needs at ``now``."""
        at = datetime.fromtimestamp(now, UTC)
        return cls((at - BACK).timestamp(), (at + AHEAD).timestamp())


class PlanReader:
    """Reads plans, and keeps the last good events of each file; for one thread at a time."""

    def __init__(self) -> None:
        self.problems: tuple[str, ...] = ()
        """Why files of the plan read last could not be read, in sentences."""
        self._known: dict[str, tuple[Period, ...]] = {}
        self._found: list[str] = []

    def read(self, settings: Settings, span: Span) -> Plan:
        """The plan of settings that were checked, with the events of a span."""
        self._found = []
        by_name = {one.name: self._calendar(one, span) for one in settings.calendar}
        calendars = {
            key: calendar
            for key, name in calendar_names(settings).items()
            if (calendar := by_name.get(name))
        }
        windows = [self._windows(settings, one, span) for one in settings.maintenance]
        self.problems = tuple(dict.fromkeys(self._found))
        named = {name: calendar for name, calendar in by_name.items() if calendar}
        return Plan(calendars, tuple(windows), named)

    def _calendar(self, settings: CalendarSettings, span: Span) -> Calendar | None:
        """A calendar; ``None`` if it is open by events that were never read."""
        zone = zone_of(settings.zone)
        whose = f"calendar {settings.name}"
        opens = settings.ics_events == "open"
        events = self._events(settings.ics, span, zone, whose)
        if events is None and opens:
            return None
        return Calendar(
            settings.name,
            zone,
            _week(settings),
            {date_of(day.date): SpecialDay(hours_of(day.hours), escaped(day.reason))
             for day in settings.special},
            holidays_of(settings.holidays),
            _forced(settings.force_open, zone),
            _forced(settings.force_close, zone),
            events or _NO_EVENTS,
            opens,
            escaped(Path(settings.ics).name) if settings.ics else "",
        )  # fmt: skip

    def _windows(self, settings: Settings, one: MaintenanceSettings, span: Span) -> Windows:
        zone = _zone_of(one)
        periods = [Period(*ends, one.reason)] if (ends := _ends(one)) else []
        periods += self._events(one.ics, span, zone, "maintenance") or ()
        return Windows(tuple(periods), _keys(settings, one))

    def _events(
        self, ics: str | None, span: Span, zone: tzinfo | None, whose: str
    ) -> tuple[Period, ...] | None:
        """The events of a file, or those it had last; ``None`` if it never had any."""
        if ics is None:
            return _NO_EVENTS
        start, end = (datetime.fromtimestamp(at, UTC) for at in (span.start, span.end))
        try:
            self._known[ics] = read_events(Path(ics), start, end, zone)
        except EventsError as error:
            known = ics in self._known
            instead = "using its last events" if known else "its events are not known"
            name = escaped(Path(ics).name)
            self._found.append(f"Cannot read {name} of {whose}: {error}; {instead}.")
        return self._known.get(ics)


def _week(settings: CalendarSettings) -> tuple[tuple[Hours, ...], ...] | None:
    week = settings.week
    days = [getattr(week, day) for day in WEEKDAYS]
    days = [week.weekdays if day is None and number < 5 else day for number, day in enumerate(days)]
    if all(day is None for day in days):
        return ((),) * 7 if settings.ics_events == "open" and settings.ics else None
    return tuple(hours_of(day or ()) for day in days)


def _forced(forced: Sequence[ForcedSettings], zone: tzinfo) -> tuple[Period, ...]:
    return disjoint(
        Period(moment_of(one.start, zone), moment_of(one.until, zone), escaped(one.reason))
        for one in forced
    )


def _zone_of(one: MaintenanceSettings) -> tzinfo | None:
    return None if one.zone is None else zone_of(one.zone)


def _ends(one: MaintenanceSettings) -> tuple[float, float] | None:
    if one.start is None or one.until is None:
        return None
    zone = _zone_of(one)
    return moment_of(one.start, zone), moment_of(one.until, zone)


def _keys(settings: Settings, one: MaintenanceSettings) -> frozenset[EntryPointKey] | None:
    """The entry points of a maintenance; ``None`` for all.

    The settings may be those of a part of the board, so that some names are not among them.
    """
    if not (one.servers or one.groups or one.entry_points):
        return None
    points = [
        entry_point.key
        for entry_point, _ in entry_points_of(settings)
        if (not one.servers or entry_point.key.server in one.servers)
        and (not one.groups or entry_point.group in one.groups)
    ]
    if not one.entry_points:
        return frozenset(points)
    found: set[EntryPointKey] = set()
    for word in one.entry_points:
        with suppress(ConfigError):
            found |= named_keys([word], points)
    return frozenset(found)
