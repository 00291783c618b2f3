"""A board whose config was edited: what remains keeps its past."""

from collections import Counter
from dataclasses import replace

import pytest
from events import ALLOWED, failed, heard, refused
from hypothesis import given
from hypothesis import strategies as st

from wallboard.board import Board
from wallboard.domain.change import Subject
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.domain.policy import DEFAULT_LEVELS, Level, Policy, Thresholds, Verdict
from wallboard.domain.reading import CheckEligibility, LiveSessionStatus

A, B, C = (EntryPointKey("prod", number) for number in (1, 2, 3))
ELSEWHERE = EntryPointKey("test", 1)
DOWN = Failure(Cause.REFUSED, "Nothing listens there.")


def wanted(*keys: EntryPointKey, policy=None, **more):
    return [(EntryPoint(key, f"name {key.id}", **more), policy or Policy()) for key in keys]


def board_with_a_past():
    board = Board(wanted(A, B), history=5)
    for at in range(20):
        for key in (A, B):
            board.fold(heard(ALLOWED, key=key, at=float(at)))
            board.fold(heard(CheckEligibility(1), key=key, at=float(at)))
            board.fold(heard(LiveSessionStatus(45.0, 2), key=key, at=float(at)))
    board.fold(heard(refused("other"), key=B, at=20.0))
    return board


def test_an_entry_point_that_remains_as_it_was_is_the_same_object():
    board = board_with_a_past()
    before = board.snapshot(21.0)
    board.replace(wanted(A, C), 21.0)
    after = board.snapshot(21.0)
    assert after.entry_points[A] is before.entry_points[A]
    assert after.events == before.events
    assert after.newest_at == before.newest_at
    assert after.polls_per_minute == before.polls_per_minute


def test_entry_points_come_and_go_in_the_order_of_the_config():
    board = board_with_a_past()
    board.replace(wanted(C, B), 21.0)
    after = board.snapshot(21.0)
    assert list(after.entry_points) == [C, B]
    assert after.verdicts == {Verdict.WAITING: 1, Verdict.OTHER: 1}
    board.fold(heard(ALLOWED, key=A, at=22.0))
    board.fold(heard(ALLOWED, key=C, at=22.0))
    assert list(board.snapshot(22.0).entry_points) == [C, B]
    assert board.snapshot(22.0).verdicts == {Verdict.OPEN: 1, Verdict.OTHER: 1}


def test_a_snapshot_taken_before_stays_as_it_was():
    board = board_with_a_past()
    before = board.snapshot(21.0)
    board.replace(wanted(C), 21.0)
    assert list(before.entry_points) == [A, B]
    assert before.ranking != board.snapshot(21.0).ranking


def test_new_thresholds_judge_what_was_heard_before_and_that_is_a_change():
    board = board_with_a_past()
    before = board.snapshot(21.0).entry_points[A]
    policy = Policy(thresholds=Thresholds(wait_critical=40.0))
    board.replace(wanted(A, policy=policy), 21.0)
    after = board.snapshot(21.0)
    status = after.entry_points[A]
    assert (before.judgement.level, status.judgement.level) == (Level.OK, Level.CRITICAL)
    assert status.policy == policy
    assert status.since == before.since
    assert status.state.history is before.state.history
    change = status.timeline[-1]
    assert (change.subject, change.before, change.after) == (Subject.LEVEL, "ok", "critical")
    assert (change.at, change.of_server, change.observation) == (21.0, False, None)
    assert after.events[-1] is change


def test_a_new_name_and_group_keep_the_past_without_a_change():
    board = board_with_a_past()
    before = board.snapshot(21.0).entry_points[A]
    board.replace([(EntryPoint(A, "Sales", "EMEA"), Policy())], 21.0)
    after = board.snapshot(21.0).entry_points[A]
    assert after.entry_point == EntryPoint(A, "Sales", "EMEA")
    assert after.judgement == before.judgement
    assert after.timeline == before.timeline
    assert after.state.endpoints == before.state.endpoints
    assert after.state.disagreements == before.state.disagreements > 1


def test_an_endpoint_that_is_no_longer_asked_no_longer_counts():
    board = board_with_a_past()
    endpoints = (Endpoint.CHECK_ELIGIBILITY, Endpoint.CAPACITY)
    board.replace(wanted(A, endpoints=endpoints), 21.0)
    after = board.snapshot(21.0).entry_points[A]
    assert set(after.state.endpoints) == set(endpoints)
    assert after.judgement.verdict is Verdict.AGENT_NOT_AVAILABLE
    assert not after.judgement.contradiction
    assert after.since == 21.0
    assert len(after.state.history) == 5


def test_an_endpoint_that_is_asked_again_begins_unheard():
    board = Board(wanted(A, endpoints=(Endpoint.CAPACITY,)))
    board.fold(failed(Endpoint.CAPACITY, key=A, at=1.0))
    board.replace(wanted(A), 2.0)
    after = board.snapshot(2.0).entry_points[A]
    assert set(after.state.endpoints) == set(Endpoint)
    assert after.state.endpoint(Endpoint.CAPACITY).failure
    assert after.judgement.verdict is Verdict.WAITING


@pytest.mark.parametrize("bound", [3, 5, 9])
def test_another_bound_holds_for_the_past_and_for_what_comes(bound):
    board = board_with_a_past()
    before = list(board.snapshot(21.0).entry_points[A].state.history)
    board.replace(wanted(A, B), 21.0, history=bound)
    now = list(board.snapshot(21.0).entry_points[A].state.history)
    assert now == before[-bound:]
    for at in range(22, 32):
        board.fold(heard(LiveSessionStatus(1.0, 2), key=A, at=float(at)))
    assert len(board.snapshot(40.0).entry_points[A].state.history) == bound


def test_a_server_without_entry_points_is_forgotten_and_not_heard_of_again():
    board = Board(wanted(A, ELSEWHERE))
    board.fold(ServerStatus("test", 1.0, DOWN, since=0.5))
    board.replace(wanted(A), 2.0)
    assert board.snapshot(2.0).unreachable == ()
    board.fold(ServerStatus("test", 3.0, DOWN, since=0.5))
    assert board.snapshot(3.0).unreachable == ()


def test_an_entry_point_added_to_a_server_that_is_down_is_unreachable_at_once():
    board = Board(wanted(A))
    board.fold(ServerStatus("prod", 1.0, DOWN, since=0.5))
    board.replace(wanted(A, B), 2.0)
    after = board.snapshot(2.0)
    assert after.entry_points[B].judgement.verdict is Verdict.UNREACHABLE
    assert after.verdicts == {Verdict.UNREACHABLE: 2}


KEYS = st.sampled_from([A, B, C, ELSEWHERE])
POLICIES = st.sampled_from(
    [Policy(), Policy(levels={**DEFAULT_LEVELS, Verdict.OPEN: Level.WARNING}), Policy(interval=1.0)]
)
ENDPOINTS = st.sampled_from([tuple(Endpoint), (Endpoint.CAPACITY,), (Endpoint.CHAT_ALLOWED,)])
BOARDS = st.dictionaries(KEYS, st.tuples(POLICIES, ENDPOINTS)).map(
    lambda chosen: [
        (EntryPoint(key, "x", endpoints=endpoints), policy)
        for key, (policy, endpoints) in chosen.items()
    ]
)
FACTS = st.sampled_from([ALLOWED, refused("other"), CheckEligibility(2)])
EVENTS = st.builds(lambda fact, key: heard(fact, key=key), FACTS, KEYS) | st.builds(
    lambda name, failure: ServerStatus(name, 0.0, failure),
    st.sampled_from(["prod", "test"]),
    st.sampled_from([None, DOWN]),
)


@given(st.lists(BOARDS | EVENTS, max_size=20))
def test_the_counts_are_those_of_the_entry_points_whatever_is_edited(steps):
    board = Board([])
    for step in steps:
        if isinstance(step, list):
            board.replace(step, 1.0)
        else:
            board.fold(step)
        snapshot = board.snapshot(1.0)
        statuses = snapshot.entry_points.values()
        assert snapshot.verdicts == Counter(s.judgement.verdict for s in statuses)
        assert set(snapshot.servers) <= {key.server for key in snapshot.entry_points}


@pytest.mark.parametrize("again", [wanted(A, B), wanted(B, A)])
def test_the_same_config_again_changes_nothing_but_the_order(again):
    board = board_with_a_past()
    before = board.snapshot(21.0)
    board.replace(again, 22.0)
    after = board.snapshot(21.0)
    assert dict(after.entry_points) == dict(before.entry_points)
    assert replace(after, entry_points=before.entry_points, ranking=before.ranking) == before
