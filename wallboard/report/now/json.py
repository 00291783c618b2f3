"""The board as JSON, whose shape is a promise to those who parse it: whole, or an event a line.

Values that are not known are ``null``; ``error`` is the cause of a failed poll and ``message`` the
sentence that goes with it. New keys and events may be added, none is ever renamed or removed.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from wallboard.domain.change import Change
from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.node import NodeDifference
from wallboard.domain.observation import Failure, Observation, ServerStatus
from wallboard.domain.policy import Level
from wallboard.domain.snapshot import EntryPointStatus, Place, Snapshot
from wallboard.domain.vantage import disagree
from wallboard.report.now.alarms import alarm_values
from wallboard.report.now.nagios import worst_level
from wallboard.report.words.changes import change_values
from wallboard.report.words.expectations import expected_values, maintenance_values
from wallboard.report.words.figures import iso, times
from wallboard.report.words.nodes import node_values
from wallboard.report.words.places import place_values, places_values
from wallboard.report.words.rows import level_counts, stale_count


def json_report(snapshot: Snapshot) -> str:
    """The document as text, an entry point a line, in ASCII so that it cannot steer a terminal."""
    whole = document(snapshot)
    # Python's own encoder is quick only as long as it lays nothing out.
    encode = json.JSONEncoder(allow_nan=False).encode
    lines = ",".join(f"\n  {encode(one)}" for one in whole["entry_points"])
    heads = (f"{encode(name)}: {encode(whole[name])}" for name in whole if name != "entry_points")
    return f'{{{", ".join(heads)},\n "entry_points": [{lines}]}}'


def document(snapshot: Snapshot) -> dict[str, Any]:
    """The document as plain values: ``at`` is ISO 8601 with its offset from UTC.

    ``blind_since`` is when this machine lost its network, ``null`` while it has one; ``places`` are
    those that poll, none where there is only one.
    """
    return {
        "at": iso(snapshot.at),
        "blind_since": None if snapshot.blind_since is None else iso(snapshot.blind_since),
        "places": [place_values(place) for place in snapshot.places],
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
        "level": judgement.level_at(snapshot.at).label,
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
        "expected": expected_values(status.expected),
        "as_scheduled": status.as_scheduled,
        "maintenance": maintenance_values(status.maintenance),
        "alarm": alarm_values(entry_point.key, snapshot),
        "nodes": node_values(status, snapshot.at),
        "places": places_values(status, snapshot.at),
        "endpoints": {
            endpoint.value: _endpoint(status.state.current(endpoint), down)
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


def opening_lines(snapshot: Snapshot, least: Level) -> Iterator[str]:
    """Every server that cannot be reached and every entry point that is at ``least`` so bad.

    Last comes a heartbeat, so that a reader knows when the start is over.
    """
    if snapshot.blind_since is not None:
        yield network_line(snapshot, None)
    for server in snapshot.unreachable:
        yield _line("server", snapshot.at, _server(server))
    for status in snapshot.entry_points.values():
        if status.judgement.level_at(snapshot.at) >= least:
            yield _line("entry_point", snapshot.at, _entry_point(status, snapshot))
    yield heartbeat_line(snapshot)


def change_line(change: Change, entry_point: EntryPoint | None) -> str:
    """The line of one change; ``of_server`` marks what follows from a server's outage."""
    values = {
        "server": change.server,
        "id": change.key.id if change.key else None,
        "name": entry_point.name if entry_point else None,
        "group": (entry_point.group or None) if entry_point else None,
        **change_values(change),
        "of_server": change.of_server,
    }
    return _line("change", change.at, values)


def heartbeat_line(snapshot: Snapshot) -> str:
    """How the board stands as a whole."""
    values = {
        "level": worst_level(snapshot).label,
        "levels": {level.label: count for level, count in level_counts(snapshot).items()},
        "verdicts": {verdict.value: count for verdict, count in snapshot.verdicts.items()},
        "stale": stale_count(snapshot),
        "polls_per_minute": snapshot.polls_per_minute,
        **times("blind_since", snapshot.blind_since),
        **times("newest_poll_at", snapshot.newest_at),
        "places": [place_values(place) for place in snapshot.places],
        "disputed": sum(disagree(one, snapshot.at) for one in snapshot.entry_points.values()),
    }
    return _line("heartbeat", snapshot.at, values)


def stale_line(server: str, stale: int, newest_at: float, snapshot: Snapshot) -> str:
    """Of how many entry points of a server it is no longer known whether what was said holds."""
    values = {
        "server": server,
        "stale": stale,
        "level": Level.UNKNOWN.label,
        **times("newest_answer_at", newest_at),
    }
    return _line("stale", snapshot.at, values)


def fresh_line(server: str, snapshot: Snapshot) -> str:
    """That none of them is stale any more."""
    level = max(
        status.judgement.level_at(snapshot.at)
        for key, status in snapshot.entry_points.items()
        if key.server == server
    )
    return _line("stale", snapshot.at, {"server": server, "stale": 0, "level": level.label})


def node_line(server: str, node: str, found: Sequence[NodeDifference], snapshot: Snapshot) -> str:
    """That a node says something else than its server, of how many entry points; or no more."""
    first = min(found, key=lambda one: one.since) if found else None
    values = {
        "server": server,
        "node": node,
        "differs": bool(found),
        "entry_points": len(found),
        "server_says": first.server if first else None,
        "says": first.says if first else None,
        **times("since", first.since if first else None),
    }
    return _line("node", snapshot.at, values)


def network_line(snapshot: Snapshot, before: float | None) -> str:
    """That this machine has no network, or has it back; ``before`` is since when it had none."""
    values = {"level": worst_level(snapshot).label, **times("blind_since", snapshot.blind_since)}
    lasted = None if before is None else round(snapshot.at - before, 3)
    return _line("network", snapshot.at, {**values, "lasted_seconds": lasted})


def place_line(place: Place, snapshot: Snapshot) -> str:
    """That a place fell silent, or is heard again."""
    return _line("place", snapshot.at, place_values(place))


def places_line(status: EntryPointStatus, snapshot: Snapshot) -> str:
    """That places disagree about an entry point, or agree again."""
    entry_point, said = status.entry_point, places_values(status, snapshot.at)
    values = {
        "server": entry_point.key.server,
        "id": entry_point.key.id,
        "name": entry_point.name,
        "group": entry_point.group or None,
        "level": status.judgement.level_at(snapshot.at).label,
        "places": said,
    }
    return _line("places", snapshot.at, values)


def _entry_point(status: EntryPointStatus, snapshot: Snapshot) -> dict[str, Any]:
    return {**entry_point_document(status, snapshot), **times("since", status.since)}


def _server(status: ServerStatus) -> dict[str, Any]:
    failure = status.failure
    return {
        "server": status.server,
        "error": failure.cause.value if failure else None,
        "message": failure.message if failure else None,
        **times("since", status.since),
    }


def _line(event: str, at: float, values: dict[str, Any]) -> str:
    # In ASCII no byte of it can steer a terminal.
    return json.dumps({"event": event, **times("at", at), **values}, allow_nan=False)
