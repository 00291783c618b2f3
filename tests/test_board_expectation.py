"""What is expected of an entry point changes its level and never its verdict."""

from events import ALLOWED, KEY, heard, refused

from wallboard.board import Board
from wallboard.domain.change import Subject
from wallboard.domain.endpoint import Endpoint, EntryPoint
from wallboard.domain.event import ExpectationChanged, RecordedBoard, RecordedStatus
from wallboard.domain.expectation import (
    NOTHING_EXPECTED,
    Conformity,
    Expectation,
    Expected,
    Maintenance,
)
from wallboard.domain.history import History
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.domain.policy import Level, Policy, Verdict
from wallboard.domain.state import EndpointState

CLOSED = Expectation(Expected(False, 900.0, "regular hours Mon–Fri 08:00–18:00"))
OPEN = Expectation(Expected(True, 900.0, "regular hours Mon–Fri 08:00–18:00"))
UPGRADE = Expectation(None, Maintenance(900.0, "upgrade"))
NO_AGENTS = heard(refused("agent_not_available"), at=10.0)


def board_with(*events: object):
    board = Board([(EntryPoint(KEY, "Sales"), Policy())])
    for event in events:
        board.fold(event)
    return board


def expect(at, expectation):
    return ExpectationChanged(at, {KEY: expectation})


def status_of(board):
    return board.status(KEY)


def test_at_closing_time_an_entry_point_without_agents_is_as_it_should_be():
    board = board_with(expect(0.0, OPEN), NO_AGENTS)
    assert status_of(board).judgement.level is Level.CRITICAL
    assert status_of(board).conformity is Conformity.SHOULD_BE_OPEN
    folded = board.fold(expect(20.0, CLOSED))
    status = status_of(board)
    assert (status.judgement.verdict, status.judgement.level) == (
        Verdict.AGENT_NOT_AVAILABLE,
        Level.OK,
    )
    assert status.conformity is Conformity.AS_SCHEDULED
    (change,) = folded.changes
    assert (change.subject, change.before, change.after) == (Subject.LEVEL, "critical", "ok")
    assert (change.at, change.lasted, change.observation) == (20.0, 10.0, None)
    assert "closed as scheduled (regular hours Mon–Fri 08:00–18:00)" in change.summary
    assert board.snapshot(20.0).events == (*status.timeline,)[-1:]
    assert (status.since, status.onset.before) == (10.0, Level.CRITICAL)


def test_polls_go_on_by_what_is_expected_and_change_nothing_by_themselves():
    board = board_with(expect(0.0, CLOSED), heard(ALLOWED, at=10.0))
    assert status_of(board).judgement.level is Level.WARNING
    assert status_of(board).conformity is Conformity.OUTSIDE_HOURS
    again = board.fold(heard(ALLOWED, at=20.0))
    assert again.changes == ()
    assert status_of(board).judgement.level is Level.WARNING
    closed = board.fold(heard(refused("other"), at=30.0))
    assert [one.after for one in closed.changes] == ["other"]
    assert status_of(board).judgement.level is Level.OK


def test_a_server_that_is_out_of_reach_at_night_is_a_warning_and_critical_by_day():
    down = ServerStatus("prod", 20.0, Failure(Cause.REFUSED, "nobody"), 19.0, 30.0)
    board = board_with(expect(0.0, CLOSED), NO_AGENTS, down)
    assert status_of(board).judgement.level is Level.WARNING
    board.fold(expect(40.0, OPEN))
    assert status_of(board).judgement.level is Level.CRITICAL
    board.fold(expect(50.0, UPGRADE))
    assert status_of(board).judgement.level is Level.OK
    assert status_of(board).conformity is Conformity.MAINTENANCE


def test_what_was_never_asked_makes_no_event_of_what_is_expected():
    board = board_with()
    folded = board.fold(expect(0.0, UPGRADE))
    assert folded.changes == ()
    assert [one.expectation for one in folded.statuses] == [UPGRADE]
    assert board.fold(expect(1.0, UPGRADE)).statuses == ()
    assert board.fold(expect(2.0, NOTHING_EXPECTED)).changes == ()


def test_another_policy_leaves_what_is_expected():
    board = board_with(expect(0.0, CLOSED), NO_AGENTS)
    board.replace([(EntryPoint(KEY, "Vendas"), Policy(interval=30.0))], 20.0)
    assert status_of(board).expectation == CLOSED
    assert status_of(board).judgement.level is Level.OK


def test_a_recorded_board_has_what_was_expected_then():
    poll = EndpointState().updated(NO_AGENTS)
    recorded = RecordedStatus(
        KEY,
        {Endpoint.CHAT_ALLOWED: poll},
        History(),
        Verdict.AGENT_NOT_AVAILABLE,
        Level.OK,
        10.0,
        expectation=CLOSED,
    )
    board = board_with(expect(0.0, OPEN), RecordedBoard(20.0, (recorded,)))
    assert status_of(board).expectation == CLOSED
    assert status_of(board).judgement.level is Level.OK
