"""Availability as a table, as CSV and as JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from math import floor
from typing import Any

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.foreign_text import safe
from wallboard.domain.time_span import UNKNOWN
from wallboard.report.past.availability import Availability, Period
from wallboard.report.words.figures import times, zone_of
from wallboard.report.words.table import csv_row, table

COLUMNS = (
    "server", "id", "name", "group", "calendar", "period", "start", "end", "planned_seconds",
    "known_seconds", "open_seconds", "availability", "coverage",
)  # fmt: skip

_FIGURES = frozenset({"ID", "PLANNED", "COVERAGE", "AVAILABLE", "NOT OPEN"})

Calendars = Mapping[EntryPointKey, str]


def availability_lines(
    found: Sequence[Availability], calendars: Calendars, *, recorded: bool
) -> Iterator[str]:
    """A table under what it is of; ``recorded`` if the hours are those of the recording."""
    by_period = any(one.period.name for one in found)
    period = [f"PERIOD, LOCAL {zone_of(found[-1].period.end)}"] if by_period else []
    heads = ["SERVER", "ID", "NAME", *period, "CALENDAR", "PLANNED",
             "COVERAGE", "AVAILABLE", "NOT OPEN"]  # fmt: skip
    rows = [
        [
            safe(one.entry_point.key.server),
            str(one.entry_point.key.id),
            safe(one.entry_point.name),
            *([one.period.name] if by_period else []),
            safe(calendars.get(one.entry_point.key, UNKNOWN)),
            _hours(one.planned),
            _percent(one.coverage),
            _percent(one.share),
            _hours(one.known - one.open) if one.known > 0 else UNKNOWN,
        ]
        for one in found
    ]
    yield from table(heads, rows, right=_FIGURES)
    yield ""
    whose = "as they were recorded" if recorded else "of the config"
    yield f"Business hours {whose}, without maintenance; without a calendar, around the clock."
    if any(one.known < one.planned for one in found):
        yield "What was not recorded counts neither way: see COVERAGE."


def availability_csv(found: Sequence[Availability], calendars: Calendars) -> Iterator[str]:
    """A heading and a row for each entry point and period, with their line breaks."""
    yield csv_row(COLUMNS)
    for one in found:
        values = _values(one, calendars)
        values["period"] = one.period.name
        yield csv_row(values[column] for column in COLUMNS)


def availability_json(found: Sequence[Availability], calendars: Calendars, asked: Period) -> str:
    """A document with a row for each entry point and period."""
    document = {
        **times("since", asked.start),
        **times("until", asked.end),
        "availability": [_values(one, calendars) for one in found],
    }
    return json.dumps(document, indent=1) + "\n"


def _values(one: Availability, calendars: Calendars) -> dict[str, Any]:
    key = one.entry_point.key
    return {
        "server": key.server,
        "id": key.id,
        "name": one.entry_point.name,
        "group": one.entry_point.group or None,
        "calendar": calendars.get(key),
        "period": one.period.name or None,
        **times("start", one.period.start),
        **times("end", one.period.end),
        "planned_seconds": round(one.planned, 3),
        "known_seconds": round(one.known, 3),
        "open_seconds": round(one.open, 3),
        "availability": None if one.share is None else round(one.share, 6),
        "coverage": None if one.coverage is None else round(one.coverage, 6),
    }


def _percent(share: float | None) -> str:
    """Rounded down, so that only all of it is 100 %."""
    if share is None:
        return UNKNOWN
    return "100 %" if share >= 1 else f"{floor(share * 10_000) / 100:.2f} %"


def _hours(seconds: float) -> str:
    """Hours and minutes, as reports of working time have them; seconds where it is short."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    return f"{whole // 3600}h{whole % 3600 // 60:02}m" if whole >= 3600 else f"{whole // 60}m"
