"""What becomes of a board as lines of JSON, for programs that read along.

``event`` is ``entry_point`` (how one stands at the start, as ``check --format json`` has it),
``server`` (one that cannot be reached at the start), ``change``, ``stale`` (of how many entry
points of a server it is not known whether what was said still holds; 0 when that is over) or
``heartbeat``. New keys and new events may be added; nothing is ever renamed or removed.
"""

import json
from collections.abc import Iterator
from typing import Any

from wallboard.board import EntryPointStatus, Snapshot
from wallboard.domain.change import Change
from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.observation import ServerStatus
from wallboard.domain.policy import Level
from wallboard.report.now.json import entry_point_document
from wallboard.report.now.nagios import worst_level
from wallboard.report.words.changes import change_values
from wallboard.report.words.moments import times
from wallboard.report.words.rows import level_counts, stale_count


def opening_lines(snapshot: Snapshot, least: Level) -> Iterator[str]:
    """Every server that cannot be reached and every entry point that is at ``least`` so bad.

    Last comes a heartbeat, so that a reader knows when the start is over.
    """
    for server in snapshot.unreachable:
        yield _line("server", snapshot.at, _server(server))
    for status in snapshot.entry_points.values():
        if status.judgement.level >= least:
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
        **times("newest_poll_at", snapshot.newest_at),
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
        status.judgement.level
        for key, status in snapshot.entry_points.items()
        if key.server == server
    )
    return _line("stale", snapshot.at, {"server": server, "stale": 0, "level": level.label})


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
