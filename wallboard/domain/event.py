"""The events that a feed publishes, among them a recorded board at one moment."""

from collections.abc import Mapping

from wallboard.domain.change import Change
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.expectation import NOTHING_EXPECTED, Expectation
from wallboard.domain.history import History
from wallboard.domain.node import NodeAnswer, NodePoll
from wallboard.domain.observation import Observation, ServerStatus
from wallboard.domain.onset import Onset
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.state import EndpointState
from wallboard.domain.state_strip import NOTHING_KNOWN, StateStrip
from wallboard.frozen import frozen


@frozen
class RecordedStatus:
    """The recorded state of one entry point.

    ``verdict`` and ``level`` are those it was given then; ``since`` is when the verdict began (Unix
    time in seconds), ``onset`` how the two did. ``timeline`` is its last changes, oldest first.
    ``disagreements`` counts the rounds in a row in which ``chatAllowed`` and ``checkEligibility``
    contradicted each other. ``expectation`` is what was expected of it then.
    """

    key: EntryPointKey
    endpoints: Mapping[Endpoint, EndpointState]
    history: History
    verdict: Verdict | None = None
    level: Level | None = None
    since: float | None = None
    onset: Onset | None = None
    timeline: tuple[Change, ...] = ()
    disagreements: int = 0
    strip: StateStrip = NOTHING_KNOWN
    expectation: Expectation = NOTHING_EXPECTED


@frozen
class RecordedBoard:
    """The recorded state of the whole board at ``at``, Unix time in seconds.

    Entry points that are not among these were not polled; ``events`` are oldest first, and so are
    the ``nodes``, by their polls.
    """

    at: float
    entry_points: tuple[RecordedStatus, ...]
    servers: tuple[ServerStatus, ...] = ()
    events: tuple[Change, ...] = ()
    nodes: tuple[NodeAnswer, ...] = ()


@frozen
class ClockSet:
    """The clock was set forward by ``by`` seconds, or back: ages stay as they were."""

    by: float


@frozen
class ExpectationChanged:
    """Something else is expected of these entry points from ``at`` on, Unix time in seconds."""

    at: float
    expectations: Mapping[EntryPointKey, Expectation]


Event = (
    Observation
    | ServerStatus
    | RecordedBoard
    | ClockSet
    | ExpectationChanged
    | NodePoll
    | NodeAnswer
)
"""A poll, the status of a server, a recorded board, a clock that was set, what is expected, a poll
of a node, and what that means."""
