"""Which entry points a server has, for programs."""

import json

from wallboard.domain.discovery import Discovery, Found, ranges
from wallboard.report.words.csv_row import csv_row
from wallboard.report.words.moments import iso

COLUMNS = (
    "server",
    "id",
    "presence",
    "chat_allowed",
    "reason",
    "wait_seconds",
    "queue_depth",
    "message",
)
"""A promise as the JSON is: new ones come last."""


def discovery_json(
    discovery: Discovery, *, server: str, url: str, ids: list[int], at: float
) -> str:
    """One document, in ASCII; ``at`` is Unix time in seconds. What is not known is ``null``."""
    document = {
        "at": iso(at),
        "server": server,
        "url": url,
        "ids": ",".join(ranges(ids)),
        "complete": discovery.asked == len(ids),
        "asked": discovery.asked,
        "missing": len(discovery.missing),
        "entry_points": [_entry_point(one) for one in _in_order(discovery.entry_points)],
        "unclear": [{"id": one.id, "message": one.words} for one in _in_order(discovery.unclear)],
    }
    return json.dumps(document, indent=2, allow_nan=False)


def discovery_csv(discovery: Discovery, *, server: str) -> str:
    """A row for each entry point and for each id that is unclear, under their heading."""
    rows = [csv_row(COLUMNS)]
    for one in _in_order({**discovery.entry_points, **discovery.unclear}):
        values = {
            **_entry_point(one),
            "server": server,
            "presence": one.presence.value,
            "message": one.words or None,
        }
        rows.append(csv_row(values[column] for column in COLUMNS))
    return "".join(rows)


def _in_order(found: dict[int, Found]) -> list[Found]:
    return [found[number] for number in sorted(found)]


def _entry_point(found: Found) -> dict[str, object]:
    return {
        "id": found.id,
        "chat_allowed": found.allowed,
        "reason": found.reason,
        "wait_seconds": found.wait_seconds,
        "queue_depth": found.queue_depth,
    }
