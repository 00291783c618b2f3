"""Checks calendars and maintenance, apart from the content of their files."""

from collections.abc import Callable, Iterator
from dataclasses import fields

from wallboard.calendar_settings import (
    CalendarSettings,
    ForcedSettings,
    MaintenanceSettings,
    SpecialDaySettings,
)
from wallboard.config.business_hours import date_of, holidays_of, hours_of, moment_of, zone_of
from wallboard.config.document import UNNAMED, Fault, Path
from wallboard.config.problem import LONGEST_NAME, ConfigError, shown
from wallboard.config.selection import Selection, selected
from wallboard.domain.nearest import nearest
from wallboard.settings import Settings


def plan_faults(settings: Settings) -> Iterator[Fault]:
    """Everything that makes no sense."""
    defaults = [number for number, one in enumerate(settings.calendar) if one.default]
    for number in defaults[1:]:
        yield ("calendar", number, "default"), "another calendar is the default; leave one"
    for number, calendar in enumerate(settings.calendar):
        yield from _calendar(calendar, ("calendar", number))
    for number, maintenance in enumerate(settings.maintenance):
        yield from _maintenance(settings, maintenance, ("maintenance", number))
    yield from _unknown_calendars(settings)


def _calendar(one: CalendarSettings, path: Path) -> Iterator[Fault]:
    if one.zone.startswith(UNNAMED):
        return
    yield from _unread((*path, "zone"), zone_of, one.zone)
    yield from _unread((*path, "holidays"), holidays_of, one.holidays)
    for field in fields(one.week):
        texts = getattr(one.week, field.name) or ()
        yield from _unread((*path, "week", field.name), hours_of, texts)
    yield from _special_days(one.special, path)
    for name, forced in (("force_open", one.force_open), ("force_close", one.force_close)):
        for number, force in enumerate(forced):
            yield from _ends(force, (*path, name, number))
            yield from _reason((*path, name, number), force.reason)


def _reason(path: Path, text: str) -> Iterator[Fault]:
    if len(text) > LONGEST_NAME:
        words = f"must have at most {LONGEST_NAME} characters, not {len(text)}"
        yield (*path, "reason"), words


def _special_days(days: tuple[SpecialDaySettings, ...], path: Path) -> Iterator[Fault]:
    dates: set[str] = set()
    for number, day in enumerate(days):
        here = (*path, "special", number)
        if day.date.startswith(UNNAMED):
            continue
        yield from _unread((*here, "date"), date_of, day.date)
        yield from _unread((*here, "hours"), hours_of, day.hours)
        yield from _reason(here, day.reason)
        if day.date in dates:
            yield (*here, "date"), f"{shown(day.date)} stands twice; write its hours as one list"
        dates.add(day.date)


def _maintenance(settings: Settings, one: MaintenanceSettings, path: Path) -> Iterator[Fault]:
    if one.zone is not None:
        yield from _unread((*path, "zone"), zone_of, one.zone)
    if one.start is None and one.until is None:
        if one.ics is None:
            yield (*path, "start"), "is missing; give start, until and reason, or an ics file"
    elif one.start is None or one.until is None:
        key = "until" if one.until is None else "start"
        yield (*path, key), "is missing; a maintenance has a start and an until"
    else:
        yield from _ends(one, path)
        if not one.reason.strip():
            yield (*path, "reason"), "is missing; say what is done"
    yield from _reason(path, one.reason)
    selection = Selection(ids=one.entry_points, groups=one.groups, servers=one.servers)
    try:
        selected(settings, selection)
    except ConfigError as error:
        keys = {"--server": "servers", "--group": "groups"}
        for problem in error.problems:
            yield (*path, keys.get(problem.key, "entry_points")), problem.message


def _ends(one: ForcedSettings | MaintenanceSettings, path: Path) -> Iterator[Fault]:
    ends = []
    for key in ("start", "until"):
        text = getattr(one, key)
        if text.startswith(UNNAMED):
            return
        try:
            ends.append(moment_of(text, None))
        except ValueError as error:
            yield (*path, key), str(error)
    if len(ends) == 2 and ends[1] <= ends[0]:
        yield (*path, "until"), f"{shown(one.until)} is not after start"


def _unread(path: Path, read: Callable[..., object], value: object) -> Iterator[Fault]:
    """The fault of a value that cannot be read."""
    try:
        read(value)
    except ValueError as error:
        yield path, str(error)


def _unknown_calendars(settings: Settings) -> Iterator[Fault]:
    known = [one.name for one in settings.calendar]
    places: list[tuple[Path, object]] = [
        (("group", number), group.calendar) for number, group in enumerate(settings.group)
    ]
    for number, server in enumerate(settings.server):
        places.append((("server", number), server.calendar))
        places += (
            (("server", number, "entry_point", place), entry.calendar)
            for place, entry in enumerate(server.entry_point)
        )
    for path, name in places:
        if isinstance(name, str) and name not in known:
            hint = nearest(name, known) if known else "there is no [[calendar]]"
            yield (*path, "calendar"), f"unknown calendar {shown(name)}; {hint}"
