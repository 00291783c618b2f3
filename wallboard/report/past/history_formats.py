"""The past of some entry points as CSV, or as one JSON document written piece by piece.

Its shape is a promise, as that of the check is: new keys may be added, none is ever renamed or
removed.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from wallboard.domain.change import Change
from wallboard.recorder.recording import Run
from wallboard.report.past.export import run_values
from wallboard.report.past.past import Past
from wallboard.report.words.changes import change_values
from wallboard.report.words.csv_row import csv_row
from wallboard.report.words.moments import times
from wallboard.report.words.window import Window


def history_json(
    window: Window, pasts: Iterable[Past], runs_of: Callable[[Past], Iterable[Run]]
) -> Iterator[str]:
    """The document in pieces of ASCII: runs are many, and only one of them is held at a time."""
    head = {
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
    yield _text(head)[:-1] + ', "entry_points": ['
    for number, past in enumerate(pasts):
        yield (",\n " if number else "\n ") + _text(_entry_point(past))[:-1] + ', "runs": ['
        for place, run in enumerate(runs_of(past)):
            yield (",\n  " if place else "\n  ") + _text(run_values(run))
        yield "]}"
    yield "]}\n"


def _entry_point(past: Past) -> dict[str, Any]:
    entry_point, worst = past.entry_point, past.worst_wait
    return {
        "server": entry_point.key.server,
        "id": entry_point.key.id,
        "name": entry_point.name,
        "group": entry_point.group or None,
        "verdict_seconds": {
            verdict.value: _seconds(seconds) for verdict, seconds in past.verdict_seconds.items()
        },
        "worst_wait": {
            "wait_seconds": worst.seconds,
            **times("at", worst.at),
            "queue_depth": worst.queue_depth,
        }
        if worst
        else None,
        "outages": [
            {
                **times("first_at", outage.first_at),
                **times("last_at", outage.last_at),
                "seconds": _seconds(outage.seconds),
                "unrecorded_seconds": _seconds(outage.unrecorded_seconds),
                "over": outage.over,
                "verdicts": [verdict.value for verdict in outage.verdicts],
            }
            for outage in past.outages
        ],
        "changes": [change_values(change) for change in past.changes],
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
