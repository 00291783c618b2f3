"""Short ways to say what an entry point answered, for the tests of the rules and the board."""

from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.history import History
from wallboard.domain.observation import Cause, Failure, Observation, Request, Response
from wallboard.domain.reading import (
    AgentAvailability,
    Capacity,
    ChatAllowed,
    CheckEligibility,
    LiveSessionStatus,
)
from wallboard.domain.state import EndpointState, EntryPointState

KEY = EntryPointKey("prod", 1000)
ENDPOINT_OF = {
    ChatAllowed: Endpoint.CHAT_ALLOWED,
    CheckEligibility: Endpoint.CHECK_ELIGIBILITY,
    LiveSessionStatus: Endpoint.LIVE_SESSION_STATUS,
    Capacity: Endpoint.CAPACITY,
    AgentAvailability: Endpoint.AGENT_AVAILABILITY,
}
REQUEST = Request("GET", "http://h/x")
ALLOWED = ChatAllowed(allowed=True)


def heard(fact, *, at=0.0, key=KEY, body=None):
    """A good poll: the endpoint follows from the fact."""
    response = None if body is None else Response(200, "OK", b"", body)
    return Observation(key, ENDPOINT_OF[type(fact)], at, 0.01, fact, REQUEST, response)


def failed(endpoint, cause=Cause.HTTP, *, at=0.0, key=KEY, message=None):
    """A failed poll."""
    failure = Failure(cause, message or f"{endpoint} failed: {cause}")
    return Observation(key, endpoint, at, 0.01, failure, REQUEST)


def refused(reason):
    """The answer that a chat may not start, for a documented reason."""
    return ChatAllowed(allowed=False, reason=reason, raw_reason=reason)


def state_after(*observations: object, endpoints=tuple(Endpoint)):
    """What an entry point has said after these polls; facts stand for good polls."""
    entry_point = EntryPoint(KEY, "Sales", endpoints=endpoints)
    state = EntryPointState(entry_point, dict.fromkeys(endpoints, EndpointState()), History())
    for one in observations:
        state = state.updated(one if isinstance(one, Observation) else heard(one))
    return state
