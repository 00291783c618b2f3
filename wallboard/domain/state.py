"""What has been heard of one entry point so far, as one immutable value."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from wallboard.domain.endpoint import Endpoint, EntryPoint
from wallboard.domain.history import History
from wallboard.domain.observation import Failure, Observation
from wallboard.domain.reading import (
    CAN_TAKE_CHATS,
    MAXIMUM_DEPTH,
    NO_AGENT,
    ChatAllowed,
    CheckEligibility,
)

RECENT_POLLS = 20
"""Polls kept of each endpoint, with their bodies, for the drill-down."""

Fact = TypeVar("Fact")


@dataclass(frozen=True, slots=True)
class EndpointState:
    """The last polls of one endpoint, oldest first, and its last good one, which may be older."""

    recent: tuple[Observation, ...] = ()
    good: Observation | None = None

    @property
    def last(self) -> Observation | None:
        """The newest poll, good or bad."""
        return self.recent[-1] if self.recent else None

    @property
    def failure(self) -> Failure | None:
        """Why the newest poll failed, if it did."""
        last = self.last
        return last.outcome if last and isinstance(last.outcome, Failure) else None

    def heard(self, observation: Observation) -> "EndpointState":
        """The state after one more poll."""
        good = self.good if isinstance(observation.outcome, Failure) else observation
        return EndpointState((*self.recent[1 - RECENT_POLLS :], observation), good)


UNHEARD = EndpointState()
_PAIR = frozenset({Endpoint.CHAT_ALLOWED, Endpoint.CHECK_ELIGIBILITY})


@dataclass(frozen=True, slots=True)
class EntryPointState:
    """Everything heard of one entry point.

    ``disagreements`` counts the rounds in a row in which ``chatAllowed`` and ``checkEligibility``
    contradicted each other; ``round`` is which of the two have answered in the round under way.
    """

    entry_point: EntryPoint
    endpoints: Mapping[Endpoint, EndpointState]
    history: History
    disagreements: int = 0
    round: frozenset[Endpoint] = frozenset()

    def endpoint(self, endpoint: Endpoint) -> EndpointState:
        """What was heard of one endpoint; nothing, if it is switched off."""
        return self.endpoints.get(endpoint, UNHEARD)

    def latest(self, endpoint: Endpoint, kind: type[Fact]) -> Fact | None:
        """The fact the newest poll read, or ``None`` if it failed or there was none."""
        last = self.endpoint(endpoint).last
        return last.outcome if last and isinstance(last.outcome, kind) else None

    def known(self, endpoint: Endpoint, kind: type[Fact]) -> Fact | None:
        """The fact of the last good poll, however old."""
        good = self.endpoint(endpoint).good
        return good.outcome if good and isinstance(good.outcome, kind) else None

    def heard(self, observation: Observation) -> "EntryPointState":
        """The state after one more poll."""
        endpoint = observation.endpoint
        state = self.endpoint(endpoint).heard(observation)
        after = replace(self, endpoints={**self.endpoints, endpoint: state})
        return after._compared(endpoint) if endpoint in _PAIR else after

    def _compared(self, endpoint: Endpoint) -> "EntryPointState":
        # The five GETs are not one transaction: the two are compared once both are new.
        chat_allowed = self.latest(Endpoint.CHAT_ALLOWED, ChatAllowed)
        eligibility = self.latest(Endpoint.CHECK_ELIGIBILITY, CheckEligibility)
        if chat_allowed is None or eligibility is None:
            return replace(self, disagreements=0, round=self.round | {endpoint})
        if (self.round | {endpoint}) != _PAIR:
            return replace(self, round=self.round | {endpoint})
        count = self.disagreements + 1 if contradicts(chat_allowed, eligibility) else 0
        return replace(self, disagreements=count, round=frozenset())


def contradicts(chat_allowed: ChatAllowed, eligibility: CheckEligibility) -> bool:
    """Whether the two answers disagree about the same thing."""
    response_type = eligibility.response_type
    if chat_allowed.allowed:
        return response_type in {NO_AGENT, MAXIMUM_DEPTH}
    if chat_allowed.allowed is None:
        return False
    if chat_allowed.reason == "agent_not_available":
        return response_type in {CAN_TAKE_CHATS, MAXIMUM_DEPTH}
    if chat_allowed.reason == "queue_depth_reached":
        return response_type in {CAN_TAKE_CHATS, NO_AGENT}
    return False
