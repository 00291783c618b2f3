"""The board as one JSON document, whose shape is a promise to those who parse it.

Values that are not known are ``null``; ``error`` is the cause of a failed poll and ``message`` the
sentence that goes with it. New keys may be added, none is ever renamed or removed.
"""

import json
from typing import Any

from wallboard.board import EntryPointStatus, Snapshot
from wallboard.domain.observation import Failure, Observation
from wallboard.report.words.moments import iso


def json_report(snapshot: Snapshot) -> str:
    """The document as text, an entry point a line, in ASCII so that it cannot steer a terminal."""
    whole = document(snapshot)
    # Python's own encoder is quick only as long as it lays nothing out.
    encode = json.JSONEncoder(allow_nan=False).encode
    lines = ",".join(f"\n  {encode(one)}" for one in whole["entry_points"])
    return f'{{"at": {encode(whole["at"])},\n "entry_points": [{lines}]}}'


def document(snapshot: Snapshot) -> dict[str, Any]:
    """The document as plain values: ``at`` is ISO 8601 with its offset from UTC."""
    return {
        "at": iso(snapshot.at),
        "entry_points": [
            entry_point_document(status, snapshot) for status in snapshot.entry_points.values()
        ],
    }


def entry_point_document(status: EntryPointStatus, snapshot: Snapshot) -> dict[str, Any]:
    """What the document says of one entry point."""
    entry_point, judgement = status.entry_point, status.judgement
    server = snapshot.servers.get(entry_point.key.server)
    down = server.failure if server else None
    return {
        "server": entry_point.key.server,
        "id": entry_point.key.id,
        "name": entry_point.name,
        "group": entry_point.group or None,
        "verdict": judgement.verdict.value,
        "level": judgement.level.label,
        "partial": judgement.partial,
        "stale": judgement.stale(snapshot.at),
        "contradiction": judgement.contradiction,
        "lenient": judgement.lenient,
        "button": judgement.button.value,
        "chat_allowed": judgement.chat_allowed,
        "reason": judgement.reason,
        "response_type": judgement.response_type,
        "agent_available": judgement.agent_available,
        "capacity": judgement.capacity,
        "wait_seconds": judgement.wait_seconds,
        "queue_depth": judgement.queue_depth,
        "summary": judgement.summary,
        "endpoints": {
            endpoint.value: _endpoint(status.state.endpoint(endpoint).last, down)
            for endpoint in entry_point.endpoints
        },
    }


def _endpoint(last: Observation | None, down: Failure | None) -> dict[str, Any]:
    """One endpoint; one that was not asked since its server is down fails for that reason."""
    failure = last.outcome if last and isinstance(last.outcome, Failure) else None
    if last is None:
        failure = down
    return {
        "ok": None if last is None and down is None else failure is None,
        "status": last.response.status if last and last.response else None,
        "elapsed_ms": round(last.elapsed_seconds * 1000, 1) if last else None,
        "error": failure.cause.value if failure else None,
        "message": failure.message if failure else None,
        "lenient": None
        if last is None or isinstance(last.outcome, Failure)
        else last.outcome.lenient,
    }
