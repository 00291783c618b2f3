"""When a node differs from its server, when that counts, and when it is over."""

import pytest

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.event import ClockSet
from wallboard.domain.node import OVERDUE_SECONDS, NodePoll, Stance
from wallboard.domain.node_difference import differences, known_nodes
from wallboard.domain.observation import Cause, Failure, Observation, Request
from wallboard.domain.policy import Policy, Verdict
from wallboard.domain.reading import ChatAllowed

SALES, BILLING = (EntryPointKey("prod", number) for number in (1000, 1001))
OPEN = ChatAllowed(True)
CLOSED = ChatAllowed(False, "agent_not_available")
BUSY = Failure(Cause.HTTP, "503")
DEAD = Failure(Cause.REFUSED, "refused")
NODE = "10.0.0.12:443"


def poll(outcome, at, key=SALES):
    request = Request("GET", "http://ece/chatAllowed")
    return Observation(key, Endpoint.CHAT_ALLOWED, at, 0.01, outcome, request)


class Told:
    """A board that was told things in seconds from 1000 on."""

    def __init__(self) -> None:
        points = [(EntryPoint(key, str(key.id)), Policy()) for key in (SALES, BILLING)]
        self.board = Board(points)
        self.at = 1000.0

    def server(self, outcome, key=SALES):
        self.at += 1
        self.board.fold(poll(outcome, self.at, key))
        return self

    def node(self, outcome, key=SALES, node=NODE):
        self.at += 1
        self.board.fold(NodePoll(node, poll(outcome, self.at, key), self.at + 10))
        return self

    def differs(self, key=SALES, at=None):
        status = self.board.snapshot(at or self.at).entry_points[key]
        return [(one.server, one.says, one.since) for one in differences(status, at or self.at)]


@pytest.fixture
def told():
    return Told()


def test_a_node_that_says_the_same_does_not_differ(told):
    told.server(OPEN).node(OPEN).node(OPEN)

    assert told.differs() == []
    assert known_nodes(told.board.status(SALES), told.at)[0].up


@pytest.mark.parametrize("outcome", [CLOSED, BUSY, DEAD])
def test_a_node_differs_once_it_does_so_twice_in_a_row_since_the_first_time(told, outcome):
    told.server(OPEN).node(outcome)
    began = told.at
    assert told.differs() == []

    told.server(OPEN).node(outcome)

    says = Stance.CLOSED if outcome is CLOSED else Stance.FAILED
    assert told.differs() == [(Stance.OPEN, says, began)]
    assert told.board.status(SALES).judgement.verdict is Verdict.OPEN


def test_a_change_under_way_is_no_difference(told):
    told.server(OPEN).node(CLOSED).server(CLOSED)
    assert told.differs() == []

    told.node(CLOSED).server(OPEN).node(CLOSED)

    assert told.differs() == []


def test_a_server_that_fails_while_a_node_answers_is_a_difference(told):
    told.server(BUSY).node(OPEN).node(OPEN)

    assert told.differs()[0][:2] == (Stance.FAILED, Stance.OPEN)


def test_both_failing_is_none(told):
    told.server(BUSY).node(DEAD).node(DEAD)

    assert told.differs() == []


def test_nothing_is_compared_with_what_is_out_of_date(told):
    told.server(OPEN).node(CLOSED).node(CLOSED)
    stale = told.at + told.board.status(SALES).policy.stale_after + 1

    assert told.differs() != []
    assert told.differs(at=stale) == []
    told.at = stale
    assert told.node(CLOSED).node(CLOSED).differs() == []


def test_a_node_out_of_reach_differs_for_all_entry_points_and_is_back_for_all(told):
    told.server(OPEN).server(OPEN, BILLING).node(DEAD, SALES).node(DEAD, BILLING)
    assert told.differs(SALES) == told.differs(BILLING) != []

    told.node(OPEN, SALES)

    assert told.differs(SALES) == told.differs(BILLING) == []


def test_another_difference_of_one_entry_point_is_that_of_no_other(told):
    told.server(OPEN).server(OPEN, BILLING).node(CLOSED).node(OPEN, BILLING).node(CLOSED)

    assert told.differs() != []
    assert told.differs(BILLING) == []
    assert told.node(OPEN).differs() == []


def test_a_node_that_is_not_asked_any_more_is_forgotten(told):
    told.server(OPEN).node(DEAD).node(DEAD)
    later = told.at + 10 + OVERDUE_SECONDS + 1
    told.at = later
    told.server(OPEN)

    assert known_nodes(told.board.status(SALES), told.at) == ()
    assert told.differs() == []


def test_a_clock_that_is_set_leaves_ages_as_they_were(told):
    told.server(OPEN).node(DEAD).node(DEAD)
    (before,) = told.differs()

    told.board.fold(ClockSet(3600.0))
    told.at += 3600.0

    assert told.differs() == [(*before[:2], before[2] + 3600.0)]


def test_an_answer_without_yes_or_no_is_no_difference(told):
    unclear = ChatAllowed(None, raw_allowed="maybe")

    assert told.server(OPEN).node(unclear).node(unclear).differs() == []


def test_a_recorded_board_gives_the_same_nodes(told):
    told.server(OPEN).server(OPEN, BILLING).node(CLOSED).node(CLOSED).node(OPEN, BILLING)
    other = Told()
    other.at = told.at

    other.board.fold(told.board.snapshot(told.at).recorded)

    assert other.differs() == told.differs() != []
    assert other.board.status(BILLING).nodes == told.board.status(BILLING).nodes
