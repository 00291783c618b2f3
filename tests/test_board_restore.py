"""A board that is given what a recording knows."""

from array import array
from dataclasses import replace
from math import nan

from events import ALLOWED, KEY, failed, heard, refused

from wallboard.board import Board
from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.event import RecordedBoard, RecordedStatus
from wallboard.domain.history import History, Sample
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.domain.onset import Onset
from wallboard.domain.policy import Level, Policy, Verdict
from wallboard.domain.state import EndpointState

OTHER = EntryPointKey("prod", 1001)
FULL = heard(refused("queue_depth_reached"), at=90.0)


def board():
    return Board([(EntryPoint(KEY, "Sales"), Policy()), (EntryPoint(OTHER, "Help"), Policy())])


def recalled(*observations: object, key=KEY, **known):
    endpoints = {}
    for one in observations:
        endpoints[one.endpoint] = endpoints.get(one.endpoint, EndpointState()).updated(one)
    return RecordedStatus(key, endpoints, known.pop("history", History()), **known)


def test_a_restored_entry_point_stands_as_it_did_since_when_it_did():
    one = board()
    change = Change(
        40.0, KEY, "prod", Subject.VERDICT, "open", "queue_depth_reached", Level.WARNING
    )
    known = recalled(
        FULL,
        verdict=Verdict.QUEUE_DEPTH_REACHED,
        level=Level.WARNING,
        since=40.0,
        onset=Onset(40.0, seen=True, before=Verdict.OPEN, lasted=30.0),
        timeline=(change,),
    )
    one.fold(RecordedBoard(95.0, (known,), events=(change,)))
    snapshot = one.snapshot(100.0)
    status = snapshot.entry_points[KEY]
    assert status.judgement.verdict is Verdict.QUEUE_DEPTH_REACHED
    assert (status.since, status.onset) == (40.0, known.onset)
    assert status.timeline == snapshot.events == (change,)
    assert snapshot.newest_at == 90.0
    assert snapshot.verdicts == {Verdict.QUEUE_DEPTH_REACHED: 1, Verdict.WAITING: 1}


def test_of_the_recorded_events_only_those_of_this_board_are_shown():
    one = Board([(EntryPoint(KEY, "Sales"), Policy())])
    own, of_other, of_server = (
        Change(40.0, key, "prod", Subject.VERDICT, "open", "other", Level.WARNING)
        for key in (KEY, OTHER, None)
    )
    elsewhere = replace(of_server, server="other")
    one.fold(RecordedBoard(95.0, (), events=(own, of_other, of_server, elsewhere)))
    assert one.snapshot(95.0).events == (own, of_server)


def test_restoring_makes_no_event_of_its_own():
    one = board()
    one.fold(RecordedBoard(95.0, (recalled(FULL),)))
    assert one.snapshot(95.0).events == ()


def test_what_is_judged_by_other_rules_than_then_is_so_since_its_last_poll():
    one = board()
    one.fold(
        RecordedBoard(95.0, (recalled(FULL, verdict=Verdict.OPEN, level=Level.OK, since=10.0),))
    )
    assert one.snapshot(95.0).entry_points[KEY].since == 90.0


def test_what_a_recording_does_not_know_of_is_unheard_again():
    one = board()
    one.fold(replace(heard(ALLOWED, at=50.0), key=OTHER))
    one.fold(RecordedBoard(95.0, (recalled(FULL),)))
    status = one.snapshot(95.0).entry_points[OTHER]
    assert status.judgement.verdict is Verdict.WAITING
    assert status.state.endpoint(Endpoint.CHAT_ALLOWED).last is None


def test_what_is_not_on_this_board_is_passed_over():
    one = board()
    stranger = EntryPointKey("else", 7)
    away = ServerStatus("else", 90.0, Failure(Cause.DNS, "no such name"))
    one.fold(RecordedBoard(95.0, (recalled(FULL, key=stranger),), servers=(away,)))
    snapshot = one.snapshot(95.0)
    assert set(snapshot.entry_points) == {KEY, OTHER}
    assert snapshot.servers == {}


def test_a_server_that_was_away_is_away_again():
    one = board()
    away = ServerStatus("prod", 90.0, Failure(Cause.REFUSED, "refused"), since=80.0)
    one.fold(RecordedBoard(95.0, (recalled(FULL),), servers=(away,)))
    snapshot = one.snapshot(95.0)
    assert snapshot.unreachable == (away,)
    assert snapshot.entry_points[OTHER].judgement.verdict is Verdict.UNREACHABLE


def test_polls_go_on_from_what_was_restored():
    one = board()
    one.fold(
        RecordedBoard(95.0, (recalled(FULL, verdict=Verdict.QUEUE_DEPTH_REACHED, since=40.0),))
    )
    one.fold(heard(ALLOWED, at=100.0))
    (event,) = one.snapshot(100.0).events
    assert (event.before, event.after, event.lasted) == ("queue_depth_reached", "open", 60.0)


def test_the_last_good_poll_is_kept_below_a_failure():
    one = board()
    broken = failed(Endpoint.CHAT_ALLOWED, at=94.0)
    one.fold(RecordedBoard(95.0, (recalled(FULL, broken),)))
    state = one.snapshot(95.0).entry_points[KEY].state.endpoint(Endpoint.CHAT_ALLOWED)
    assert (state.good, state.last) == (FULL, broken)


def test_a_history_of_columns_is_that_of_its_samples():
    columns = ([1.0, 2.0, 3.0], [5.0, nan, 7.5], [0.0, 1.0, nan], [3.0, 2.0, 1.0])
    opened = Sample(3.0, 7.5, None, 1, Verdict.OPEN, Level.WARNING)
    full = Sample(2.0, None, 1, 2, Verdict.QUEUE_DEPTH_REACHED, Level.CRITICAL)
    codes = bytearray((opened.code, full.code, opened.code))
    history = History.of_columns(2, *(array("d", column) for column in columns), codes)
    assert list(history) == [full, opened]
    longer = history.appended(opened._replace(at=4.0))
    assert [sample.at for sample in longer] == [3.0, 4.0]
