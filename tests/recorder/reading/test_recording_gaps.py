"""What was not recorded: three intervals in which nothing was polled that should have been."""

import pytest
from recordings import SERVER, START, board_of, poll, tell

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.domain.policy import Policy
from wallboard.recorder.recording import Recording, Span
from wallboard.recorder.writing.writer import Writer

REFUSED = Failure(Cause.REFUSED, "Nobody listens.")


def recorded(path, interval, events, *, longest_poll=5.0, ids=(1000,)):
    """The stretches of a recording of these events, in seconds, and what is a gap at its end."""
    points = board_of(*ids, policy=Policy(interval=interval))
    writer = Writer.open(path, clock=lambda: START)
    writer.listed(points, "Tests", longest_poll=longest_poll)
    tell(writer, Board(points), events)
    writer.close()
    with Recording.open(path) as recording:
        spans = recording.recorded_spans()
        gap_seconds = recording.gap_seconds
    return [(span.first_at - START, span.last_at - START) for span in spans], gap_seconds


def probes(*moments: float, wait):
    """The probes of a server that is out of reach, and what is said at each."""
    for at in moments:
        yield poll(Endpoint.CAPACITY, at, failure=REFUSED, elapsed=0.1)
        yield ServerStatus(SERVER, START + at, REFUSED, START, START + at + wait)


@pytest.mark.parametrize("interval", [0.5, 1.0, 10.0, 300.0])
def test_three_intervals_without_a_poll_are_a_gap_however_short_they_are(tmp_path, interval):
    # No gap, just none, and one.
    rounds = [0.0, 1.0, 2.0, 4.5, 5.5, 9.0, 10.0]
    events = [poll(Endpoint.CAPACITY, n * interval, 3) for n in rounds]
    spans, gap_seconds = recorded(tmp_path / "r.db", interval, events)
    assert spans == [(0.0, 5.5 * interval), (9.0 * interval, 10.0 * interval)]
    assert gap_seconds == 3 * interval


def test_a_server_that_is_probed_seldom_leaves_no_gap(tmp_path):
    # Longer than a segment is.
    moments = [10, 20, *range(80, 2000, 60)]
    events = [poll(Endpoint.CAPACITY, 0, 3), *probes(*moments, wait=60.0)]
    spans, gap_seconds = recorded(tmp_path / "r.db", 10.0, events)
    assert spans == [(0, moments[-1])]
    # Nor is it one at the end, where the next probe is still to come.
    assert gap_seconds == 90.0
    more = [*probes(10, 20, wait=60.0), poll(Endpoint.CAPACITY, 80, 3), ServerStatus(SERVER, START)]
    more += [poll(Endpoint.CAPACITY, at, 3) for at in (90, 135)]
    spans, gap_seconds = recorded(tmp_path / "again.db", 10.0, more)
    assert spans == [(10, 90), (135, 135)]
    assert gap_seconds == 30.0


def test_a_probe_that_should_have_come_long_ago_is_a_gap(tmp_path):
    events = list(probes(0, 60, 155, wait=60.0))
    assert recorded(tmp_path / "r.db", 10.0, events)[0] == [(0, 60), (155, 155)]


def test_the_wait_for_an_answer_is_no_gap_but_longer_than_any_can_take_is(tmp_path):
    timeout = Failure(Cause.TIMEOUT, "No answer.")
    slow = [poll(Endpoint.CAPACITY, at, failure=timeout, elapsed=5.0) for at in range(5, 30, 5)]
    stopped = poll(Endpoint.CAPACITY, 40, failure=timeout, elapsed=14.9)
    assert recorded(tmp_path / "r.db", 1.0, [*slow, stopped])[0] == [(5, 25), (40, 40)]


def test_the_server_that_is_polled_most_often_tells_what_a_gap_is(tmp_path):
    often, seldom = board_of(1000, policy=Policy(interval=5.0))[0], Policy(interval=300.0)
    other = (EntryPoint(EntryPointKey("other", 1), "Other"), seldom)
    unasked = (EntryPoint(EntryPointKey("none", 1), "None", endpoints=()), Policy(interval=0.1))
    writer = Writer.open(tmp_path / "r.db", clock=lambda: START)
    writer.listed([often, other, unasked], "Tests")
    events = [poll(Endpoint.CAPACITY, at, 3) for at in (0, 5, 10, 40, 45)]
    tell(writer, Board([often]), events)
    writer.close()
    with Recording.open(tmp_path / "r.db") as recording:
        assert recording.recorded_spans() == [Span(START, START + 10), Span(START + 40, START + 45)]


def test_an_answer_that_was_under_way_while_the_process_was_stopped_does_not_fill_the_gap(tmp_path):
    path = tmp_path / "r.db"
    points = board_of(1000, policy=Policy(interval=1.0))
    writer = Writer.open(path, clock=lambda: START)
    writer.listed(points, "Tests", longest_poll=5.0)
    board = Board(points)
    tell(writer, board, [poll(Endpoint.CAPACITY, at, 3) for at in range(5)])
    writer.builder.note_pause(START + 8.5, 4.0)
    late = [poll(Endpoint.CAPACITY, 8.4, 3, elapsed=4.3), poll(Endpoint.CAPACITY, 9, 3)]
    tell(writer, board, late)
    slow = [poll(Endpoint.CAPACITY, at, 3, elapsed=5.0) for at in (14, 19)]
    tell(writer, board, slow)
    writer.close()
    with Recording.open(path) as recording:
        spans = [
            (span.first_at - START, span.last_at - START) for span in recording.recorded_spans()
        ]
    assert spans == [(0, 4), (pytest.approx(8.4), 19)]
