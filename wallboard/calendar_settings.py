"""The settings of calendars and of planned maintenance.

Hours, dates, times and zones are texts here; ``config`` reads them.
"""

from typing import Literal

from wallboard.frozen import frozen
from wallboard.setting_types import STRICT, Name


@frozen(kw_only=True)
class WeekSettings:
    """The regular hours of each day, such as ``08:00-18:00``; ``weekdays`` is Monday to Friday."""

    __pydantic_config__ = STRICT

    weekdays: tuple[Name, ...] | None = None
    mon: tuple[Name, ...] | None = None
    tue: tuple[Name, ...] | None = None
    wed: tuple[Name, ...] | None = None
    thu: tuple[Name, ...] | None = None
    fri: tuple[Name, ...] | None = None
    sat: tuple[Name, ...] | None = None
    sun: tuple[Name, ...] | None = None


@frozen(kw_only=True)
class SpecialDaySettings:
    """The hours of one date, none if it is closed."""

    __pydantic_config__ = STRICT

    date: Name
    hours: tuple[Name, ...] = ()
    reason: str = ""


@frozen(kw_only=True)
class ForcedSettings:
    """A time in which it is open or closed whatever the other rules say."""

    __pydantic_config__ = STRICT

    start: Name
    until: Name
    reason: Name


@frozen(kw_only=True)
class CalendarSettings:
    """The business hours of those that name it; of all that name none, if it is the ``default``.

    ``zone`` is an IANA time zone. Without a ``week`` it is open around the clock. ``holidays`` are
    dates, countries and their regions. During events in the file ``ics`` it is as ``ics_events``
    says.
    """

    __pydantic_config__ = STRICT

    name: Name
    zone: Name
    default: bool = False
    holidays: tuple[Name, ...] = ()
    ics: Name | None = None
    ics_events: Literal["closed", "open"] = "closed"
    week: WeekSettings = WeekSettings()
    special: tuple[SpecialDaySettings, ...] = ()
    force_open: tuple[ForcedSettings, ...] = ()
    force_close: tuple[ForcedSettings, ...] = ()


@frozen(kw_only=True)
class MaintenanceSettings:
    """A planned maintenance, or those in the file ``ics``, of the entry points that it names.

    They are named as on the command line: those that match in each list; an empty one names all.
    Times without an offset are of ``zone``, or of this machine.
    """

    __pydantic_config__ = STRICT

    reason: str = ""
    start: Name | None = None
    until: Name | None = None
    zone: Name | None = None
    ics: Name | None = None
    servers: tuple[Name, ...] = ()
    groups: tuple[Name, ...] = ()
    entry_points: tuple[Name, ...] = ()
