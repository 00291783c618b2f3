import pytest
from events import ALLOWED, failed, refused, state_after

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.policy import ButtonPolicy, Policy
from wallboard.domain.reading import (
    AgentAvailability,
    Capacity,
    ChatAllowed,
    CheckEligibility,
    LiveSessionStatus,
)
from wallboard.domain.verdict import judge

RULES = [
    (Endpoint.CHAT_ALLOWED, ALLOWED, "shown"),
    (Endpoint.CHAT_ALLOWED, refused("other"), "hidden"),
    (Endpoint.CHAT_ALLOWED, ChatAllowed(allowed=False, raw_reason="lunch"), "hidden"),
    (Endpoint.CHAT_ALLOWED, ChatAllowed(allowed=None, raw_allowed="x"), "unknown"),
    (Endpoint.AGENT_AVAILABILITY, AgentAvailability(True), "shown"),
    (Endpoint.AGENT_AVAILABILITY, AgentAvailability(False), "hidden"),
    (Endpoint.AGENT_AVAILABILITY, AgentAvailability(None, raw="x"), "unknown"),
    (Endpoint.CAPACITY, Capacity(1), "shown"),
    (Endpoint.CAPACITY, Capacity(0), "hidden"),
    (Endpoint.CAPACITY, Capacity(-1), "hidden"),
    (Endpoint.CAPACITY, Capacity(None, raw="x"), "unknown"),
    (Endpoint.CHECK_ELIGIBILITY, CheckEligibility(0), "shown"),
    (Endpoint.CHECK_ELIGIBILITY, CheckEligibility(1), "hidden"),
    (Endpoint.CHECK_ELIGIBILITY, CheckEligibility(2), "hidden"),
    (Endpoint.CHECK_ELIGIBILITY, CheckEligibility(3), "unknown"),
    (Endpoint.CHECK_ELIGIBILITY, CheckEligibility(None, raw="x"), "unknown"),
    (Endpoint.LIVE_SESSION_STATUS, LiveSessionStatus(60.0, 5), "shown"),
    (Endpoint.LIVE_SESSION_STATUS, LiveSessionStatus(60.1, 5), "hidden"),
    (Endpoint.LIVE_SESSION_STATUS, LiveSessionStatus(60.0, 6), "hidden"),
    (Endpoint.LIVE_SESSION_STATUS, LiveSessionStatus(None, 6), "hidden"),
    (Endpoint.LIVE_SESSION_STATUS, LiveSessionStatus(60.1, None), "hidden"),
    (Endpoint.LIVE_SESSION_STATUS, LiveSessionStatus(None, 5), "unknown"),
    (Endpoint.LIVE_SESSION_STATUS, LiveSessionStatus(60.0, None), "unknown"),
]


def button_of(state, policy):
    return judge(state, Policy(button=policy)).button


@pytest.mark.parametrize(("rule", "fact", "button"), RULES)
def test_the_button_follows_the_rule_of_the_site(rule, fact, button):
    policy = ButtonPolicy(rule, max_wait=60.0, max_queue=5)
    assert button_of(state_after(fact), policy).value == button


@pytest.mark.parametrize("rule", Endpoint)
def test_what_was_not_answered_or_is_off_or_failed_leaves_the_button_unknown(rule):
    policy = ButtonPolicy(rule)
    fact = next(fact for of, fact, button in RULES if of is rule and button == "shown")
    assert button_of(state_after(), policy).value == "unknown"
    assert button_of(state_after(endpoints=()), policy).value == "unknown"
    assert button_of(state_after(fact, failed(rule)), policy).value == "unknown"


def test_other_endpoints_have_no_say():
    state = state_after(ALLOWED, CheckEligibility(0), Capacity(0))
    assert button_of(state, ButtonPolicy(Endpoint.CAPACITY)).value == "hidden"
