"""Nodes that say something else than their server, in words."""

from collections.abc import Iterator, Sequence
from typing import Any

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.foreign_text import safe
from wallboard.domain.node import NodeAnswer, NodeDifference, NodeView, Stance
from wallboard.domain.node_difference import differences, known_nodes, server_stance
from wallboard.domain.observation import Failure
from wallboard.domain.snapshot import EntryPointStatus, Snapshot
from wallboard.report.words.figures import minute, times
from wallboard.report.words.status import failure_words

MOST_NAMED = 2
"""Nodes that one line names."""

_SAYS = {
    Stance.OPEN: "says open",
    Stance.CLOSED: "says closed",
    Stance.FAILED: "gives no answer",
}


def node_lines(snapshot: Snapshot) -> Iterator[str]:
    """``server prod: VIP says open, node 10.0.0.12:443 does not (since 14:43)``, one a server.

    Another one for each thing that a server says while nodes say another, and for nodes that differ
    for other entry points; with their number unless it is so wherever the server says that.
    """
    since: dict[tuple[str, Stance, str], dict[EntryPointKey, float]] = {}
    for key, status in snapshot.entry_points.items():
        for one in differences(status, snapshot.at):
            since.setdefault((key.server, one.server, one.node), {})[key] = one.since
    alike: dict[tuple[str, Stance, frozenset[EntryPointKey]], list[str]] = {}
    for (server, stance, node), of in since.items():
        alike.setdefault((server, stance, frozenset(of)), []).append(node)
    for (server, stance, keys), nodes in alike.items():
        count = sum(key.server == server for key in snapshot.entry_points)
        all_of_it = len(keys) == _saying(snapshot, server, stance) and len(keys) > count / 2
        of_some = "" if all_of_it else f" for {len(keys)} of {count} entry points"
        began = min(at for node in nodes for at in since[server, stance, node].values())
        yield (
            f"server {safe(server)}: VIP {_SAYS[stance]}, {_who_not(nodes, stance)}{of_some}"
            f" (since {minute(began, snapshot.at)})"
        )


def _saying(snapshot: Snapshot, server: str, stance: Stance) -> int:
    """Of how many entry points a server says this by now."""
    return sum(
        server_stance(status, snapshot.at) is stance
        for key, status in snapshot.entry_points.items()
        if key.server == server
    )


def _who_not(nodes: Sequence[str], stance: Stance) -> str:
    names = safe(", ".join(nodes[:MOST_NAMED]))
    if len(nodes) > MOST_NAMED:
        names = f"{names} and {len(nodes) - MOST_NAMED} more"
    one = len(nodes) == 1
    does = ("does" if one else "do") + ("" if stance is Stance.FAILED else " not")
    return f"node{'' if one else 's'} {names} {does}"


def differing_nodes(snapshot: Snapshot) -> dict[tuple[str, str], list[NodeDifference]]:
    """Each node that differs, by server and name, with its differences by entry point."""
    found: dict[tuple[str, str], list[NodeDifference]] = {}
    for key, status in snapshot.entry_points.items():
        for one in differences(status, snapshot.at):
            found.setdefault((key.server, one.node), []).append(one)
    return found


def difference_words(one: NodeDifference) -> str:
    """``VIP says open, the node does not``, with what that says instead."""
    return f"VIP {_SAYS[one.server]}, the node {_SAYS[one.says]}"


def answer_words(answer: NodeAnswer | None) -> str:
    """What a node said: ``open``, ``closed``, or why it failed."""
    if answer is None:
        return "not asked yet"
    outcome = answer.poll.outcome
    if isinstance(outcome, Failure):
        return failure_words(answer.poll, outcome)
    return str(answer.stance or "not understood")


def node_values(status: EntryPointStatus, now: float) -> list[dict[str, Any]]:
    """What each node says of an entry point, as plain values; empty where none is asked."""
    since = {one.node: one.since for one in differences(status, now)}
    return [_values(view, since.get(view.node)) for view in known_nodes(status, now)]


def _values(view: NodeView, since: float | None) -> dict[str, Any]:
    answer = view.shown
    outcome = answer.poll.outcome if answer else None
    failure = outcome if isinstance(outcome, Failure) else None
    return {
        "node": view.node,
        "up": view.up,
        "says": answer.stance if answer else None,
        "error": failure.cause.value if failure else None,
        "message": failure.message if failure else None,
        "elapsed_ms": round(answer.poll.elapsed_seconds * 1000, 1) if answer else None,
        **times("at", answer.poll.at if answer else None),
        "differs": since is not None,
        **times("differs_since", since),
    }
