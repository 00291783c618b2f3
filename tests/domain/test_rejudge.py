"""The short way to a judgement must never lead elsewhere than the long one."""

from hypothesis import given
from hypothesis import strategies as st

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import Cause, Failure, Observation, Request, ServerStatus
from wallboard.domain.policy import Policy
from wallboard.domain.reading import (
    AgentAvailability,
    Capacity,
    ChatAllowed,
    CheckEligibility,
    LiveSessionStatus,
)
from wallboard.domain.verdict import judge

KEY = EntryPointKey("prod", 1000)
POLICY = Policy()
REFUSED = Failure(Cause.REFUSED, "Refused.")
FAILURES = (REFUSED, Failure(Cause.HTTP, "HTTP 500."), Failure(Cause.HTTP, "HTTP 503."))
READINGS = {
    Endpoint.CHAT_ALLOWED: (ChatAllowed(True), ChatAllowed(False, "agent_not_available")),
    Endpoint.CHECK_ELIGIBILITY: (CheckEligibility(0), CheckEligibility(1), CheckEligibility(None)),
    Endpoint.LIVE_SESSION_STATUS: (LiveSessionStatus(5.0, 1), LiveSessionStatus(500.0, 30)),
    Endpoint.CAPACITY: (Capacity(4), Capacity(0), Capacity(0, lenient=True)),
    Endpoint.AGENT_AVAILABILITY: (AgentAvailability(True), AgentAvailability(False)),
}

polls = st.sampled_from(list(Endpoint)).flatmap(
    lambda endpoint: st.tuples(st.just(endpoint), st.sampled_from(READINGS[endpoint] + FAILURES))
)
outages = st.sampled_from([None, REFUSED])


@given(st.lists(polls | outages, max_size=60))
def test_a_board_judges_as_if_it_judged_everything_anew(steps):
    board = Board([(EntryPoint(KEY, "Sales"), POLICY)])
    outage = None
    for second, step in enumerate(steps):
        at = 1000.0 + second
        if isinstance(step, tuple):
            endpoint, outcome = step
            board.fold(Observation(KEY, endpoint, at, 0.1, outcome, Request("GET", "http://e/")))
        else:
            outage = step
            board.fold(ServerStatus("prod", at, outage))
        status = board.snapshot(at).entry_points[KEY]
        anew = judge(status.state, POLICY, outage)
        assert status.judgement == anew
        assert status.judgement.newest_at == anew.newest_at
        assert status.judgement.fresh_until == anew.fresh_until
