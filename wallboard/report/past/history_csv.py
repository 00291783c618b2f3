"""What became of some entry points as CSV, a row for each change and each run.

``seconds`` is how long a run went on, and how long it had been as before a change.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from wallboard.domain.change import Change
from wallboard.recorder.recording import Run
from wallboard.report.past.export import run_values
from wallboard.report.past.past import Past
from wallboard.report.words.changes import change_values
from wallboard.report.words.csv_row import csv_row
from wallboard.report.words.moments import times

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
