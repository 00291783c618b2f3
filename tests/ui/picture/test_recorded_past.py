"""What a recording knows of an entry point, put together with what the board heard itself."""

from dataclasses import fields

import pytest
from recorder.recordings import START, poll
from recorder.shift import (
    BAD_AT,
    BAD_BODY,
    BROKEN,
    END,
    ENTRY_POINTS,
    GOOD_AT,
    WENT_BAD,
    at_round,
    recorded_shift,
    shift_events,
)

from wallboard.board import Board
from wallboard.domain.change import Subject
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.event import ExpectationChanged
from wallboard.domain.expectation import Expectation, Expected
from wallboard.domain.state import RECENT_POLLS
from wallboard.recorder.recording import Recording
from wallboard.ui.drilldown.good_and_bad import last_good_and_bad
from wallboard.ui.picture.recorded_past import merged, read_recorded

INTERVAL = 10.0


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    path = recorded_shift(tmp_path_factory.mktemp("shift") / "shift.db")
    with Recording.open(path) as opened:
        yield opened


def restored(recording, at):
    """A board as a recording gives it back, and the same with all its past."""
    board = Board(ENTRY_POINTS)
    board.fold(recording.board_at(at))
    return board, together_at(board, recording, at)


def together_at(board, recording, at):
    return merged(board.status(BROKEN), read_recorded(recording, BROKEN, at, INTERVAL))


def test_all_that_is_not_of_the_past_is_as_the_board_has_it(recording):
    board = Board(ENTRY_POINTS)
    board.fold(recording.board_at(BAD_AT))
    night = Expectation(Expected(False, None, "night"))
    board.fold(ExpectationChanged(BAD_AT, {BROKEN: night}))
    own, whole = board.status(BROKEN), together_at(board, recording, BAD_AT)
    names = {field.name for field in fields(own)} - {"state", "timeline"}
    assert own.expectation == night
    assert {name: getattr(whole, name) for name in names} == {
        name: getattr(own, name) for name in names
    }


@pytest.mark.parametrize("endpoint", [Endpoint.CHAT_ALLOWED, Endpoint.CHECK_ELIGIBILITY])
@pytest.mark.parametrize("later", [0.0, 5.0, 95.0])
def test_the_diff_has_the_very_polls_between_which_it_turned_bad(recording, endpoint, later):
    _, status = restored(recording, BAD_AT + later)
    turn = last_good_and_bad(status, endpoint)
    if later == 0.0 and endpoint is Endpoint.CHECK_ELIGIBILITY:
        assert turn.bad is None or turn.bad.at <= BAD_AT  # it was not asked again by then
        return
    offset = 0.0 if endpoint is Endpoint.CHAT_ALLOWED else 0.1
    assert turn.bad.at == pytest.approx(BAD_AT + offset, rel=0, abs=0.01)
    assert turn.good.at == pytest.approx(BAD_AT - INTERVAL + offset, rel=0, abs=0.5)
    assert not turn.over
    if endpoint is Endpoint.CHAT_ALLOWED:
        assert turn.bad.response.body == BAD_BODY


def test_once_it_is_good_again_the_diff_says_so(recording):
    _, status = restored(recording, GOOD_AT)
    turn = last_good_and_bad(status, Endpoint.CHAT_ALLOWED)
    assert turn.over
    assert turn.bad.at == pytest.approx(BAD_AT, rel=0, abs=0.01)


def test_a_restored_board_has_the_last_polls_and_the_answers_of_its_changes(recording):
    board, status = restored(recording, END)
    assert len(board.status(BROKEN).state.endpoint(Endpoint.CAPACITY).recent) == 1
    assert len(status.state.endpoint(Endpoint.CAPACITY).recent) == RECENT_POLLS
    assert not any(change.observation for change in board.status(BROKEN).timeline)
    bodies = [
        change.observation.response.body
        for change in status.timeline
        if change.subject is Subject.VERDICT and change.observation
    ]
    assert BAD_BODY in bodies
    times = [change.at for change in status.timeline]
    assert times == sorted(times)
    assert {change.at for change in board.status(BROKEN).timeline} <= set(times)


def test_what_the_board_heard_itself_counts_more(recording):
    board, _ = restored(recording, END)
    at = END - START + 5
    board.fold(poll(Endpoint.CHAT_ALLOWED, at, "true", id=BROKEN.id, body=BAD_BODY))
    status = together_at(board, recording, END)
    own = board.status(BROKEN)
    assert status.timeline[-1] is own.timeline[-1]
    recent = status.state.endpoint(Endpoint.CHAT_ALLOWED).recent
    assert recent[-1] is own.state.endpoint(Endpoint.CHAT_ALLOWED).last
    assert [one.at for one in recent] == sorted(one.at for one in recent)
    assert len(recent) == RECENT_POLLS


def test_a_board_that_heard_all_itself_gains_nothing_twice(recording):
    board = Board(ENTRY_POINTS)
    for event in shift_events():
        if event.at < at_round(WENT_BAD + 3):
            board.fold(event)
    own = board.status(BROKEN)
    status = together_at(board, recording, at_round(WENT_BAD + 3))
    seen = [(change.at, change.after) for change in status.timeline]
    assert len(seen) == len(set(seen))
    assert seen[-len(own.timeline) :] == [(change.at, change.after) for change in own.timeline]
    for endpoint, state in own.state.endpoints.items():
        assert status.state.endpoint(endpoint).recent == state.recent


def test_of_what_was_never_heard_nothing_is_known(recording):
    assert read_recorded(recording, BROKEN, START - 100, INTERVAL) is None
