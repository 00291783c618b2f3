"""Every observation of a recording as NDJSON, whose shape is a promise to those who parse it.

A line is a run: polls of one endpoint in a row that brought the same answer. Values that are not
known are ``null``. New keys may be added, none is ever renamed or removed.
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wallboard.domain.endpoint import EntryPoint, EntryPointKey
from wallboard.domain.observation import Failure, Response
from wallboard.recorder.recording import Run
from wallboard.report.words.changes import facts_of
from wallboard.report.words.moments import times


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
