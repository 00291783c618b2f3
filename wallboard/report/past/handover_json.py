"""A handover for other programs: one JSON document, whose shape is a promise.

Values that are not known are ``null``. New keys may be added, none is ever renamed or removed.
"""

import json
from collections.abc import Iterator
from typing import Any

from wallboard.domain.change import Change
from wallboard.domain.endpoint import EntryPoint, EntryPointKey
from wallboard.domain.ledger_row import AlarmKey
from wallboard.report.past.export import outage_values, verdict_seconds, window_values
from wallboard.report.past.handover import Handover
from wallboard.report.words.alarms import state_values
from wallboard.report.words.changes import change_values
from wallboard.report.words.expectations import expected_values, maintenance_values
from wallboard.report.words.figures import times
from wallboard.report.words.incidents import incident_values


def handover_json(handover: Handover) -> str:
    """The document, ending with a line break, in ASCII."""
    return json.dumps(_values(handover), allow_nan=False, indent=1) + "\n"


def _values(handover: Handover) -> dict[str, Any]:
    return {
        "title": handover.title,
        **window_values(handover.window),
        **_at_the_end(handover),
        **_during(handover),
    }


def _at_the_end(handover: Handover) -> dict[str, Any]:
    """What is wrong, handled or planned as the window ends."""
    names, until = handover.names, handover.window.until
    return {
        "servers_down": [
            {
                "server": one.server,
                **times("since", one.since),
                "error": one.failure.cause.value if one.failure else None,
                "message": one.failure.message if one.failure else None,
            }
            for one in handover.servers_down
        ],
        "open": [
            {
                **_whose(one.entry_point),
                "verdict": one.verdict.value,
                "level": one.level.label,
                **times("since", one.since),
                "summary": one.why,
                "as_scheduled": one.as_scheduled,
                "expected": expected_values(one.expectation.expected),
                "maintenance": maintenance_values(one.expectation.maintenance),
            }
            for one in handover.wrong
        ],
        "alarms": None
        if handover.alarms is None
        else [{**_of_alarm(one.key, names), **state_values(one, until)} for one in handover.alarms],
        "as_planned": [
            {
                **_whose(one.entry_point),
                "verdict": one.verdict.value,
                "expected": expected_values(one.expectation.expected),
                "maintenance": maintenance_values(one.expectation.maintenance),
            }
            for one in handover.as_planned
        ],
        "failing": [
            {
                **_whose(one.entry_point),
                "endpoint": one.endpoint.value,
                **times("since", one.since),
                "error": one.failure.cause.value,
                "message": one.failure.message,
            }
            for one in handover.failing
        ],
    }


def _during(handover: Handover) -> dict[str, Any]:
    """What happened in the window."""
    names, until = handover.names, handover.window.until
    return {
        "no_network": [
            {**times("since", one.first_at), **times("until", one.last_at)}
            for one in handover.blind
        ],
        "notes": [
            {**times("at", row.at), **_of_alarm(row.key, names), "who": row.who, "text": row.text}
            for row in handover.notes
        ],
        "incidents": [
            {**incident_values(one, until, names), "left_open": one in handover.left_open}
            for one in handover.incidents
        ],
        "minor_incidents": handover.minor,
        "changes": list(_changes(handover)),
        "level_changes": [
            {**_named(key, names), "count": count} for key, count in handover.level_changes
        ],
        "outages": [{**_named(one.key, names), **outage_values(one)} for one in handover.outages],
        "waits": [
            {
                **_named(key, names),
                "wait_seconds": worst.seconds,
                **times("at", worst.at),
                "queue_depth": worst.queue_depth,
            }
            for key, worst in handover.waits
        ],
        "entry_points": [
            {**_whose(past.entry_point), "verdict_seconds": verdict_seconds(past)}
            for past in handover.pasts
        ],
    }


def _changes(handover: Handover) -> Iterator[dict[str, Any]]:
    """The changes of verdicts and servers, each with the place of its incident in the list."""
    places = {
        id(change): place
        for place, incident in enumerate(handover.incidents)
        for change in incident.changes
    }
    for change in handover.events:
        whose = _named(change.key, handover.names) if change.key else _of_server(change)
        yield {**whose, **change_values(change), "incident": places.get(id(change))}


def _whose(entry_point: EntryPoint) -> dict[str, Any]:
    key = entry_point.key
    return {"server": key.server, "id": key.id, "name": entry_point.name}


def _named(key: EntryPointKey, names: dict[EntryPointKey, EntryPoint]) -> dict[str, Any]:
    known = names.get(key)
    return {"server": key.server, "id": key.id, "name": known.name if known else None}


def _of_alarm(key: AlarmKey | None, names: dict[EntryPointKey, EntryPoint]) -> dict[str, Any]:
    """What a note is on; the whole board has no server."""
    if key is not None and key.entry_point:
        return _named(key.entry_point, names)
    return {"server": key.server if key else None, "id": None, "name": None}


def _of_server(change: Change) -> dict[str, Any]:
    return {"server": change.server, "id": None, "name": None}
