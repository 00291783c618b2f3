"""One entry point of a moment in full, and what changed when."""

import pytest
from incidents import IDS, shift
from recordings import SERVER, START, board_of, poll, record, worst_levels

from wallboard.board import Board
from wallboard.domain.change import Subject
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.domain.onset import Onset
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.state_strip import State
from wallboard.recorder.recording import Recording

ALLOWED, CAPACITY = Endpoint.CHAT_ALLOWED, Endpoint.CAPACITY
KEY = EntryPointKey(SERVER, 1000)
CLOSED = 'false" reason="agent_not_available'


@pytest.fixture
def recorded(tmp_path):
    opened = []

    def made(events, ids=(1000,), **how):
        path = tmp_path / f"{len(opened)}.db"
        record(path, events, entry_points=board_of(*ids), **how)
        opened.append(Recording.open(path))
        return opened[-1]

    yield made
    for one in opened:
        one.close()


def moments(state):
    return [one.at - START for one in state.recent]


@pytest.mark.parametrize("close", [True, False])
def test_the_last_polls_are_told_across_runs_and_segments(recorded, close):
    events = [poll(ALLOWED, 10 * n, "true" if n % 61 else CLOSED) for n in range(1, 70)]
    one = recorded(events, close=close).entry_point_at(KEY, START + 645)
    state = one.endpoints[ALLOWED]
    assert moments(state) == pytest.approx([550 + 10 * n for n in range(10)])
    assert [seen.outcome.allowed for seen in state.recent] == [n != 6 for n in range(10)]
    assert state.good is state.last


def test_fewer_polls_than_asked_for_are_all_there_were(recorded):
    recording = recorded([poll(ALLOWED, 10 * n, "true") for n in range(3)])
    assert moments(recording.entry_point_at(KEY, START + 15).endpoints[ALLOWED]) == [0, 10]
    assert moments(recording.entry_point_at(KEY, START + 15, polls=1).endpoints[ALLOWED]) == [10]


def test_what_was_last_polled_hours_ago_has_its_last_poll(recorded):
    events = [poll(ALLOWED, 0, "true")]
    events += [poll(CAPACITY, 100 * n, n) for n in range(200)]
    one = recorded(events).entry_point_at(KEY, START + 19_900)
    assert moments(one.endpoints[ALLOWED]) == [0]


def test_of_an_entry_point_that_was_not_heard_of_nothing_is_known(recorded):
    recording = recorded([poll(ALLOWED, 10, "true"), poll(ALLOWED, 50, "true", id=1001)], IDS)
    assert recording.entry_point_at(KEY, START) is None
    assert recording.entry_point_at(EntryPointKey(SERVER, 1001), START + 20) is None
    assert recording.entry_point_at(EntryPointKey("else", 1), START + 60) is None


@pytest.mark.parametrize("at", [613.0, 1033.5, 2047.0])
def test_the_timeline_is_the_boards_with_the_polls_that_brought_it(recorded, at):
    events = list(shift(240))
    board = Board(board_of(*IDS))
    for event in events:
        if event.at <= START + at:
            board.fold(event)
    recording = recorded(events, IDS)
    for key, was in board.snapshot(START + at).entry_points.items():
        now = recording.entry_point_at(key, START + at)
        assert len(now.timeline) == len(was.timeline)
        for again, change in zip(now.timeline, was.timeline, strict=True):
            brought = change.observation
            assert (again.at, again.before, again.after, again.level, again.lasted) == (
                (change.at, change.before, change.after, change.level, change.lasted)
            )
            assert (again.summary, again.endpoint, again.of_server) == (
                (change.summary, change.endpoint, change.of_server)
            )
            assert (again.observation is None) is (brought is None)
            if brought:
                seen = again.observation
                assert (seen.at, seen.endpoint, seen.outcome, seen.elapsed_seconds) == (
                    (brought.at, brought.endpoint, brought.outcome, brought.elapsed_seconds)
                )
                assert (seen.response and seen.response.body) == (
                    brought.response and brought.response.body
                )


def test_steps_go_to_what_an_operator_would_call_a_change(recorded):
    recording = recorded(shift(60), IDS)
    found, at = [], START
    while change := recording.next_change(at):
        found.append(change)
        at = change.at
    back, at = [], START + 10_000
    while change := recording.previous_change(at):
        back.append(change)
        at = change.at
    assert [change.at for change in back] == [change.at for change in reversed(found)]
    assert {change.subject for change in found} == {
        Subject.VERDICT,
        Subject.LEVEL,
        Subject.SERVER,
    }
    assert not any(change.of_server or change.before == "waiting" for change in found)
    assert START + 400 in {change.at for change in found}


def test_steps_may_be_those_of_one_entry_point_and_of_its_server(recorded):
    recording = recorded(shift(60), IDS)
    steps = list(recording.changes(keys=[KEY]))
    assert {change.key for change in steps} == {KEY, None}
    first = recording.next_change(START + 399, keys=[KEY])
    assert (first.subject, first.key) == (Subject.SERVER, None)
    assert recording.next_change(START, keys=[EntryPointKey("else", 1)]) is None


def test_changes_are_told_in_order_from_either_end_as_many_as_wanted(recorded):
    events = [poll(ALLOWED, 10 * n, "true" if n % 2 else CLOSED) for n in range(2600)]
    recording = recorded(events)
    forth = list(recording.changes())
    assert len(forth) == 2600
    assert [c.at for c in recording.changes(newest_first=True)] == [c.at for c in forth[::-1]]
    assert list(recording.changes(limit=3)) == forth[:3]
    assert list(recording.changes(limit=0)) == []
    assert list(recording.changes(START + 20, START + 40)) == forth[2:5]
    last = recording.changes(START + 20, START + 40, newest_first=True, limit=2)
    assert list(last) == [forth[4], forth[3]]


def test_a_server_is_told_as_it_was_known_then(recorded):
    recording = recorded(shift(60), IDS)
    away = recording.board_at(START + 430).servers[0]
    assert (away.failure.cause, away.since) == ("refused", START + 400)
    assert away.at <= START + 430
    assert recording.board_at(START + 480).servers == (ServerStatus(SERVER, START + 460),)
    assert recording.board_at(START + 100).servers == ()


def test_the_strip_shows_the_worst_of_each_slice_and_no_level_in_a_gap(recorded):
    events = [poll(ALLOWED, 10 * n, "true" if n != 30 else CLOSED) for n in range(60)]
    events += [poll(ALLOWED, 6000 + 10 * n, "true") for n in range(60)]
    recording = recorded(events)
    good, bad = Level.OK, Level.CRITICAL
    assert worst_levels(recording, START, START + 600, 6) == [good, good, good, bad, good, good]
    assert worst_levels(recording, START - 600, START + 7200, 13) == [
        None, bad, *[None] * 9, good, None
    ]  # fmt: skip
    assert worst_levels(recording, START, START, 0) == []
    assert worst_levels(recording, START + 300, START + 300, 1) == [bad]


def test_what_left_the_board_colours_the_strip_no_longer(recorded, tmp_path):
    path = tmp_path / "left.db"
    events = [poll(ALLOWED, 10 * n, "true") for n in range(60)]
    events.insert(1, poll(ALLOWED, 1, CLOSED, id=1001))
    events.insert(20, poll(ALLOWED, 181, CLOSED, id=1001))
    writer = record(path, events, entry_points=board_of(1000, 1001), close=False)
    writer.listed(board_of(1000), "Tests")
    writer.close()
    with Recording.open(path) as recording:
        levels = worst_levels(recording, START, START + 590, 59)
    assert levels == [Level.CRITICAL] * 19 + [Level.OK] * 40


def test_the_states_of_one_entry_point_are_told_for_any_window(recorded):
    events = [poll(ALLOWED, 10 * n, "true" if n != 30 else CLOSED) for n in range(60)]
    events += [poll(ALLOWED, 6000 + 10 * n, "true") for n in range(60)]
    recording = recorded(events)
    good = State(Level.OK, Verdict.OPEN)
    bad = State(Level.CRITICAL, Verdict.AGENT_NOT_AVAILABLE)
    key = EntryPointKey(SERVER, 1000)
    assert recording.states(key, START, START + 600, 6) == [good, good, good, bad, good, good]
    assert recording.states(key, START + 290, START + 320, 3) == [good, bad, good]
    assert recording.states(key, START - 600, START + 7200, 13) == [
        None, bad, *[None] * 9, good, None
    ]  # fmt: skip
    assert recording.states(EntryPointKey(SERVER, 1), START, START + 600, 2) == [None, None]


def test_an_outage_of_the_server_is_known_although_nothing_was_polled(recorded):
    refused = Failure(Cause.REFUSED, "refused")
    events = [poll(ALLOWED, 10 * n, "true") for n in range(12)]
    events += [ServerStatus(SERVER, START + 120 + 100 * n, refused, START + 120) for n in range(10)]
    states = recorded(events).states(EntryPointKey(SERVER, 1000), START, START + 1200, 10)
    assert [state and state.verdict for state in states] == [
        Verdict.OPEN, *[Verdict.UNREACHABLE] * 8, None
    ]  # fmt: skip


def test_a_board_restored_after_a_gap_knows_no_onset_before_it(recorded):
    events = [poll(ALLOWED, 10 * n, "true") for n in range(60)]
    events += [poll(ALLOWED, 6000 + 10 * n, "true") for n in range(60)]
    recording = recorded(events)
    onsets = [recording.board_at(START + at).entry_points[0].onset for at in (500.0, 700.0, 6100.0)]
    assert onsets == [Onset(START), Onset(START), Onset(START + 6000.0)]


def test_the_strip_of_the_board_is_the_share_of_each_level(recorded):
    ids = (1000, 1001, 1002, 1003)
    events = [
        poll(ALLOWED, 10 * n + place, CLOSED if id_ == 1000 and n < 30 else "true", id=id_)
        for n in range(61)
        for place, id_ in enumerate(ids)
    ]
    shares = recorded(events, ids).level_shares(START + 10, START + 590, 2)
    assert shares[0] == pytest.approx((0.75, 0, 0, 0.25), abs=0.01)
    assert shares[1] == pytest.approx((1, 0, 0, 0), abs=0.01)
