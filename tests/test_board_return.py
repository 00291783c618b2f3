"""A server that is back: until an entry point was asked again, its old answers say nothing."""

import pytest
from events import ALLOWED, KEY, failed, heard, refused

from wallboard.board import Board
from wallboard.domain.change import Subject
from wallboard.domain.endpoint import Endpoint, EntryPoint
from wallboard.domain.event import RecordedBoard, RecordedStatus
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.domain.outage import with_outages_joined
from wallboard.domain.policy import Button, Level, Policy, Verdict
from wallboard.domain.reading import CheckEligibility, LiveSessionStatus

DOWN = Failure(Cause.REFUSED, "Nothing accepts connections.")
AWAY, BACK = ServerStatus("prod", 102.0, DOWN, since=100.0), ServerStatus("prod", 131.0)
BUSY = LiveSessionStatus(400.0, 30)
BEFORE = (heard(ALLOWED, at=90.0), heard(CheckEligibility(0, "0"), at=91.0), heard(BUSY, at=92.0))
ENDPOINTS = (Endpoint.CHAT_ALLOWED, Endpoint.CHECK_ELIGIBILITY, Endpoint.LIVE_SESSION_STATUS)


def board_after(*events: object):
    board = Board([(EntryPoint(KEY, "Sales", endpoints=ENDPOINTS), Policy())])
    for event in events:
        board.fold(event)
    return board


def refusals(at):
    return [failed(endpoint, Cause.REFUSED, at=at + n) for n, endpoint in enumerate(ENDPOINTS)]


def judged(board):
    return board.status(KEY).judgement


def told(board):
    """What the timeline shows: subject, before, after, duration."""
    changes = with_outages_joined(board.status(KEY).timeline)
    return [
        (one.before, one.after, one.lasted) for one in changes if one.subject is Subject.VERDICT
    ]


@pytest.mark.parametrize("failing", [[], refusals(98.0)])
def test_a_server_that_is_back_lets_no_old_answer_speak(failing):
    board = board_after(*BEFORE, *failing, AWAY, BACK)
    status, judgement = board.status(KEY), judged(board)
    assert (judgement.verdict, judgement.level) == (Verdict.WAITING, Level.UNKNOWN)
    assert judgement.summary == "Polling again since prod is back."
    assert (judgement.cause, judgement.failing, judgement.partial) == (None, (), False)
    assert judgement.button is Button.UNKNOWN
    assert (judgement.wait_seconds, judgement.queue_depth) == (None, None)
    assert (status.since, status.onset.before) == (BACK.at, Verdict.UNREACHABLE)
    assert status.states(131.0, 1)[0].verdict is Verdict.UNREACHABLE, "that minute it was"
    assert status.states(190.0, 1) == (None,), "and then nobody knows"


def test_the_server_is_back_as_well_as_anything_is_known_of_it():
    change = board_after(*BEFORE, *refusals(98.0), AWAY, BACK).snapshot(131.0).events[-1]
    assert (change.subject, change.after, change.level) == (Subject.SERVER, "ok", Level.OK)


def test_only_answers_after_the_return_count():
    board = board_after(*BEFORE, *refusals(98.0), AWAY, BACK)
    board.fold(heard(CheckEligibility(1, "1"), at=131.0))
    assert judged(board).verdict is Verdict.WAITING, "chatAllowed decides, and was not asked yet"
    board.fold(heard(ALLOWED, at=132.0))
    judgement = judged(board)
    assert (judgement.verdict, judgement.level) == (Verdict.OPEN, Level.OK), "its old wait is old"
    assert (judgement.wait_seconds, judgement.failing) == (None, ())
    board.fold(heard(BUSY, at=133.0))
    assert judged(board).level is Level.CRITICAL


def test_the_same_answer_as_before_is_a_new_one():
    board = board_after(*BEFORE, AWAY, BACK)
    for again in BEFORE:
        board.fold(heard(again.outcome, at=again.at + 50))
    assert judged(board).verdict is Verdict.OPEN
    assert judged(board).wait_seconds == 400.0


def test_a_failure_as_before_is_a_new_one():
    board = board_after(*BEFORE, *refusals(98.0), AWAY, BACK, *refusals(131.0))
    assert (judged(board).verdict, judged(board).failing) == (Verdict.UNREACHABLE, ENDPOINTS)


def test_the_timeline_tells_one_outage_as_one():
    well = [*BEFORE[:2], heard(LiveSessionStatus(0.0, 0), at=92.0)]
    board = board_after(*well, *refusals(100.0), AWAY, BACK, heard(ALLOWED, at=133.0))
    assert told(board)[1:] == [("open", "unreachable", 11.0), ("unreachable", "open", 29.0)]
    events = board.snapshot(140.0).events
    assert [(one.subject, one.after) for one in events] == [("server", "refused"), ("server", "ok")]


def test_what_it_became_in_the_outage_is_told_as_that():
    down = heard(refused("service_not_running"), at=133.0)
    board = board_after(*BEFORE, AWAY, BACK, down)
    newest = board.snapshot(140.0).events[-1]
    assert (newest.before, newest.after, newest.lasted) == (
        "unreachable",
        "service_not_running",
        29.0,
    )
    assert newest.observation.outcome == down.outcome


def test_what_still_cannot_be_reached_became_so_from_what_it_was():
    board = board_after(*BEFORE, AWAY, BACK, *refusals(131.0))
    newest = [one for one in board.snapshot(140.0).events if one.subject is Subject.VERDICT][-1]
    assert (newest.before, newest.after) == ("open", "unreachable")
    assert newest.summary == "chatAllowed failed: refused"


def test_a_server_that_bounces_is_asked_again_each_time():
    again = ServerStatus("prod", 133.0, DOWN, since=132.0)
    board = board_after(*BEFORE, AWAY, BACK, again)
    assert judged(board).verdict is Verdict.UNREACHABLE
    board.fold(ServerStatus("prod", 150.0))
    assert judged(board).verdict is Verdict.WAITING
    board.fold(heard(ALLOWED, at=151.0))
    assert judged(board).verdict is Verdict.OPEN


def recorded(*polls: object):
    state = board_after(*polls).status(KEY).state
    return RecordedStatus(KEY, state.endpoints, state.history, Verdict.WAITING, Level.UNKNOWN)


@pytest.mark.parametrize("after", [(), (heard(ALLOWED, at=131.0),)])
def test_a_restored_board_says_what_the_living_one_says(after):
    living = board_after(*BEFORE, *refusals(98.0), AWAY, BACK, *after)
    restored = board_after(
        RecordedBoard(132.0, (recorded(*BEFORE, *refusals(98.0), *after),), servers=(BACK,))
    )
    assert judged(restored) == judged(living)
    assert restored.status(KEY).state.unasked == living.status(KEY).state.unasked


def test_a_return_that_is_dated_ahead_by_a_clock_put_back_since_hides_nothing():
    board = board_after(RecordedBoard(100.0, (recorded(*BEFORE),), servers=(BACK,)))
    assert judged(board).verdict is Verdict.OPEN


def test_the_answer_that_a_recording_rounded_to_before_the_return_counts():
    first = heard(ALLOWED, at=BACK.at - 0.001)
    board = board_after(*BEFORE, *refusals(98.0), AWAY, first, BACK)
    assert judged(board).verdict is Verdict.OPEN
