from events import ALLOWED, failed, heard, state_after

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.reading import Capacity, ChatAllowed
from wallboard.domain.state import RECENT_POLLS


def test_the_last_polls_are_kept_oldest_first_and_bounded():
    polls = [heard(Capacity(number), at=float(number)) for number in range(RECENT_POLLS + 5)]
    endpoint = state_after(*polls).endpoint(Endpoint.CAPACITY)
    assert list(endpoint.recent) == polls[-RECENT_POLLS:]
    assert endpoint.last is polls[-1]


def test_the_last_good_poll_outlives_any_number_of_failures():
    good = heard(Capacity(7))
    bad = [failed(Endpoint.CAPACITY, at=float(number)) for number in range(RECENT_POLLS + 5)]
    state = state_after(good, *bad)
    endpoint = state.endpoint(Endpoint.CAPACITY)
    assert endpoint.good is good
    assert endpoint.failure is bad[-1].outcome
    assert state.latest(Endpoint.CAPACITY, Capacity) is None
    assert state.known(Endpoint.CAPACITY, Capacity) == Capacity(7)


def test_an_endpoint_that_was_never_polled_says_nothing():
    endpoint = state_after(endpoints=()).endpoint(Endpoint.CHAT_ALLOWED)
    assert endpoint.recent == ()
    assert (endpoint.good, endpoint.last, endpoint.failure) == (None, None, None)


def test_hearing_leaves_the_state_before_as_it_was():
    before = state_after(ALLOWED)
    before.updated(failed(Endpoint.CHAT_ALLOWED))
    assert before.latest(Endpoint.CHAT_ALLOWED, ChatAllowed) is ALLOWED
