"""The incidents of a living board, snapshot by snapshot."""

from domain.test_incidents import clear_after
from events import ALLOWED, KEY, failed, heard, refused

from wallboard.board import Board
from wallboard.domain import incidents
from wallboard.domain.change import EVENTS_BOUND
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.incidents import BoardIncidents, Incidents
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.domain.policy import Policy, Verdict

OTHER = EntryPointKey("prod", 1001)
CLOSED = refused("agent_not_available")
CHAT = (Endpoint.CHAT_ALLOWED,)


def board():
    points = [EntryPoint(key, str(key.id), endpoints=CHAT) for key in (KEY, OTHER)]
    return Board([(one, Policy(interval=100.0)) for one in points])


def told(found):
    return [(one.whose, one.at, one.good_at, one.seen) for one in found.incidents]


def test_it_follows_what_is_new_and_takes_each_event_once(monkeypatch):
    taken = []

    class Counted(Incidents):
        def take(self, change):
            taken.append(change)
            super().take(change)

    monkeypatch.setattr(incidents, "Incidents", Counted)
    made, found = board(), BoardIncidents()
    for turn in range(EVENTS_BOUND + 500):
        made.fold(heard(ALLOWED if turn % 2 == 0 else CLOSED, at=100.0 * turn))
        found.follow(made.snapshot(100.0 * turn))
    events = made.snapshot(100.0 * turn).events
    assert len(events) == EVENTS_BOUND
    assert len(taken) == EVENTS_BOUND + 500 - 1, "the first answer is no event"
    assert not found.follow(made.snapshot(100.0 * turn)), "nothing is new"
    whole = BoardIncidents()
    whole.follow(made.snapshot(100.0 * turn))
    assert found.incidents[1:] == whole.incidents[1:]
    assert sum(len(one.changes) for one in found.incidents) == EVENTS_BOUND


def test_what_is_wrong_when_the_board_starts_is_an_incident_that_nobody_saw_begin():
    made, found = board(), BoardIncidents()
    made.fold(heard(CLOSED, at=100.0))
    found.follow(made.snapshot(101.0))
    assert told(found) == [(KEY, 100.0, None, False)]
    made.fold(heard(ALLOWED, at=130.0))
    found.follow(made.snapshot(131.0))
    assert told(found) == [(KEY, 100.0, 130.0, False)]
    assert len(found.incidents[0].changes) == 1


def test_a_server_that_is_out_of_reach_from_the_start_is_one_for_all_its_entry_points():
    made, found = board(), BoardIncidents()
    down = Failure(Cause.DNS, "no such name")
    made.fold(ServerStatus("prod", 100.0, down, since=90.0))
    found.follow(made.snapshot(101.0))
    assert [(one.whose, one.state.verdict) for one in found.incidents] == [
        ("prod", Verdict.UNREACHABLE)
    ]


def test_what_an_outage_takes_back_is_told_no_more():
    made, found = board(), BoardIncidents()
    for key in (KEY, OTHER):
        made.fold(heard(ALLOWED, at=10.0, key=key))
    gone = Failure(Cause.REFUSED, "nothing listens")
    made.fold(failed(Endpoint.CHAT_ALLOWED, Cause.REFUSED, at=100.0))
    found.follow(made.snapshot(100.0))
    assert [one.whose for one in found.incidents] == [KEY]
    made.fold(ServerStatus("prod", 102.0, gone, since=100.0))
    found.follow(made.snapshot(102.0))
    assert [(one.whose, len(one.changes)) for one in found.incidents] == [("prod", 1)]


def test_another_time_to_be_clear_puts_them_together_anew():
    made, found = board(), BoardIncidents()
    for at, fact in ((0.0, ALLOWED), (100.0, CLOSED), (110.0, ALLOWED), (130.0, CLOSED)):
        made.fold(heard(fact, at=at))
    found.follow(made.snapshot(131.0), clear_after(60.0, KEY))
    assert len(found.incidents) == 1
    assert not found.follow(made.snapshot(131.0), clear_after(60.0, KEY)), "nothing is new"
    found.follow(made.snapshot(131.0), clear_after(10.0, OTHER))
    assert len(found.incidents) == 1
    found.follow(made.snapshot(131.0), clear_after(10.0, KEY))
    assert len(found.incidents) == 2
