"""Reads hours, dates, times, zones and holidays of a config; what is wrong is ``ValueError``."""

import re
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from wallboard.config.problem import shown
from wallboard.domain.calendar import DAY_MINUTES, Hours
from wallboard.domain.foreign_text import brief
from wallboard.domain.nearest import nearest

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

EXTRA = 'pip install "wallboard[calendar]"'

_HOURS = re.compile(r"(\d\d?):(\d\d)\s*[-–]\s*(\d\d?):(\d\d)")
_REGION = re.compile(r"([A-Z]{2,4})(?:-(.+))?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def hours_of(texts: Iterable[str]) -> tuple[Hours, ...]:
    """The hours of a day, in order; those that end after midnight end on the day after."""
    found = sorted(map(_one, texts), key=lambda hours: hours.start)
    for before, after in pairwise(found):
        if after.start < before.end:
            raise ValueError(f"{before} and {after} overlap; write them as one")
    return tuple(found)


def _one(text: str) -> Hours:
    match = _HOURS.fullmatch(text.strip())
    if not match:
        raise ValueError(f"must be hours such as 08:00-18:00, not {shown(text)}")
    start, end = (_minutes(match[at], match[at + 1], text) for at in (1, 3))
    if start == DAY_MINUTES:
        raise ValueError(f"{shown(text)} cannot begin at 24:00; write 00:00 on the next day")
    if start == end:
        raise ValueError(f"{shown(text)} is no time at all; a whole day is 00:00-24:00")
    return Hours(start, end if end > start else end + DAY_MINUTES)


def _minutes(hour: str, minute: str, text: str) -> int:
    minutes = int(hour) * 60 + int(minute)
    if int(minute) > 59 or minutes > DAY_MINUTES:
        raise ValueError(f"{shown(text)} is not a time of day; they are from 00:00 to 24:00")
    return minutes


def date_of(text: str) -> date:
    """The date in a text like 2026-12-24."""
    try:
        if _DATE.fullmatch(text.strip()):
            return date.fromisoformat(text.strip())
    except ValueError:
        pass
    raise ValueError(f"must be a date such as 2026-12-24, not {shown(text)}")


def moment_of(text: str, zone: tzinfo | None) -> float:
    """The moment in a text like 2026-12-24 18:00, Unix time in seconds.

    Without an offset it is in ``zone``, or in that of this machine.
    """
    try:
        found = datetime.fromisoformat(text.strip())
        if found.tzinfo is None and zone:
            found = found.replace(tzinfo=zone)
        return found.timestamp()
    except (ValueError, OverflowError, OSError):
        why = f"must be a date and time such as 2026-12-24 18:00, not {shown(text)}"
        raise ValueError(why) from None


def zone_of(name: str) -> "ZoneInfo":
    """The time zone of this name."""
    from zoneinfo import ZoneInfo, available_timezones

    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        known = available_timezones()
    if not known:
        raise ValueError(
            f"{shown(name)} cannot be found: this machine has no time zones; install tzdata "
            f"({EXTRA} brings it)"
        )
    hint = nearest(name, sorted(known))
    hint = hint if hint.startswith("did you mean") else "use an IANA name such as Europe/Berlin"
    raise ValueError(f"unknown time zone {shown(name)}; {hint}")


def holidays_of(words: Iterable[str]) -> Mapping[date, str]:
    """The names of holidays by date; words are dates, and countries with or without a region."""
    own: dict[date, str] = {}
    regions: list[Mapping[date, str]] = []
    for word in words:
        if word[:1].isdigit():
            own[date_of(word)] = word
        else:
            regions.append(_Holidays(_region(word)))
    return ChainMap(own, *regions) if regions else own  # type: ignore[arg-type]  # never written


class _Holidays(Mapping[date, str]):
    """The holidays of a region, worked out year by year as they are asked for."""

    def __init__(self, region: Any) -> None:  # noqa: ANN401  the library may not be installed
        self._region = region

    def __getitem__(self, day: date) -> str:
        name = self._region.get(day)
        if name is None:
            raise KeyError(day)
        return brief(name)

    def __iter__(self) -> Iterator[date]:
        return iter(self._region)

    def __len__(self) -> int:
        return len(self._region)


def _region(word: str) -> Any:  # noqa: ANN401  as above
    match = _REGION.fullmatch(word)
    if not match:
        raise ValueError(f"must be a country such as DE or DE-BY, or a date, not {shown(word)}")
    try:
        import holidays
    except ModuleNotFoundError as error:
        if error.name != "holidays":
            raise
        raise ValueError(f"{shown(word)} needs holidays; install it: {EXTRA}") from None
    country, region = match[1], match[2]
    known = holidays.list_supported_countries()
    if country not in known:
        raise ValueError(f"no holidays are known of {shown(country)}; {nearest(country, [*known])}")
    if region is not None and region not in known[country]:
        hint = nearest(region, known[country]) if known[country] else f"use {country}"
        raise ValueError(f"{country} has no region {shown(region)}; {hint}")
    languages = getattr(holidays, country).supported_languages
    language = "en_US" if "en_US" in languages else None
    return holidays.country_holidays(country, subdiv=region, language=language)
