"""Polls and histories for other programs: NDJSON, JSON and CSV, whose shape is a promise.

Values that are not known are ``null``. New keys may be added, none is ever renamed or removed;
new columns come last.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from wallboard.domain.change import Change
from wallboard.domain.endpoint import EntryPoint, EntryPointKey
from wallboard.domain.observation import Failure, Response
from wallboard.recorder.recording import Run
from wallboard.report.past.past import Outage, Past, Window
from wallboard.report.words.changes import change_values, facts_of
from wallboard.report.words.figures import times
from wallboard.report.words.incidents import incident_values
from wallboard.report.words.table import csv_row


def export_lines(
    runs: Iterable[Run], entry_points: Mapping[EntryPointKey, EntryPoint]
) -> Iterator[str]:
    """A line for each run, with its line break, in ASCII; a run is forgotten once it is given."""
    for run in runs:
        known = entry_points.get(run.key)
        row = {
            "server": run.key.server,
            "id": run.key.id,
            "name": known.name if known else None,
            **run_values(run),
            **_body(run.response),
        }
        yield json.dumps(row, allow_nan=False) + "\n"


def run_values(run: Run) -> dict[str, Any]:
    """A run as plain values, without whose it is and without its body."""
    failure = run.outcome if isinstance(run.outcome, Failure) else None
    response = run.response
    return {
        "endpoint": run.endpoint.value,
        "url": run.request.url,
        **times("first_at", run.first_at),
        **times("last_at", run.last_at),
        "polls": run.polls,
        "latency_ms": {
            "least": _milliseconds(run.least_seconds),
            "mean": _milliseconds(run.mean_seconds),
            "most": _milliseconds(run.most_seconds),
        },
        "ok": failure is None,
        "error": failure.cause.value if failure else None,
        "message": failure.message if failure else None,
        "reading": None if isinstance(run.outcome, Failure) else facts_of(run.outcome),
        "status": response.status if response else None,
        "truncated": response.truncated if response else None,
    }


def _body(response: Response | None) -> dict[str, str | None]:
    """The body as text, or where that would not give back the same bytes, in base64."""
    if response is None:
        return {"body": None, "body_base64": None}
    try:
        return {"body": response.body.decode(), "body_base64": None}
    except UnicodeDecodeError:
        return {"body": None, "body_base64": b64encode(response.body).decode("ascii")}


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)


def history_json(
    window: Window,
    pasts: Iterable[Past],
    runs_of: Callable[[Past], Iterable[Run]],
    board: Mapping[EntryPointKey, EntryPoint],
) -> Iterator[str]:
    """The document in pieces of ASCII: runs are many, and only one of them is held at a time.

    ``board`` has all entry points, also those that nobody asked for.
    """
    yield _text(window_values(window))[:-1] + ', "entry_points": ['
    for number, past in enumerate(pasts):
        yield (",\n " if number else "\n ") + _text(_entry_point(past, board))[:-1] + ', "runs": ['
        for place, run in enumerate(runs_of(past)):
            yield (",\n  " if place else "\n  ") + _text(run_values(run))
        yield "]}"
    yield "]}\n"


def window_values(window: Window) -> dict[str, Any]:
    """From when to when, and how much of it was recorded."""
    return {
        **times("since", window.since),
        **times("until", window.until),
        "recorded_seconds": _seconds(window.recorded_seconds),
        "unrecorded": [
            {
                **times("first_at", gap.first_at),
                **times("last_at", gap.last_at),
                "seconds": _seconds(gap.last_at - gap.first_at),
            }
            for gap in window.unrecorded
        ],
    }


def verdict_seconds(past: Past) -> dict[str, float]:
    """The recorded seconds in each verdict."""
    return {verdict.value: _seconds(seconds) for verdict, seconds in past.verdict_seconds.items()}


def outage_values(outage: Outage) -> dict[str, Any]:
    """An outage, without whose it is."""
    return {
        **times("first_at", outage.first_at),
        **times("last_at", outage.last_at),
        "seconds": _seconds(outage.seconds),
        "unrecorded_seconds": _seconds(outage.unrecorded_seconds),
        "over": outage.over,
        "verdicts": [verdict.value for verdict in outage.verdicts],
    }


def _entry_point(past: Past, board: Mapping[EntryPointKey, EntryPoint]) -> dict[str, Any]:
    entry_point, worst = past.entry_point, past.worst_wait
    return {
        "server": entry_point.key.server,
        "id": entry_point.key.id,
        "name": entry_point.name,
        "group": entry_point.group or None,
        "verdict_seconds": verdict_seconds(past),
        "worst_wait": {
            "wait_seconds": worst.seconds,
            **times("at", worst.at),
            "queue_depth": worst.queue_depth,
        }
        if worst
        else None,
        "outages": [outage_values(outage) for outage in past.outages],
        "incidents": [
            incident_values(one, past.window.until, board) for one in past.found.incidents
        ],
        "changes": [
            {**change_values(change), "of_server": change.of_server} for change in past.changes
        ],
    }


def _seconds(seconds: float) -> float:
    return round(seconds, 3)


def _text(value: object) -> str:
    return json.dumps(value, allow_nan=False)


COLUMNS = (
    "kind",
    "server",
    "id",
    "name",
    "first_at",
    "first_at_unix",
    "last_at",
    "last_at_unix",
    "seconds",
    "subject",
    "endpoint",
    "polls",
    "latency_least_ms",
    "latency_mean_ms",
    "latency_most_ms",
    "status",
    "error",
    "before",
    "after",
    "level",
    "wait_seconds",
    "queue_depth",
    "capacity",
    "words",
)
"""A promise as the JSON is: new ones come last."""


def history_csv(pasts: Iterable[Past], runs_of: Callable[[Past], Iterable[Run]]) -> Iterator[str]:
    """The rows with their line breaks, under a heading; of an entry point changes come first."""
    yield csv_row(COLUMNS)
    for past in pasts:
        key = past.entry_point.key
        whose = {"server": key.server, "id": key.id, "name": past.entry_point.name}
        rows = ({"kind": "change", **change} for change in map(_change, past.changes))
        yield from (_row(whose | row) for row in rows)
        yield from (_row({"kind": "run", **whose, **_run(run)}) for run in runs_of(past))


def _change(change: Change) -> dict[str, Any]:
    values = change_values(change)
    return {
        **values,
        **times("first_at", change.at),
        **times("last_at", change.at),
        "seconds": values["lasted_seconds"],
        "words": change.summary,
    }


def _run(run: Run) -> dict[str, Any]:
    values = run_values(run)
    reading = values["reading"] or {}
    return {
        **values,
        **{f"latency_{name}_ms": took for name, took in values["latency_ms"].items()},
        "seconds": round(run.last_at - run.first_at, 3),
        "wait_seconds": reading.get("wait_seconds"),
        "queue_depth": reading.get("queue_depth"),
        "capacity": reading.get("count"),
        "words": values["message"],
    }


def _row(values: dict[str, Any]) -> str:
    return csv_row(values.get(column) for column in COLUMNS)
