"""What a recording says of a moment is what the board said then."""

import pytest
from incidents import IDS, shift
from recordings import SERVER, START, board_of, poll, record, worst_levels

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.observation import Cause, Failure, Response
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.reading import Capacity, ChatAllowed
from wallboard.recorder.recording import Recording, Span
from wallboard.recorder.writing.retention import Retention, trim_step

ALLOWED, CAPACITY, LIVE = Endpoint.CHAT_ALLOWED, Endpoint.CAPACITY, Endpoint.LIVE_SESSION_STATUS
KEY = EntryPointKey(SERVER, 1000)
CLOSED = 'false" reason="agent_not_available'


@pytest.fixture
def path(tmp_path):
    return tmp_path / "wall.db"


def opened(path, events, ids=(1000,), **how):
    record(path, events, entry_points=board_of(*ids), **how)
    return Recording.open(path)


def board_until(events, at, ids):
    board = Board(board_of(*ids))
    for event in events:
        if event.at <= at:
            board.fold(event)
    return board.snapshot(at)


def restored_board(recording, at, ids):
    board = Board(board_of(*ids))
    board.fold(recording.board_at(at))
    return board.snapshot(at)


def said(change):
    return (change.at, change.key, change.subject, change.before, change.after, change.level)


def heard(state):
    """What an endpoint last said and last said well."""
    return [one and (one.outcome, one.request.url) for one in (state.last, state.good)]


def heard_at(state):
    return [one.at for one in (state.last, state.good) if one]


@pytest.mark.parametrize("at", [460.1, 460.3, 460.6, 1060.55])
def test_the_board_of_a_moment_after_an_outage_knows_who_was_asked_again(path, at):
    events = list(shift(120))
    record(path, events, entry_points=board_of(*IDS), each=30)
    live = board_until(events, START + at, IDS)
    assert live.verdicts[Verdict.WAITING]
    with Recording.open(path) as recording:
        again = restored_board(recording, START + at, IDS)
    for key, was in live.entry_points.items():
        now = again.entry_points[key]
        assert (now.judgement, now.state.unasked) == (was.judgement, was.state.unasked)
        assert (now.since, now.onset) == (was.since, was.onset)
        assert now.states(START + at, 60) == was.states(START + at, 60)


@pytest.mark.parametrize("sealed", [True, False])
@pytest.mark.parametrize("at", [3.0, 215.0, 413.0, 605.0, 1033.5, 1599.0, 2047.0, 2391.5, 9000.0])
def test_the_board_of_a_moment_is_what_it_was(path, at, sealed):
    events = list(shift(240))
    record(path, events, entry_points=board_of(*IDS), each=30, close=sealed)
    live = board_until(events, START + at, IDS)
    with Recording.open(path) as recording:
        again = restored_board(recording, START + at, IDS)
    assert dict(again.verdicts) == dict(live.verdicts)
    assert [said(change) for change in again.events] == [said(change) for change in live.events]
    for key, was in live.entry_points.items():
        now = again.entry_points[key]
        assert now.judgement == was.judgement
        assert (now.since, now.onset) == (was.since, was.onset)
        assert now.states(START + at, 60) == was.states(START + at, 60)
        assert bool(now.state.disagreements >= 2) == bool(was.state.disagreements >= 2)
        for endpoint in Endpoint:
            said_now, said_then = now.state.endpoint(endpoint), was.state.endpoint(endpoint)
            assert heard(said_now) == heard(said_then)
            # Polls of a run count as evenly spread, which an outage makes them not quite.
            assert heard_at(said_now) == pytest.approx(heard_at(said_then), abs=60)
        assert [s._replace(at=round(s.at)) for s in now.state.history] == [
            s._replace(at=round(s.at)) for s in was.state.history
        ]
    assert {s.server: s.failure for s in again.servers.values()} == {
        s.server: s.failure for s in live.servers.values()
    }


def test_the_very_moment_of_a_change_shows_it(path):
    events = [poll(ALLOWED, 0.1234567, "true"), poll(ALLOWED, 60.7654321, CLOSED)]
    with opened(path, events) as recording:
        change = recording.next_change(START)
        at = recording.board_at(change.at).entry_points[0]
        before = recording.board_at(change.at - 0.01).entry_points[0]
    assert (at.verdict, at.since) == (Verdict.AGENT_NOT_AVAILABLE, change.at)
    assert at.endpoints[ALLOWED].last.outcome.allowed is False
    assert before.endpoints[ALLOWED].last.outcome.allowed is True


def test_before_the_first_poll_there_is_nothing(path):
    with opened(path, [poll(ALLOWED, 5, "true")]) as recording:
        assert recording.board_at(START).entry_points == ()


def test_in_a_gap_stands_what_was_before_it(path):
    events = [poll(CAPACITY, 0, 1), poll(CAPACITY, 10, 2), poll(CAPACITY, 5000, 3)]
    with opened(path, events) as recording:
        assert recording.recorded_spans() == [
            Span(START, START + 10),
            Span(START + 5000, START + 5000),
        ]
        assert recording.span() == Span(START, START + 5000)
        last = recording.board_at(START + 3000).entry_points[0].endpoints[CAPACITY].last
    assert (last.at, last.outcome) == (START + 10, Capacity(2))


def test_what_is_seldom_polled_stands_as_long_as_it_was_not_polled_again(path):
    often = [poll(CAPACITY, 10 * n, n) for n in range(200)]
    events = [poll(LIVE, 1, 30, 2), *often]
    with opened(path, sorted(events, key=lambda one: one.at)) as recording:
        one = recording.board_at(START + 1990).entry_points[0]
    assert one.endpoints[LIVE].last.at == pytest.approx(START + 1)
    assert one.endpoints[CAPACITY].last.outcome == Capacity(199)


def test_the_last_good_answer_is_known_however_many_segments_ago_it_was(path):
    failure = Failure(Cause.TIMEOUT, "no answer in 5 s")
    events = [poll(CAPACITY, 0, 7)]
    events += [poll(CAPACITY, 10 * n, failure=failure) for n in range(1, 200)]
    with opened(path, events) as recording:
        state = recording.board_at(START + 1985).entry_points[0].endpoints[CAPACITY]
    assert (state.last.outcome, state.good.outcome) == (failure, Capacity(7))
    assert (state.last.at, state.good.at) == (START + 1980, START)


def test_where_the_clock_was_put_back_what_was_recorded_last_counts(path):
    events = [poll(CAPACITY, at, 1) for at in (100, 110, 120)]
    events += [poll(CAPACITY, at, 2) for at in (50, 60, 70, 80, 90, 100, 110, 130)]
    with opened(path, events) as recording:
        moments = (55, 115, 135)
        values = [
            recording.board_at(START + at).entry_points[0].endpoints[CAPACITY].last.outcome.count
            for at in moments
        ]
        history = recording.board_at(START + 200).entry_points[0].history
    assert values == [2, 2, 2]
    times = [sample.at for sample in history]
    assert times == sorted(times)


def test_only_as_many_rounds_are_recalled_as_are_asked_for(path):
    rounds = range(200)
    events = [p for n in rounds for p in (poll(LIVE, 10 * n, n, 1), poll(CAPACITY, 10 * n, 3))]
    with opened(path, events) as recording:
        few = recording.board_at(START + 1500.5, history=5).entry_points[0].history
        many = recording.board_at(START + 1500.5, history=1000).entry_points[0].history
    assert [sample.wait_seconds for sample in few] == [146, 147, 148, 149, 150]
    assert [sample.wait_seconds for sample in many] == list(range(151))


def test_the_answer_is_told_byte_for_byte_but_for_headers_that_could_hold_a_secret(path):
    body = b"\xef\xbb\xbf<availableSlots><count>3</count></availableSlots>\r\n"
    with opened(path, [poll(CAPACITY, 0, body=body, elapsed=0.1234)]) as recording:
        last = recording.board_at(START).entry_points[0].endpoints[CAPACITY].last
    assert last.response == Response(200, "OK", b"Content-Type: application/xml", body)
    assert last.request.headers == ()
    assert last.elapsed_seconds == pytest.approx(0.1234)


def test_one_that_left_the_board_is_still_known_for_when_it_was_there(path):
    writer = record(path, [poll(ALLOWED, 0, "true")], close=False)
    writer.listed(board_of(1001), "Tests")
    writer.close()
    with Recording.open(path) as recording:
        assert [point.key.id for point, _ in recording.entry_points()] == [1001]
        assert [one.key for one in recording.board_at(START).entry_points] == [KEY]


def test_what_is_on_the_board_is_told_in_its_order_with_its_rules(path):
    listed = board_of(1002, 1000, 1001)
    with opened(path, [poll(ALLOWED, 0, "true")], ids=(1002, 1000, 1001)) as recording:
        assert recording.entry_points() == listed
        assert recording.title == "Tests"


def test_what_has_been_trimmed_away_still_tells_since_when_it_is_so(path):
    events = [poll(ALLOWED, 0, "true")]
    events += [poll(ALLOWED, 10 * n, CLOSED if n < 250 else "true") for n in range(1, 300)]
    writer = record(path, events, close=False)
    while trim_step(writer.database, Retention(seconds=1500), START + 2990):
        pass
    writer.close()
    with Recording.open(path) as recording:
        first = recording.span().first_at
        one = recording.board_at(first + 5).entry_points[0]
        levels = worst_levels(recording, first, first + 300, 3)
    assert first > START + 600
    assert (one.verdict, one.since) == (Verdict.AGENT_NOT_AVAILABLE, START + 10)
    assert levels == [Level.CRITICAL] * 3


def test_a_reused_number_of_an_answer_is_not_taken_for_the_old_one(path):
    writer = record(path, [poll(ALLOWED, 0, "true")], close=False)
    with Recording.open(path) as recording:
        assert recording.board_at(START + 5).entry_points[0].endpoints[ALLOWED].last.outcome == (
            ChatAllowed(allowed=True)
        )
        row = writer.database.execute("SELECT digest, cause, status FROM answer").fetchone()
        assert row[1:] == (None, 200)
        writer.database.execute(
            "UPDATE answer SET digest = x'00', cause = 'dns', message = 'gone', status = NULL"
        )
        last = recording.board_at(START + 5).entry_points[0].endpoints[ALLOWED].last
    assert last.outcome == Failure(Cause.DNS, "gone")
    writer.close()
