"""The answers of one entry point so far, as one immutable value."""

from collections.abc import Mapping
from dataclasses import replace
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
from wallboard.frozen import frozen

RECENT_POLLS = 10
"""Polls kept of each endpoint, with their bodies, for the drill-down."""

Fact = TypeVar("Fact")


@frozen
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

    def updated(self, observation: Observation) -> "EndpointState":
        """The state after one more poll."""
        good = self.good if isinstance(observation.outcome, Failure) else observation
        return EndpointState((*self.recent[1 - RECENT_POLLS :], observation), good)


NEVER_POLLED = EndpointState()
_PAIR = frozenset({Endpoint.CHAT_ALLOWED, Endpoint.CHECK_ELIGIBILITY})


@frozen
class EntryPointState:
    """All answers of one entry point.

    ``disagreements`` counts the rounds in a row in which ``chatAllowed`` and ``checkEligibility``
    contradicted each other; ``round`` is which of the two have answered in the round under way.
    ``unasked`` are the endpoints that were not asked again since their server is back from an
    outage: what they said before it says nothing.
    ``good_at`` is when the last good poll was, Unix time by the clock as it is now: the last by
    their order, for the clock may have been put back since.
    """

    entry_point: EntryPoint
    endpoints: Mapping[Endpoint, EndpointState]
    history: History
    disagreements: int = 0
    round: frozenset[Endpoint] = frozenset()
    good_at: float | None = None
    unasked: frozenset[Endpoint] = frozenset()

    def endpoint(self, endpoint: Endpoint) -> EndpointState:
        """The answers of one endpoint; none if it is switched off."""
        return self.endpoints.get(endpoint, NEVER_POLLED)

    def current(self, endpoint: Endpoint) -> Observation | None:
        """The newest poll of an endpoint, good or bad, unless its server was away since."""
        return None if endpoint in self.unasked else self.endpoint(endpoint).last

    def failure(self, endpoint: Endpoint) -> Failure | None:
        """Why the newest poll of an endpoint failed, if it did and still says something."""
        last = self.current(endpoint)
        return last.outcome if last and isinstance(last.outcome, Failure) else None

    def latest(self, endpoint: Endpoint, kind: type[Fact]) -> Fact | None:
        """The fact the newest poll read, or ``None`` if it failed or there was none."""
        last = self.current(endpoint)
        return last.outcome if last and isinstance(last.outcome, kind) else None

    def known(self, endpoint: Endpoint, kind: type[Fact]) -> Fact | None:
        """The fact of the last good poll, however old, but of none before an outage."""
        good = None if endpoint in self.unasked else self.endpoint(endpoint).good
        return good.outcome if good and isinstance(good.outcome, kind) else None

    def updated(self, observation: Observation) -> "EntryPointState":
        """The state after one more poll."""
        endpoint = observation.endpoint
        state = self.endpoint(endpoint).updated(observation)
        disagreements, answered = self._compared(endpoint, observation)
        return EntryPointState(
            self.entry_point,
            {**self.endpoints, endpoint: state},
            self.history,
            disagreements,
            answered,
            self.good_at if isinstance(observation.outcome, Failure) else observation.at,
            self.unasked - {endpoint},
        )

    def server_back(self, at: float) -> "EntryPointState":
        """The state once its server is back from an outage, since ``at`` in Unix time."""
        unasked = unasked_since(self.endpoints, at)
        if not unasked:
            return self
        return replace(self, disagreements=0, round=frozenset(), unasked=unasked)

    def redefined(self, entry_point: EntryPoint) -> "EntryPointState":
        """The state of the same entry point after its name or polling changed."""
        endpoints = {endpoint: self.endpoint(endpoint) for endpoint in entry_point.endpoints}
        good_at = self.good_at if any(state.good for state in endpoints.values()) else None
        after = replace(
            self,
            entry_point=entry_point,
            endpoints=endpoints,
            good_at=good_at,
            unasked=self.unasked & endpoints.keys(),
        )
        if endpoints.keys() >= _PAIR:
            return after
        return replace(after, disagreements=0, round=frozenset())

    def _compared(
        self, endpoint: Endpoint, observation: Observation
    ) -> tuple[int, frozenset[Endpoint]]:
        """The disagreements and the round after one more poll."""
        # The five GETs are not one transaction: the two are compared once both are new.
        if endpoint not in _PAIR:
            return self.disagreements, self.round
        chat_allowed: object
        eligibility: object
        if endpoint is Endpoint.CHAT_ALLOWED:
            chat_allowed = observation.outcome
            eligibility = self.latest(Endpoint.CHECK_ELIGIBILITY, CheckEligibility)
        else:
            chat_allowed = self.latest(Endpoint.CHAT_ALLOWED, ChatAllowed)
            eligibility = observation.outcome
        answered = self.round | {endpoint}
        if not isinstance(chat_allowed, ChatAllowed) or not isinstance(
            eligibility, CheckEligibility
        ):
            return 0, answered
        if answered != _PAIR:
            return self.disagreements, answered
        count = self.disagreements + 1 if contradicts(chat_allowed, eligibility) else 0
        return count, frozenset()


ROUNDED_SECONDS = 0.01
"""A recording rounds the time of the poll by which a server is back."""


def unasked_since(
    endpoints: Mapping[Endpoint, EndpointState], returned_at: float
) -> frozenset[Endpoint]:
    """The polled endpoints that were not asked since their server is back, Unix time in seconds."""
    return frozenset(
        endpoint
        for endpoint, state in endpoints.items()
        if state.last and state.last.at < returned_at - ROUNDED_SECONDS
    )


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
