"""Nodes behind a server's address, asked directly: what each says of an entry point."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.observation import Failure, Observation, is_recent, shifted
from wallboard.domain.reading import ChatAllowed
from wallboard.frozen import frozen

ROUNDS = 2
"""So often in a row a node must differ, or be out of reach, before that counts."""

OVERDUE_SECONDS = 120.0
"""A node that is overdue by more is not asked any more, as far as anybody knows."""

TOLD_SECONDS = 30.0
"""So often every entry point is told that a node is there."""

MOST_NODES = 16
"""Of one server."""


class Stance(StrEnum):
    """What an answer of ``chatAllowed`` says, as far as nodes are compared by it."""

    OPEN = "open"
    CLOSED = "closed"
    FAILED = "failed"


@frozen
class NodePoll:
    """A poll of ``chatAllowed`` at one node; the next one there is at ``next_at``, Unix time."""

    node: str
    observation: Observation
    next_at: float


@frozen
class NodeAnswer:
    """What a node said last of an entry point, and how that compares with what its server said.

    ``poll`` is the newest one, ``since`` when it began to differ or to be out of reach (Unix time
    in seconds) and ``rounds`` how often in a row it was so. ``server`` is what its server said at
    the time, ``None`` where that was not known.
    """

    node: str
    poll: Observation
    next_at: float
    server: Stance | None = None
    rounds: int = 0
    since: float | None = None

    @property
    def key(self) -> EntryPointKey:
        """Which entry point it is about."""
        return self.poll.key

    @property
    def at(self) -> float:
        """When it said so, Unix time in seconds."""
        return self.poll.at

    @property
    def stance(self) -> Stance | None:
        """What it says."""
        return stance_of(self.poll)

    @property
    def unreachable(self) -> Failure | None:
        """Why the node could not be reached at all; ``None`` if it could."""
        outcome = self.poll.outcome
        return outcome if isinstance(outcome, Failure) and outcome.cause.unreachable else None

    @property
    def differs(self) -> bool:
        """Whether it says something else than its server did."""
        return self.server is not None and self.stance is not None and self.stance != self.server

    def as_old_as_before(self, by: float) -> "NodeAnswer":
        """The same after the clock was put forward ``by`` seconds, or back."""
        return replace(
            self,
            poll=replace(self.poll, at=self.poll.at + by),
            next_at=self.next_at + by,
            since=shifted(self.since, by),
        )

    def overdue(self, now: float) -> bool:
        """Whether the node is not asked any more."""
        return now - self.next_at > OVERDUE_SECONDS


@frozen
class NodeView:
    """One node as an entry point has it: what it said of that, and its newest poll of any.

    ``answer`` is ``None`` until it was asked of this one. While the node is out of reach,
    ``newest`` tells of all entry points.
    """

    newest: NodeAnswer
    answer: NodeAnswer | None = None

    @property
    def node(self) -> str:
        """Its address."""
        return self.newest.node

    @property
    def shown(self) -> NodeAnswer | None:
        """What it says of the entry point by now."""
        return self.newest if self.newest.unreachable else self.answer

    @property
    def up(self) -> bool:
        """Whether it can be reached."""
        return self.newest.unreachable is None

    def as_old_as_before(self, by: float) -> "NodeView":
        """The same after the clock was put forward ``by`` seconds, or back."""
        answer = self.answer.as_old_as_before(by) if self.answer else None
        return NodeView(self.newest.as_old_as_before(by), answer)


@frozen
class NodeDifference:
    """A node that says something else than its server, since a moment in Unix time."""

    node: str
    answer: NodeAnswer
    server: Stance
    since: float

    @property
    def says(self) -> Stance:
        """What the node says."""
        return self.answer.stance or Stance.FAILED


def stance_of(poll: Observation | None) -> Stance | None:
    """What an answer of ``chatAllowed`` says; ``None`` where that is neither yes nor no."""
    if poll is None or poll.endpoint is not Endpoint.CHAT_ALLOWED:
        return None
    outcome = poll.outcome
    if isinstance(outcome, Failure):
        return Stance.FAILED
    if not isinstance(outcome, ChatAllowed) or outcome.allowed is None:
        return None
    return Stance.OPEN if outcome.allowed else Stance.CLOSED


def viewed(
    nodes: tuple[NodeView, ...], answer: NodeAnswer, key: EntryPointKey
) -> tuple[NodeView, ...]:
    """The nodes of an entry point after an answer about it or another one of its server.

    The same object where the answer tells this one nothing but that the node is still there.
    """
    view = next((one for one in nodes if one.node == answer.node), None)
    if view and answer.key != key and not _is_news(answer, view.newest):
        return nodes
    of_this = answer if answer.key == key else view.answer if view else None
    if of_this and of_this.unreachable and not answer.unreachable:
        # It is back: what was not reached then says nothing of now.
        of_this = None
    others = [one for one in nodes if one.node != answer.node]
    after = [*others, NodeView(answer, of_this)][-MOST_NODES:]
    return tuple(sorted(after, key=lambda one: one.node))


def _is_news(answer: NodeAnswer, newest: NodeAnswer) -> bool:
    changed = (answer.unreachable, min(answer.rounds, ROUNDS) if answer.unreachable else 0) != (
        newest.unreachable,
        min(newest.rounds, ROUNDS) if newest.unreachable else 0,
    )
    return changed or not is_recent(newest.poll.at, answer.poll.at, TOLD_SECONDS)


def known_answers(nodes: Iterable[Sequence[NodeView]]) -> tuple[NodeAnswer, ...]:
    """All answers that the nodes of entry points gave, oldest first."""
    found = {
        id(answer): answer
        for views in nodes
        for view in views
        for answer in (view.newest, view.answer)
        if answer
    }
    return tuple(sorted(found.values(), key=lambda one: one.poll.at))
