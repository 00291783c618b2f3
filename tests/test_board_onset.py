"""Since when an entry point is as it is, and what it was before."""

from events import ALLOWED, KEY, heard, refused

from wallboard.board import Board
from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.event import ClockSet, RecordedBoard, RecordedStatus
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.domain.onset import Onset
from wallboard.domain.policy import Level, Policy, Verdict
from wallboard.domain.reading import LiveSessionStatus
from wallboard.domain.state import EndpointState
from wallboard.domain.state_strip import State

CLOSED = refused("agent_not_available")
DOWN = Failure(Cause.REFUSED, "refused")
OPEN = State(Level.OK, Verdict.OPEN)


def status_after(*events: object, board=None):
    board = board or Board([(EntryPoint(KEY, "Sales"), Policy(interval=10.0))])
    for event in events:
        board.fold(event)
    return board.status(KEY)


def every(fact, start, stop, step=10):
    return [heard(fact, at=float(at)) for at in range(start, stop, step)]


def test_what_a_board_began_with_has_been_so_at_least_since_then():
    assert status_after(*every(ALLOWED, 100, 200)).onset == Onset(100.0)


def test_a_state_that_was_seen_to_begin_says_what_it_was_before_and_for_how_long():
    status = status_after(*every(ALLOWED, 100, 160), *every(CLOSED, 160, 300))
    assert status.onset == Onset(160.0, seen=True, before=Verdict.OPEN, lasted=60.0)


def test_where_only_the_level_changed_it_was_the_other_level_before():
    slow = LiveSessionStatus(90.0, 0)
    status = status_after(
        *every(ALLOWED, 100, 160), heard(slow, at=155.0), *every(ALLOWED, 160, 200)
    )
    assert status.judgement.level is Level.WARNING
    assert status.onset == Onset(155.0, seen=True, before=Level.OK, lasted=55.0)
    assert status.since == 100.0


def test_after_a_gap_nobody_knows_since_when_nor_what_was_before():
    before = [*every(ALLOWED, 100, 200), *every(CLOSED, 200, 300)]
    same = status_after(*before, *every(CLOSED, 4000, 4100))
    other = status_after(*before, *every(ALLOWED, 4000, 4100))
    assert same.onset == other.onset == Onset(4000.0)
    assert same.since == 4000.0
    assert other.timeline[-1].lasted is None
    closed, *unknown = other.states(4090, 65)[:-3]
    assert closed.verdict is Verdict.AGENT_NOT_AVAILABLE
    assert set(unknown) == {None}
    assert other.states(4090, 3) == (OPEN, OPEN, OPEN)


def test_an_answer_that_took_long_leaves_no_gap():
    late = heard(ALLOWED, at=235.0)
    slow = type(late)(KEY, late.endpoint, 235.0, 25.0, late.outcome, late.request)
    assert status_after(*every(ALLOWED, 100, 200), slow).onset == Onset(100.0)


def test_an_outage_goes_on_while_its_server_is_probed():
    away = [
        ServerStatus("prod", at, DOWN, since=200.0, next_probe_at=at + 100.0)
        for at in (200.0, 300.0, 400.0)
    ]
    status = status_after(*every(ALLOWED, 100, 200), *away)
    assert status.onset == Onset(200.0, seen=True, before=Verdict.OPEN, lasted=100.0)
    assert status.states(480.0, 4)[-1].verdict is Verdict.UNREACHABLE
    board = Board([(EntryPoint(KEY, "Sales"), Policy(interval=10.0))])
    back = ServerStatus("prod", 500.0)
    again = status_after(
        *every(ALLOWED, 100, 200), *away, back, heard(ALLOWED, at=501.0), board=board
    )
    assert again.timeline[-1].lasted == 300.0
    unprobed = status_after(*every(ALLOWED, 100, 200), *away, ServerStatus("prod", 9000.0))
    assert unprobed.timeline[-1].lasted is None


def test_a_clock_that_is_set_moves_the_onset_and_makes_no_gap():
    polls = [*every(ALLOWED, 100, 200), *every(CLOSED, 200, 300)]
    status = status_after(*polls, ClockSet(3600.0), *every(CLOSED, 3900, 4000))
    assert status.onset == Onset(3800.0, seen=True, before=Verdict.OPEN, lasted=100.0)


def restored(at, onset, *, polled_at=90.0):
    poll = heard(CLOSED, at=polled_at)
    known = RecordedStatus(
        KEY,
        {poll.endpoint: EndpointState().updated(poll)},
        status_after().state.history,
        Verdict.AGENT_NOT_AVAILABLE,
        Level.CRITICAL,
        onset.at,
        onset,
    )
    return RecordedBoard(at, (known,))


def test_a_restart_keeps_the_true_onset():
    onset = Onset(40.0, seen=True, before=Verdict.OPEN, lasted=7.0)
    assert status_after(restored(95.0, onset), *every(CLOSED, 100, 200)).onset == onset


def test_a_restart_after_a_gap_does_not():
    onset = Onset(40.0, seen=True, before=Verdict.OPEN, lasted=7.0)
    status = status_after(restored(5000.0, onset), *every(CLOSED, 5000, 5100))
    assert status.onset == Onset(5000.0)


def test_an_onset_in_the_future_by_a_clock_that_was_put_back_is_not_believed():
    onset = Onset(7000.0, seen=True, before=Verdict.OPEN, lasted=7.0)
    assert status_after(restored(95.0, onset)).onset == Onset(90.0)
