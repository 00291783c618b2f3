from collections import Counter
from dataclasses import replace

import pytest
from events import ALLOWED, KEY, failed, heard, refused
from hypothesis import given
from hypothesis import strategies as st

from wallboard.board import Board
from wallboard.domain.change import Subject
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.event import ClockSet
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.domain.policy import DEFAULT_LEVELS, Level, Policy, Verdict
from wallboard.domain.reading import (
    AgentAvailability,
    Capacity,
    ChatAllowed,
    CheckEligibility,
    LiveSessionStatus,
)

OTHER = EntryPointKey("prod", 1001)
ELSEWHERE = EntryPointKey("test", 1000)
KEYS = (KEY, OTHER, ELSEWHERE)
DOWN = Failure(Cause.REFUSED, "Nothing listens there.")


def board_of(*keys: EntryPointKey, history=100, policy=None, endpoints=tuple(Endpoint)):
    entry_points = [EntryPoint(key, str(key.id), endpoints=endpoints) for key in keys or KEYS]
    return Board([(one, policy or Policy()) for one in entry_points], history=history)


def folded(board, *events: object, now=100.0):
    for event in events:
        board.fold(event)
    return board.snapshot(now)


def judgement_of(snapshot, key=KEY):
    return snapshot.entry_points[key].judgement


def test_a_board_that_heard_nothing_waits():
    snapshot = folded(board_of())
    assert list(snapshot.entry_points) == list(KEYS)
    assert snapshot.verdicts == {Verdict.WAITING: 3}
    assert (snapshot.at, snapshot.newest_at, snapshot.polls_per_minute) == (100.0, None, 0)
    assert (snapshot.servers, snapshot.unreachable) == ({}, ())


def test_a_board_without_entry_points_is_empty():
    snapshot = Board([]).snapshot(1.0)
    assert (snapshot.entry_points, snapshot.verdicts) == ({}, {})


def test_verdicts_are_counted_and_those_nobody_has_are_left_out():
    board = board_of()
    snapshot = folded(board, heard(ALLOWED), heard(refused("other"), key=OTHER))
    assert snapshot.verdicts == {Verdict.OPEN: 1, Verdict.OTHER: 1, Verdict.WAITING: 1}
    snapshot = folded(board, heard(ALLOWED, key=OTHER), heard(ALLOWED, key=ELSEWHERE))
    assert snapshot.verdicts == {Verdict.OPEN: 3}


def test_an_entry_point_that_heard_nothing_new_is_the_same_object():
    board = board_of()
    before = folded(board, heard(ALLOWED), heard(ALLOWED, key=OTHER))
    after = folded(board, heard(Capacity(3)), now=101.0)
    assert after.entry_points[OTHER] is before.entry_points[OTHER]
    assert after.entry_points[KEY] is not before.entry_points[KEY]


def test_a_snapshot_never_changes_afterwards():
    board = board_of()
    before = folded(board, heard(ALLOWED))
    content = dict(before.entry_points), dict(before.verdicts), dict(before.servers)
    folded(board, heard(refused("other")), ServerStatus("prod", 5.0, DOWN))
    assert (before.entry_points, before.verdicts, before.servers) == content
    with pytest.raises(TypeError):
        before.entry_points[KEY] = None


def test_an_entry_point_that_is_not_on_the_board_is_passed_over():
    snapshot = folded(board_of(KEY), heard(ALLOWED, key=OTHER, at=50.0))
    assert list(snapshot.entry_points) == [KEY]
    assert (snapshot.polls_per_minute, snapshot.newest_at) == (0, None)


def test_an_endpoint_that_is_not_polled_may_still_be_heard():
    board = board_of(KEY, endpoints=(Endpoint.CAPACITY,))
    assert judgement_of(folded(board, heard(ALLOWED))).verdict is Verdict.OPEN


def test_the_ranking_changes_only_with_a_verdict_or_a_level():
    board = board_of()
    first = folded(board, heard(ALLOWED)).ranking
    assert folded(board, heard(ALLOWED), heard(LiveSessionStatus(5.0, 1))).ranking == first
    raised = folded(board, heard(LiveSessionStatus(500.0, 1))).ranking
    assert raised != first
    assert folded(board, heard(refused("other"))).ranking not in {first, raised}


def test_the_level_follows_the_policy_of_each_entry_point():
    points = [
        (EntryPoint(KEY, "a"), Policy()),
        (EntryPoint(OTHER, "b"), Policy(levels={**DEFAULT_LEVELS, Verdict.OTHER: Level.OK})),
    ]
    closed = refused("other")
    snapshot = folded(Board(points), heard(closed), heard(closed, key=OTHER))
    assert judgement_of(snapshot).level is Level.CRITICAL
    assert judgement_of(snapshot, OTHER).level is Level.OK


def test_a_server_out_of_reach_takes_its_entry_points_along_and_keeps_their_values():
    board = board_of()
    folded(board, *(heard(ALLOWED, key=key) for key in KEYS))
    folded(board, heard(LiveSessionStatus(42.0, 7), at=90.0))
    status = ServerStatus("prod", 95.0, DOWN, since=95.0, next_probe_at=100.0)
    down = folded(board, status)
    assert down.verdicts == {Verdict.UNREACHABLE: 2, Verdict.OPEN: 1}
    judgement = judgement_of(down)
    assert (judgement.wait_seconds, judgement.queue_depth) == (42.0, 7)
    assert (judgement.summary, judgement.cause) == (DOWN.message, Cause.REFUSED)
    assert not judgement.stale(120.0)
    assert judgement.stale(121.0)
    assert judgement_of(down, ELSEWHERE).verdict is Verdict.OPEN
    assert down.unreachable == (status,)


def test_a_server_that_is_back_is_asked_again_before_anything_is_said_of_it():
    board = board_of(KEY)
    folded(board, heard(ALLOWED, at=90.0), ServerStatus("prod", 95.0, DOWN))
    back = folded(board, ServerStatus("prod", 200.0))
    assert back.unreachable == ()
    assert judgement_of(back).verdict is Verdict.WAITING
    assert judgement_of(back).summary == "Polling again since prod is back."
    fresh = folded(board, heard(ALLOWED, at=201.0))
    assert judgement_of(fresh).verdict is Verdict.OPEN
    assert not judgement_of(fresh).stale(202.0)


def test_another_probe_of_a_server_still_out_of_reach_judges_nothing_anew():
    board = board_of(KEY)
    before = folded(board, heard(ALLOWED), ServerStatus("prod", 95.0, DOWN, 95.0, 97.0))
    after = folded(board, ServerStatus("prod", 97.0, DOWN, 95.0, 101.0))
    assert after.entry_points[KEY] is before.entry_points[KEY]
    assert after.servers["prod"].next_probe_at == 101.0


def test_a_server_nobody_knows_is_told_of_and_disturbs_nobody():
    snapshot = folded(board_of(), ServerStatus("elsewhere", 1.0, DOWN))
    assert snapshot.verdicts == {Verdict.WAITING: 3}


def test_polls_are_counted_over_the_last_minute():
    board = board_of(KEY)
    for second in range(200):
        board.fold(heard(ALLOWED, at=float(second)))
        board.fold(failed(Endpoint.CAPACITY, at=float(second)))
    assert board.snapshot(199.5).polls_per_minute == 120
    assert board.snapshot(229.5).polls_per_minute == 60
    assert board.snapshot(300.0).polls_per_minute == 0


def test_the_newest_poll_is_the_last_one_heard_for_the_clock_may_have_been_put_back():
    board = board_of()
    folded(board, heard(ALLOWED, at=5000.0), failed(Endpoint.CAPACITY, at=5001.0))
    after = folded(board, heard(ALLOWED, at=1000.0))
    assert (after.newest_at, after.entry_points[KEY].judgement.newest_at) == (1000.0, 1000.0)
    assert after.entry_points[KEY].judgement.stale(1031.0)


@pytest.mark.parametrize("by", [-86_400.0, -20.0, 20.0, 86_400.0])
def test_all_that_is_known_is_as_old_after_the_clock_was_set_as_before(by):
    board = board_of()
    down = ServerStatus("prod", 100.0, Failure(Cause.REFUSED, "no"), 90.0, 130.0)
    folded(board, heard(ALLOWED, at=100_000.0), ServerStatus("prod", 100_000.0))
    outage = replace(down, at=100_000.0, since=99_990.0, next_probe_at=100_030.0)
    before = folded(board, outage, now=100_000.0)
    board.fold(ClockSet(by))
    now = 100_010.0 + by
    after = board.snapshot(now)
    status, was = after.entry_points[KEY], before.entry_points[KEY]
    assert after.newest_at == before.newest_at + by
    assert (status.since, status.onset) == (was.since + by, was.onset.shifted(by))
    server = after.servers["prod"]
    assert (server.since, server.next_probe_at) == (99_990.0 + by, 100_030.0 + by)
    assert after.polls_per_minute == before.polls_per_minute == 1
    # Nothing else became of it, and it grows old as it would have.
    assert (status.judgement, after.events) == (was.judgement, before.events)
    assert not status.judgement.stale(now + 20.0)
    assert status.judgement.stale(now + 20.1)
    # Also once it is judged anew, and when that lasts.
    board.fold(ServerStatus("prod", now))
    status = board.snapshot(now).entry_points[KEY]
    assert status.judgement.stale(now + 20.1)
    assert not status.judgement.stale(now + 20.0)
    assert status.timeline[-1].lasted == pytest.approx(10.0)


def test_polls_dated_into_the_future_are_none_of_the_last_minute():
    board = board_of()
    folded(board, heard(ALLOWED, at=5000.0))
    assert board.snapshot(5000.0 - 1).polls_per_minute == 1
    assert board.snapshot(5000.0 - 10).polls_per_minute == 0


def test_a_body_equal_to_the_one_before_is_kept_once():
    board = board_of(KEY)
    snapshot = folded(
        board,
        heard(ALLOWED, body=bytes(b"<a/>" * 9)),
        heard(ALLOWED, body=bytes(bytearray(b"<a/>" * 9))),
        heard(ALLOWED, body=b"<b/>"),
    )
    first, second, third = snapshot.entry_points[KEY].state.endpoint(Endpoint.CHAT_ALLOWED).recent
    assert first.response.body is second.response.body
    assert third.response.body == b"<b/>"


def history_after(*events: object, **board: object):
    return list(folded(board_of(KEY, **board), *events).entry_points[KEY].state.history)


def test_a_round_of_polls_makes_one_sample():
    (sample,) = history_after(
        heard(ALLOWED, at=1.0),
        heard(Capacity(4), at=2.0),
        heard(LiveSessionStatus(30.0, 2), at=3.0),
        heard(CheckEligibility(0), at=4.0),
    )
    assert sample == (3.0, 30.0, 2, 4, Verdict.OPEN, Level.OK)


def test_a_failed_poll_is_a_gap_in_the_history_though_the_tile_keeps_its_value():
    live = Endpoint.LIVE_SESSION_STATUS
    board = board_of(KEY, endpoints=(Endpoint.CHAT_ALLOWED, live))
    events = (heard(ALLOWED), heard(LiveSessionStatus(30.0, 2), at=1.0), failed(live, at=11.0))
    snapshot = folded(board, *events)
    good, gap = snapshot.entry_points[KEY].state.history
    assert (good.wait_seconds, gap.wait_seconds, gap.queue_depth) == (30.0, None, None)
    assert judgement_of(snapshot).wait_seconds == 30.0


def test_without_live_session_status_the_first_endpoint_sets_the_pace():
    endpoints = (Endpoint.CAPACITY, Endpoint.CHAT_ALLOWED)
    samples = history_after(
        heard(Capacity(4), at=1.0),
        heard(ALLOWED, at=2.0),
        heard(Capacity(5), at=11.0),
        endpoints=endpoints,
    )
    assert [(sample.at, sample.capacity) for sample in samples] == [(1.0, 4), (11.0, 5)]


def test_the_history_is_bounded_by_what_the_board_was_told():
    polls = [heard(LiveSessionStatus(1.0, n), at=float(n)) for n in range(30)]
    assert [sample.queue_depth for sample in history_after(*polls, history=7)] == list(
        range(23, 30)
    )


FACTS = (
    st.builds(ChatAllowed, st.none() | st.booleans(), st.none() | st.just("other"))
    | st.builds(CheckEligibility, st.none() | st.integers(-1, 3))
    | st.builds(LiveSessionStatus, st.none() | st.floats(0, 1e6), st.none() | st.integers(0, 99))
    | st.builds(Capacity, st.none() | st.integers(-5, 99))
    | st.builds(AgentAvailability, st.none() | st.booleans())
)
TIMES = st.floats(0, 1e4)
SOME_KEYS = st.sampled_from([*KEYS, EntryPointKey("prod", 7), EntryPointKey("nowhere", 1)])
GOOD = st.builds(
    lambda fact, at, key, body: heard(fact, at=at, key=key, body=body),
    FACTS,
    TIMES,
    SOME_KEYS,
    st.none() | st.binary(max_size=3),
)
BAD = st.builds(
    lambda endpoint, cause, at, key: failed(endpoint, cause, at=at, key=key),
    st.sampled_from(Endpoint),
    st.sampled_from(Cause),
    TIMES,
    SOME_KEYS,
)
STATUSES = st.builds(
    ServerStatus,
    st.sampled_from(["prod", "test", "nowhere"]),
    TIMES,
    st.none() | st.just(DOWN),
)
ENDPOINTS = st.lists(st.sampled_from(Endpoint), min_size=1, unique=True).map(tuple)


@given(
    events=st.lists(GOOD | BAD | STATUSES | st.none(), max_size=60),
    endpoints=ENDPOINTS,
    bound=st.integers(1, 5),
)
def test_any_stream_of_events_gives_a_board_that_adds_up(events, endpoints, bound):
    """``None`` stands for somebody looking at the board."""
    board = board_of(history=bound, endpoints=endpoints)
    for event in events:
        if event is None:
            board.snapshot(5e3)
        else:
            board.fold(event)
    snapshot = board.snapshot(1e4)
    assert sum(snapshot.verdicts.values()) == len(KEYS)
    shown = Counter(status.judgement.verdict for status in snapshot.entry_points.values())
    assert snapshot.verdicts == shown
    assert snapshot.polls_per_minute >= 0
    assert all(len(s.state.history) <= bound for s in snapshot.entry_points.values())
    for status in snapshot.entry_points.values():
        if status.judgement.verdict is Verdict.OPEN:
            chat_allowed = status.state.latest(Endpoint.CHAT_ALLOWED, ChatAllowed)
            eligibility = status.state.latest(Endpoint.CHECK_ELIGIBILITY, CheckEligibility)
            assert chat_allowed.allowed if chat_allowed else eligibility.response_type == 0


@given(events=st.lists(GOOD | BAD | STATUSES, max_size=40))
def test_looking_at_the_board_does_not_change_what_it_says(events):
    watched, unwatched = board_of(), board_of()
    for event in events:
        watched.fold(event)
        watched.snapshot(1e4)
        unwatched.fold(event)
    seen, unseen = watched.snapshot(1e4), unwatched.snapshot(1e4)
    assert dict(seen.verdicts) == dict(unseen.verdicts)
    for key in KEYS:
        assert judgement_of(seen, key) == judgement_of(unseen, key)
        ours, theirs = (s.entry_points[key].state.history for s in (seen, unseen))
        assert list(ours) == list(theirs)


def test_a_change_of_level_says_how_long_the_level_had_been():
    polls = [heard(LiveSessionStatus(wait, 0), at=at) for at, wait in WAITS]
    board = board_of(KEY, policy=Policy(interval=60.0))
    events = folded(board, heard(ALLOWED, at=100.0), *polls, now=300.0).events
    levels = [change for change in events if change.subject is Subject.LEVEL]
    assert [(change.before, change.after, change.lasted) for change in levels] == [
        ("ok", "warning", 61.0),
        ("warning", "critical", 20.0),
        ("critical", "ok", 100.0),
    ]


WAITS = ((101.0, 0.0), (161.0, 90.0), (181.0, 400.0), (281.0, 0.0))


def test_an_endpoint_that_answers_again_says_how_long_it_failed():
    bad = failed(Endpoint.CAPACITY, at=110.0)
    good = heard(Capacity(3), at=150.0)
    events = folded(board_of(KEY), bad, good, now=300.0).events
    assert [(change.after, change.lasted) for change in events] == [("http", None), ("ok", 40.0)]


def outage_of(board, *, points=(KEY, OTHER), began=100.0):
    """Every endpoint of these times out one after the other, then the server is out of reach."""
    polls = [(key, endpoint) for key in points for endpoint in Endpoint]
    for number, (key, endpoint) in enumerate(polls):
        folded(board, failed(endpoint, Cause.TIMEOUT, key=key, at=began + number, message="late"))
    late = Failure(Cause.TIMEOUT, "late")
    return folded(board, ServerStatus("prod", began + 20, late, since=began + 0.01))


ANSWERS = (
    ALLOWED,
    CheckEligibility(0, "0"),
    LiveSessionStatus(5.0, 1),
    Capacity(3),
    AgentAvailability(available=True),
)


def well(board, at, points=(KEY, OTHER)):
    """Every endpoint answers, those that no verdict rests on first."""
    for key in points:
        for number, fact in enumerate(reversed(ANSWERS)):
            folded(board, heard(fact, key=key, at=at + number))


def said(snapshot, after=0):
    return [(str(one.key or one.server), one.before, one.after) for one in snapshot.events[after:]]


def test_a_server_that_hangs_and_comes_back_is_one_event_each():
    board = board_of()
    well(board, 0.0)
    before = len(board.snapshot(50.0).events)
    down = outage_of(board)
    assert said(down, before) == [("prod", "ok", "timeout")]
    assert judgement_of(down).verdict is Verdict.UNREACHABLE
    folded(board, failed(Endpoint.CAPACITY, Cause.TIMEOUT, at=130.0))
    folded(board, failed(Endpoint.CAPACITY, Cause.RESET, at=131.0))
    folded(board, ServerStatus("prod", 140.0))
    well(board, 140.0)
    up = board.snapshot(150.0)
    assert said(up, before) == [("prod", "ok", "timeout"), ("prod", "timeout", "ok")]
    assert up.events[-1].level is Level.OK
    assert judgement_of(up).verdict is Verdict.OPEN


def test_a_fold_says_what_it_did():
    board = board_of()
    did = board.fold(heard(ALLOWED, at=90.0))
    assert did.statuses == (board.status(KEY),)
    assert did.changes == board.status(KEY).timeline
    again = board.fold(heard(ALLOWED, at=91.0))
    assert (again.statuses, again.changes) == ((board.status(KEY),), ())
    assert not board.fold(heard(ALLOWED, key=EntryPointKey("prod", 1))).statuses
    late = failed(Endpoint.CAPACITY, Cause.TIMEOUT, at=92.0)
    (change,) = board.fold(late).changes
    elsewhere = board.fold(ServerStatus("test", 93.0, DOWN, since=92.0))
    assert not elsewhere.takes_back(change)
    down = board.fold(ServerStatus("prod", 93.0, DOWN, since=92.0))
    assert [one.key for one in down.changes] == [None, KEY, OTHER]
    assert [one.entry_point.key for one in down.statuses] == [KEY, OTHER]
    assert down.takes_back(change)
    assert not down.takes_back(did.changes[0])


def test_an_edit_says_what_it_changed():
    board = board_of(KEY, OTHER)
    board.fold(heard(ALLOWED, at=90.0))
    entry_point = board.status(KEY).entry_point
    strict = Policy(levels={**DEFAULT_LEVELS, Verdict.OPEN: Level.WARNING})
    edit = board.replace([(entry_point, strict)], 100.0)
    assert [(one.subject, one.key, one.after) for one in edit.changes] == [
        (Subject.LEVEL, KEY, "warning")
    ]
    assert edit.statuses == (board.status(KEY),)


def test_what_an_outage_leaves_behind_is_said():
    board = board_of()
    well(board, 0.0)
    outage_of(board)
    folded(board, ServerStatus("prod", 140.0))
    before = len(board.snapshot(140.0).events)
    well(board, 140.0, points=(OTHER,))
    folded(board, heard(Capacity(3), at=140.0), heard(refused("agent_not_available"), at=141.0))
    (change,) = board.snapshot(150.0).events[before:]
    assert (change.key, change.before, change.after) == (KEY, "unreachable", "agent_not_available")
    assert change.lasted == 36.0


def test_an_endpoint_that_hangs_on_after_an_outage_is_said_with_the_verdict_it_means():
    board = board_of()
    well(board, 0.0)
    outage_of(board)
    folded(board, ServerStatus("prod", 140.0), heard(Capacity(3), at=141.0))
    before = len(board.snapshot(142.0).events)
    folded(board, failed(Endpoint.CHECK_ELIGIBILITY, at=149.0))
    for at in (150.0, 160.0):
        folded(board, failed(Endpoint.CHAT_ALLOWED, Cause.TIMEOUT, at=at))
    assert {(one.subject, one.after) for one in board.snapshot(170.0).events[before:]} == {
        (Subject.VERDICT, "error"),
        (Subject.ENDPOINT, "http"),
        (Subject.ENDPOINT, "timeout"),
    }
    assert len(board.snapshot(170.0).events) == before + 3


def test_later_faults_of_single_endpoints_are_said_as_ever():
    board = board_of()
    well(board, 0.0)
    outage_of(board)
    folded(board, ServerStatus("prod", 140.0))
    well(board, 140.0)
    before = len(board.snapshot(150.0).events)
    for endpoint in (Endpoint.CHAT_ALLOWED, Endpoint.CHECK_ELIGIBILITY):
        folded(board, failed(endpoint, Cause.TIMEOUT, at=500.0))
    folded(board, heard(ALLOWED, at=510.0))
    assert [(one.subject, one.after) for one in board.snapshot(520.0).events[before:]] == [
        (Subject.ENDPOINT, "timeout"),
        (Subject.VERDICT, "error"),
        (Subject.ENDPOINT, "timeout"),
        (Subject.VERDICT, "open"),
        (Subject.ENDPOINT, "ok"),
    ]


def test_the_order_is_another_one_once_an_answer_is_out_of_date():
    board = board_of(KEY, policy=Policy(interval=10.0))
    board.fold(heard(ALLOWED, at=100.0))
    fresh, still, stale, later = (board.snapshot(at) for at in (100.0, 130.0, 131.0, 500.0))
    assert fresh.ranking == still.ranking != stale.ranking == later.ranking
    board.fold(heard(ALLOWED, at=501.0))
    assert board.snapshot(501.0).ranking != later.ranking
