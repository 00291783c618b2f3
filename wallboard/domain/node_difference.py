"""Where a node says something else than its server.

A difference counts once it was found in two rounds, both times against an answer of the server that
was not out of date: what is changing just now is no difference. It is never a verdict.
"""

from dataclasses import replace

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.node import (
    ROUNDS,
    NodeAnswer,
    NodeDifference,
    NodePoll,
    NodeView,
    Stance,
    stance_of,
)
from wallboard.domain.policy import Verdict
from wallboard.domain.snapshot import EntryPointStatus


def server_stance(status: EntryPointStatus, at: float) -> Stance | None:
    """What the server says of an entry point at a moment; ``None`` if that is out of date."""
    if not status.goes_on(at):
        return None
    if status.judgement.verdict is Verdict.UNREACHABLE:
        return Stance.FAILED
    return stance_of(status.state.current(Endpoint.CHAT_ALLOWED))


def answer_of(poll: NodePoll, status: EntryPointStatus) -> NodeAnswer:
    """What a poll of a node means for the entry point, after all that is known of both."""
    at = poll.observation.at
    found = NodeAnswer(poll.node, poll.observation, poll.next_at, server_stance(status, at))
    view = next((one for one in status.nodes if one.node == poll.node), None)
    before = view.shown if view else None
    if found.unreachable:
        goes_on = view is not None and not view.up
    elif not found.differs:
        return found
    else:
        goes_on = (
            before is not None
            and before.differs
            and not before.unreachable
            and before.server is found.server
        )
    if before is None or not goes_on:
        return replace(found, rounds=1, since=at)
    return replace(found, rounds=before.rounds + 1, since=before.since)


def known_nodes(status: EntryPointStatus, now: float) -> tuple[NodeView, ...]:
    """The nodes of an entry point that are asked as far as anybody knows."""
    return tuple(view for view in status.nodes if not view.newest.overdue(now))


def differences(status: EntryPointStatus, now: float) -> tuple[NodeDifference, ...]:
    """The nodes that say something else than their server of an entry point by now."""
    server = server_stance(status, now) if status.nodes else None
    if server is None:
        return ()
    found = []
    for view in known_nodes(status, now):
        answer = view.shown
        if answer is None or answer.rounds < ROUNDS:
            continue
        # A node that is out of reach says the same of all; else by what it was compared with.
        compared = server if answer.unreachable else answer.server
        if compared is server and answer.stance not in {None, server}:
            found.append(NodeDifference(view.node, answer, server, answer.since or answer.poll.at))
    return tuple(found)
