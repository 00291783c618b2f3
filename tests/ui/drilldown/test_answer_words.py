"""What an answer means, in words."""

import unicodedata

import pytest
from boards import HTTP_500, NOW, REFUSED, observed
from hypothesis import given
from hypothesis import strategies as st

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.observation import Cause, Failure
from wallboard.domain.reading import (
    AgentAvailability,
    Capacity,
    ChatAllowed,
    CheckEligibility,
    LiveSessionStatus,
)
from wallboard.ui.drilldown.endpoints import meaning

KEY = EntryPointKey("prod", 1000)


def words(outcome):
    return meaning(observed(KEY, Endpoint.CHAT_ALLOWED, outcome, NOW, body=b""))


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (AgentAvailability(True), "an agent is available"),
        (AgentAvailability(False), "no agent is available"),
        (AgentAvailability(None, raw="yes"), "available='yes': not understood"),
        (AgentAvailability(None), "available=(missing): not understood"),
        (Capacity(1), "agents can take 1 more chat"),
        (Capacity(0), "agents can take 0 more chats"),
        (Capacity(-2), "agents can take -2 more chats"),
        (Capacity(None, raw="many"), "count='many': not understood"),
        (CheckEligibility(0), "responseType=0: the queue can take new chats"),
        (CheckEligibility(1), "responseType=1: no agent is available"),
        (CheckEligibility(2), "responseType=2: the queue has reached its maximum depth"),
        (CheckEligibility(7), "responseType=7: not documented"),
        (CheckEligibility(None, raw="7"), "responseType='7': not understood"),
        (ChatAllowed(True), "allowed=true: a chat can be started"),
        (ChatAllowed(False, "queue_depth_reached"), "allowed=false queue_depth_reached"),
        (ChatAllowed(False), "allowed=false, without a reason"),
        (
            ChatAllowed(False, raw_reason="lunch"),
            "allowed=false 'lunch', a reason that is not documented",
        ),
        (ChatAllowed(None, raw_allowed="maybe"), "allowed='maybe': not understood"),
        (
            LiveSessionStatus(75.0, 3),
            "wait 1m15s, queue 3; a new arrival would be number 4",
        ),
        (
            LiveSessionStatus(3.0, 1_234_567),
            "wait 3s, queue 1234567; a new arrival would be number 1234568",
        ),
        (
            LiveSessionStatus(None, None, raw_wait="NaN"),
            "waitTime='NaN': not understood, queueDepth=(missing): not understood",
        ),
        (REFUSED, REFUSED.message),
        (HTTP_500, HTTP_500.message),
    ],
)
def test_every_answer_is_said_in_words(outcome, said):
    assert words(outcome) == said


def test_a_failure_does_not_repeat_the_name_of_its_endpoint():
    failure = Failure(Cause.EMPTY, "chatAllowed: the server answered 200 with an empty body.")

    assert words(failure) == "the server answered 200 with an empty body."


def test_an_answer_that_was_not_well_formed_says_so():
    assert words(ChatAllowed(True, lenient=True)).endswith("(~ not well formed)")


hostile = st.none() | st.text(st.characters(codec=None), max_size=40)


@given(
    st.one_of(
        st.builds(AgentAvailability, st.none(), hostile),
        st.builds(Capacity, st.none(), hostile),
        st.builds(CheckEligibility, st.none(), hostile),
        st.builds(LiveSessionStatus, st.none(), st.none(), hostile, hostile),
        st.builds(ChatAllowed, st.none(), st.none(), hostile),
        st.builds(ChatAllowed, st.just(False), st.none(), st.none(), hostile),
        st.builds(Failure, st.sampled_from(Cause), st.text(st.characters(codec=None))),
    )
)
def test_no_value_of_a_server_steers_the_terminal(outcome):
    said = words(outcome)
    assert not {unicodedata.category(char) for char in said} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
