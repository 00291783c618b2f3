"""The board as text for a person: a table, worst first, then what is failing, in words."""

from collections.abc import Iterator

from wallboard.board import Snapshot
from wallboard.domain.foreign_text import safe
from wallboard.report.words.rows import counts, entry_point_table, who, whose, worst_first


def text_report(snapshot: Snapshot) -> str:
    """The whole report, without a line break at its end."""
    total = len(snapshot.entry_points)
    lines = [*entry_point_table(snapshot, worst_first(snapshot.entry_points.values())), ""]
    lines.append(f"{total} entry point{'' if total == 1 else 's'}: {counts(snapshot)}")
    lines.extend(troubles(snapshot))
    return "\n".join(lines)


def troubles(snapshot: Snapshot) -> Iterator[str]:
    """The servers that cannot be reached, then the endpoints that fail on those that can."""
    yield from _servers(snapshot)
    yield from _failing(snapshot)


def _servers(snapshot: Snapshot) -> Iterator[str]:
    for status in snapshot.unreachable:
        if status.failure:
            server, message = safe(status.server), safe(status.failure.message)
            yield f"{server} cannot be reached: {message}"


def _failing(snapshot: Snapshot) -> Iterator[str]:
    """A line for every endpoint that failed on a server that answers."""
    down = {status.server for status in snapshot.unreachable}
    named = whose if len({key.server for key in snapshot.entry_points}) > 1 else who
    found = []
    for status in worst_first(snapshot.entry_points.values()):
        key = status.entry_point.key
        for endpoint in status.judgement.failing if key.server not in down else ():
            failure = status.state.endpoint(endpoint).failure
            if failure:
                # Some sentences name the endpoint themselves; once a line is enough.
                why = safe(failure.message.removeprefix(f"{endpoint}: "))
                found.append(
                    f"  {safe(named(status.entry_point))} {endpoint}: {why} [{failure.cause}]"
                )
    if found:
        yield "Failing endpoints:"
        yield from found
