"""The last good and the first bad poll, wherever they are kept."""

import pytest
from boards import HTTP_500, NOW, observed

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import Observation
from wallboard.domain.policy import Policy
from wallboard.domain.reading import Capacity, ChatAllowed, LiveSessionStatus
from wallboard.ui.drilldown.good_and_bad import GoodAndBad, last_good_and_bad

KEY = EntryPointKey("prod", 1000)
OPEN, FULL = ChatAllowed(True), ChatAllowed(False, "queue_depth_reached")
LIVE = LiveSessionStatus(3.0, 1)


def status_after(*outcomes: object, endpoint=Endpoint.CHAT_ALLOWED):
    """One poll a second, the last at ``NOW``."""
    polls = [
        observed(KEY, endpoint, outcome, NOW - len(outcomes) + 1 + n)
        for n, outcome in enumerate(outcomes)
    ]
    return after(*polls)


def after(*polls: Observation):
    board = Board([(EntryPoint(KEY, "Sales"), Policy())])
    for poll in polls:
        board.fold(poll)
    return board.snapshot(NOW).entry_points[KEY]


def moments(turn):
    """Good and bad poll in seconds before ``NOW``."""
    return tuple(None if poll is None else poll.at - NOW for poll in (turn.good, turn.bad))


@pytest.mark.parametrize("bad", [FULL, HTTP_500, ChatAllowed(None, raw_allowed="maybe")])
def test_the_first_bad_poll_of_the_newest_run_and_the_good_one_before(bad):
    turn = last_good_and_bad(
        status_after(OPEN, bad, OPEN, OPEN, bad, bad, bad), Endpoint.CHAT_ALLOWED
    )
    assert moments(turn) == (-3, -2)
    assert not turn.over


def test_a_run_that_is_over_is_still_the_newest():
    turn = last_good_and_bad(status_after(OPEN, FULL, FULL, OPEN, OPEN), Endpoint.CHAT_ALLOWED)
    assert moments(turn) == (-4, -3)
    assert turn.over


def test_one_bad_reason_after_another_is_one_run():
    other = ChatAllowed(False, "agent_not_available")
    turn = last_good_and_bad(status_after(OPEN, FULL, HTTP_500, other), Endpoint.CHAT_ALLOWED)
    assert moments(turn) == (-3, -2)


def test_both_are_found_when_the_recent_polls_have_forgotten_them():
    outcomes = [OPEN] * 5 + [FULL] * 100
    turn = last_good_and_bad(status_after(*outcomes), Endpoint.CHAT_ALLOWED)
    assert moments(turn)[1] == -99
    good = last_good_and_bad(
        status_after(*[OPEN] * 5, *[HTTP_500] * 100), Endpoint.CHAT_ALLOWED
    ).good
    assert good is not None
    assert good.at == NOW - 100


def test_without_a_good_poll_before_there_is_none():
    assert moments(last_good_and_bad(status_after(FULL, FULL), Endpoint.CHAT_ALLOWED)) == (None, -1)


def test_without_a_bad_poll_it_has_been_good_since_the_oldest_that_is_kept():
    turn = last_good_and_bad(status_after(OPEN, OPEN, OPEN), Endpoint.CHAT_ALLOWED)
    assert turn == GoodAndBad(good_since=NOW - 2)


def test_of_an_endpoint_that_was_not_asked_nothing_is_known():
    assert last_good_and_bad(status_after(OPEN), Endpoint.CAPACITY) == GoodAndBad()


def test_an_endpoint_that_answers_is_bad_while_the_verdict_is_not_open():
    polls = [
        observed(KEY, Endpoint.CHAT_ALLOWED, OPEN, NOW - 9),
        observed(KEY, Endpoint.CAPACITY, Capacity(3), NOW - 8),
        observed(KEY, Endpoint.CHAT_ALLOWED, FULL, NOW - 5),
        observed(KEY, Endpoint.CAPACITY, Capacity(0), NOW - 4),
        observed(KEY, Endpoint.CAPACITY, Capacity(0), NOW - 1),
    ]
    assert moments(last_good_and_bad(after(*polls), Endpoint.CAPACITY)) == (-8, -4)


def test_two_runs_with_an_open_verdict_between_them_are_two():
    polls = [
        observed(KEY, Endpoint.CHAT_ALLOWED, FULL, NOW - 9),
        observed(KEY, Endpoint.CAPACITY, Capacity(0), NOW - 8),
        observed(KEY, Endpoint.CHAT_ALLOWED, OPEN, NOW - 7),
        observed(KEY, Endpoint.CHAT_ALLOWED, FULL, NOW - 6),
        observed(KEY, Endpoint.CAPACITY, Capacity(0), NOW - 5),
    ]
    assert moments(last_good_and_bad(after(*polls), Endpoint.CAPACITY)) == (None, -5)


def test_polls_from_before_the_first_verdict_are_neither_good_nor_bad():
    polls = [
        observed(KEY, Endpoint.LIVE_SESSION_STATUS, LIVE, NOW - 9),
        observed(KEY, Endpoint.CHAT_ALLOWED, FULL, NOW - 8),
        observed(KEY, Endpoint.LIVE_SESSION_STATUS, LIVE, NOW - 7),
    ]
    turn = last_good_and_bad(after(*polls), Endpoint.LIVE_SESSION_STATUS)
    assert moments(turn) == (None, -7)
