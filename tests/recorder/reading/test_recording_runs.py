"""Runs of equal answers, and what is new in a recording."""

from dataclasses import replace

import pytest
from incidents import IDS, shift
from recordings import HEAD, SERVER, START, board_of, poll, record, tell

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.observation import Failure, Observation, ServerStatus
from wallboard.domain.reading import Capacity
from wallboard.recorder.recording import Recording
from wallboard.recorder.writing.writer import Writer

ALLOWED, CAPACITY, LIVE = Endpoint.CHAT_ALLOWED, Endpoint.CAPACITY, Endpoint.LIVE_SESSION_STATUS
KEY = EntryPointKey(SERVER, 1000)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "wall.db"


def bounds(runs):
    return [(run.first_at - START, run.last_at - START, run.polls) for run in runs]


@pytest.mark.parametrize("close", [True, False])
def test_a_run_is_one_however_many_segments_it_lasted(path, close):
    events = [poll(CAPACITY, 10 * n, n // 100, elapsed=0.01 + n % 100 / 1000) for n in range(250)]
    record(path, events, close=close)
    with Recording.open(path) as recording:
        runs = list(recording.runs())
    assert bounds(runs) == [(0, 990, 100), (1000, 1990, 100), (2000, 2490, 50)]
    assert [run.outcome.count for run in runs] == [0, 1, 2]
    first = runs[0]
    assert (first.least_seconds, first.most_seconds) == pytest.approx((0.01, 0.109))
    assert first.mean_seconds == pytest.approx(0.0595, abs=1e-4)
    assert first.response.body == b"<availableSlots><count>0</count></availableSlots>"


def test_a_run_does_not_last_through_a_gap(path):
    record(path, [poll(CAPACITY, at, 1) for at in (0, 10, 20, 900, 910)])
    with Recording.open(path) as recording:
        assert bounds(recording.runs()) == [(0, 20, 3), (900, 910, 2)]


def test_a_run_goes_on_where_the_next_process_soon_went_on(path):
    record(path, [poll(CAPACITY, at, 1) for at in (0, 10, 20)])
    record(path, [poll(CAPACITY, at, 1) for at in (40, 50)])
    with Recording.open(path) as recording:
        assert bounds(recording.runs()) == [(0, 50, 5)]


def test_every_poll_is_in_one_run(path):
    events = [event for event in shift(240) if isinstance(event, Observation)]
    record(path, shift(240), entry_points=board_of(*IDS), each=30)
    with Recording.open(path) as recording:
        runs = list(recording.runs())
    assert sum(run.polls for run in runs) == len(events)
    for endpoint in Endpoint:
        for id_ in IDS:
            of = EntryPointKey(SERVER, id_), endpoint
            there = [e for e in events if (e.key, e.endpoint) == of]
            runs_of = [run for run in runs if (run.key, run.endpoint) == of]
            again = [run.outcome for run in runs_of for _ in range(run.polls)]
            assert again == [event.outcome for event in there]


def test_only_what_was_asked_for_is_read(path):
    record(path, shift(240), entry_points=board_of(*IDS))
    with Recording.open(path) as recording:
        some = list(recording.runs(START + 700, START + 900, keys=[KEY], endpoints=[LIVE]))
        every = [run for run in recording.runs() if (run.key, run.endpoint) == (KEY, LIVE)]
        assert not list(recording.runs(keys=[]))
        assert not list(recording.runs(START + 10_000))
    assert some
    expected = [r for r in every if r.last_at >= START + 700 and r.first_at <= START + 900]
    assert [run.outcome for run in some] == [run.outcome for run in expected]


def test_runs_may_be_read_while_more_are_written(path):
    writer = record(path, [poll(CAPACITY, 10 * n, n % 2) for n in range(6000)], close=False)
    with Recording.open(path) as recording:
        runs = recording.runs()
        first = next(runs)
        tell(writer, Board(board_of(1000)), [poll(CAPACITY, 60_000 + n, n) for n in range(500)])
        rest = list(runs)
    writer.close()
    assert bounds([first]) == [(0, 0, 1)]
    assert sum(run.polls for run in rest) == 5999


def told(events):
    return [
        (event.at - START, event.key.id, event.outcome)
        if isinstance(event, Observation)
        else (event.at - START, event.failure)
        for event in events
    ]


def test_the_tail_tells_each_poll_once(path):
    writer = Writer.open(path, clock=lambda: START)
    writer.listed(board_of(1000), "Tests")
    board = Board(board_of(1000))
    tell(writer, board, [poll(CAPACITY, 0, 1)])
    with Recording.open(path) as recording:
        tail = recording.tail()
        assert tail.new_events() == []
        seen = []
        for n in range(1, 130):
            tell(writer, board, [poll(CAPACITY, 10 * n, n // 7)])
            seen += tail.new_events()
            assert tail.new_events() == []
        writer.close()
        assert tail.new_events() == []
    assert [one.at - START for one in seen] == pytest.approx([10 * n for n in range(1, 130)])
    assert [one.outcome.count for one in seen] == [n // 7 for n in range(1, 130)]
    assert seen[0].response.head == HEAD.partition(b"\r\n")[0]


def test_the_tail_tells_runs_that_came_and_went_between_two_calls(path):
    writer = record(path, [poll(CAPACITY, 0, 1)], close=False)
    board = Board(board_of(1000))
    with Recording.open(path) as recording:
        tail = recording.tail()
        events = [poll(CAPACITY, at, n) for at, n in ((10, 1), (20, 2), (30, 3), (40, 3), (50, 3))]
        tell(writer, board, [*events, poll(CAPACITY, 60, 4)], each=1)
        news = tail.new_events()
    writer.close()
    assert [(one.at - START, one.outcome.count) for one in news] == [
        (10, 1),
        (20, 2),
        (30, 3),
        (50, 3),
        (60, 4),
    ]


def test_the_tail_tells_what_becomes_of_servers(path):
    writer = Writer.open(path, clock=lambda: START)
    writer.listed(board_of(*IDS), "Tests")
    leading, following = Board(board_of(*IDS)), Board(board_of(*IDS))
    with Recording.open(path) as recording:
        tail = recording.tail()
        for event in shift(60):
            tell(writer, leading, [event])
            for one in tail.new_events():
                following.fold(one)
        writer.close()
        assert not [event for event in tail.new_events() if isinstance(event, ServerStatus)]
    there, here = leading.snapshot(START + 600), following.snapshot(START + 600)
    assert here.servers == there.servers
    assert here.verdicts == there.verdicts
    for key, status in there.entry_points.items():
        assert here.entry_points[key].judgement == status.judgement
        assert here.entry_points[key].since == pytest.approx(status.since, abs=0.001)


def test_the_tail_goes_on_where_the_clock_was_put_back(path):
    writer = record(path, [poll(CAPACITY, 1000 + 10 * n, 1) for n in range(5)], close=False)
    board = Board(board_of(1000))
    with Recording.open(path) as recording:
        tail = recording.tail()
        tell(writer, board, [poll(CAPACITY, 100, 2)])
        assert told(tail.new_events()) == [(100, 1000, poll(CAPACITY, 0, 2).outcome)]
        tell(writer, board, [poll(CAPACITY, 110, 2)])
        assert [one.at - START for one in tail.new_events()] == [110]
    writer.close()


def test_the_tail_knows_what_came_on_the_board_meanwhile(path):
    writer = record(path, [poll(CAPACITY, 0, 1)], close=False)
    with Recording.open(path) as recording:
        tail = recording.tail()
        writer.listed(board_of(1000, 7), "Tests")
        tell(writer, Board(board_of(1000, 7)), [poll(CAPACITY, 5, 1, id=7)])
        assert [one.key.id for one in tail.new_events()] == [7]
    writer.close()


def test_a_failure_is_told_in_its_words(path):
    writer = record(path, [poll(CAPACITY, 0, 1)], close=False)
    failure = Failure("http", "it answered 503")
    with Recording.open(path) as recording:
        tail = recording.tail()
        broken = poll(CAPACITY, 5, failure=failure, body=b"busy", status=503)
        tell(writer, Board(board_of(1000)), [broken])
        (one,) = tail.new_events()
    writer.close()
    assert (one.outcome, one.response.status, one.response.body) == (failure, 503, b"busy")


def test_an_answer_under_a_wrong_label_is_marked_when_it_is_read_again(path):
    said = poll(CAPACITY, 0, 3)
    head = HEAD + b"\r\nContent-Encoding: UTF-8"
    response = replace(said.response, head=head)
    record(path, [replace(said, outcome=replace(said.outcome, lenient=True), response=response)])
    with Recording.open(path) as recording:
        (run,) = recording.runs()
    assert run.outcome == Capacity(3, lenient=True)
