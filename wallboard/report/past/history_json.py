"""What became of some entry points as one JSON document, written piece by piece.

Its shape is a promise, as that of the check is: new keys may be added, none is ever renamed or
removed.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from wallboard.recorder.recording import Run
from wallboard.report.past.export import run_values
from wallboard.report.past.past import Past
from wallboard.report.words.changes import change_values
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
