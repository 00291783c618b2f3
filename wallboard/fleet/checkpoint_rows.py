"""The rows of a checkpoint; what they have in common stands once, and they refer to its place."""

from typing import Annotated

from msgspec import Meta, Struct

from wallboard.domain.change import TIMELINE_BOUND
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.state_strip import KEPT_MINUTES, WORST
from wallboard.fleet.change_row import ChangeRow
from wallboard.fleet.codebook import DICTIONARY_BYTES, MOST_ANSWERS, MOST_TARGETS
from wallboard.fleet.rows import (
    AnswerRow,
    Count,
    Id,
    Latency,
    Milliseconds,
    Moment,
    NodeRow,
    Place,
    Seconds,
    ServerRow,
    Target,
    Text,
)
from wallboard.fleet.sample_columns import SampleColumns

EVENTS = 500
"""Of the board, beside the timelines of its entry points."""

NODE_ANSWERS = 20_000
"""The newest of a board."""


class PollRow(Struct, array_like=True, frozen=True):
    """A poll of an endpoint, and the place of its answer."""

    at_ms: Milliseconds
    elapsed: Latency
    answer: Place


class EndpointRow(Struct, array_like=True, frozen=True):
    """The last poll of a target and its last good one."""

    target: Place
    last: PollRow
    good: PollRow | None


class NodeAnswerRow(Struct, array_like=True, frozen=True):
    """What a node said last of an entry point, by the target of its poll."""

    target: Place
    poll: PollRow
    node: NodeRow


class OnsetRow(Struct, array_like=True, frozen=True):
    """How a state began; before it was a verdict or, where only that changed, a level."""

    at: Moment
    seen: bool
    verdict: Verdict | None
    level: Level | None
    lasted: Seconds | None


class StripRow(Struct, array_like=True, frozen=True):
    """The worst state of each minute."""

    minute: Annotated[int, Meta(ge=-(10**9), le=10**10)]
    worst: Annotated[bytes, Meta(max_length=KEPT_MINUTES)]
    newest: Annotated[int, Meta(ge=0, le=WORST)]

    def __post_init__(self) -> None:
        """Refuse bytes that stand for no state."""
        if self.worst and max(self.worst) > WORST:
            raise ValueError("no such state")


class EntryPointRow(Struct, array_like=True, frozen=True):
    """An entry point; ``timeline`` are places of changes."""

    server: Text
    id: Id
    endpoints: Annotated[list[EndpointRow], Meta(max_length=len(Endpoint))]
    verdict: Verdict | None
    level: Level | None
    since: Moment | None
    onset: OnsetRow | None
    timeline: Annotated[list[Place], Meta(max_length=TIMELINE_BOUND)]
    disagreements: Place
    strip: StripRow
    samples: SampleColumns


class KnownRow(Struct, array_like=True, frozen=True):
    """An answer of the codebook by its number there, and its place among the answers here."""

    number: Count
    answer: Place


class CheckpointRow(Struct, array_like=True, frozen=True):
    """``targets`` begin with those of the codebook, of which ``last`` are the last answers."""

    epoch: Count
    revision: Count
    number: Count
    stored: Count
    sent_ms: Count
    at: Moment
    targets: Annotated[list[Target], Meta(max_length=2 * MOST_TARGETS)]
    answers: Annotated[list[AnswerRow], Meta(max_length=MOST_TARGETS)]
    last: Annotated[list[Annotated[int, Meta(ge=-1, le=2**62)]], Meta(max_length=MOST_TARGETS)]
    next: Count
    dictionary: Annotated[bytes, Meta(max_length=DICTIONARY_BYTES)]
    codebook: Annotated[list[KnownRow], Meta(max_length=MOST_ANSWERS)]
    entry_points: Annotated[list[EntryPointRow], Meta(max_length=MOST_TARGETS)]
    servers: Annotated[list[ServerRow], Meta(max_length=MOST_TARGETS)]
    changes: Annotated[list[ChangeRow], Meta(max_length=MOST_TARGETS)]
    events: Annotated[list[Place], Meta(max_length=EVENTS)]
    nodes: Annotated[list[NodeAnswerRow], Meta(max_length=NODE_ANSWERS)]
