"""The incidents of a recording are those of the board that was recorded."""

import pytest
from incidents import IDS, shift
from recordings import START, board_of, poll, record

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.incidents import BoardIncidents, Incidents
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.recorder.recording import Recording

POINTS = (1000, 1001)
CHAT, ELIGIBILITY = Endpoint.CHAT_ALLOWED, Endpoint.CHECK_ELIGIBILITY
GONE = Failure(Cause.REFUSED, "nothing listens there")


def failing(status, at, number):
    failure = Failure(Cause.HTTP, f"the server answered {status}")
    for place, endpoint in enumerate((CHAT, ELIGIBILITY)):
        yield poll(
            endpoint, at + place * 0.1, failure=failure, body=b"<html/>", status=status, id=number
        )


def restart():
    """A server that is stopped, and comes back bit by bit."""
    for number in POINTS:
        yield poll(CHAT, 1, "true", id=number)
        yield poll(ELIGIBILITY, 1.1, 0, id=number)
    for n, number in enumerate(POINTS):
        yield from failing(503, 100 + n, number)
    yield ServerStatus("prod", START + 112, GONE, START + 111, START + 113)
    yield ServerStatus("prod", START + 143)
    for n, number in enumerate(POINTS):
        yield from failing(404, 144 + n, number)
    for n, number in enumerate(POINTS):
        yield poll(CHAT, 150 + n, 'false" reason="service_not_running', id=number)
    for n, number in enumerate(POINTS):
        yield poll(CHAT, 160 + n, "true", id=number)


def told(incident):
    phases = [(one.state, round(one.at, 3), one.seconds) for one in incident.phases]
    changes = [(one.at, one.key, one.subject, one.before, one.after) for one in incident.changes]
    return (incident.whose, incident.at, incident.good_at, incident.level, phases, changes)


@pytest.mark.parametrize("events", [list(shift(200)), list(restart())], ids=["shift", "restart"])
def test_the_incidents_of_a_recording_are_those_of_the_board(tmp_path, events):
    points = board_of(*IDS)
    board, living = Board(points), BoardIncidents()
    for event in events:
        board.fold(event)
        living.follow(board.snapshot(event.at))
    path = tmp_path / "wall.db"
    record(path, events, entry_points=points)
    with Recording.open(path) as recording:
        recorded = Incidents()
        for change in recording.changes():
            recorded.take(change)
        restored = BoardIncidents()
        again = Board(points)
        again.fold(recording.board_at(events[-1].at))
        restored.follow(again.snapshot(events[-1].at))
    found = [told(one) for one in living.incidents]
    assert found
    assert found == [told(one) for one in recorded.found()]
    assert found == [told(one) for one in restored.incidents]


def test_a_restart_is_one_incident_told_in_its_phases(tmp_path):
    path = tmp_path / "wall.db"
    record(path, restart(), entry_points=board_of(1000, 1001))
    incidents = Incidents()
    with Recording.open(path) as recording:
        for change in recording.changes():
            incidents.take(change)
    (one,) = incidents.found()
    phases = [(p.state.http_status or p.state.verdict.label, p.seconds) for p in one.phases]
    assert phases == [
        (503, pytest.approx(10.9)),
        ("UNREACHABLE", pytest.approx(32)),
        (404, pytest.approx(6.9)),
        ("SERVICE DOWN", pytest.approx(10)),
    ]
    assert {key.id for key in one.keys} == {1000, 1001}


@pytest.mark.parametrize("each", [1, 1000], ids=["written at once", "written together"])
def test_what_an_outage_explains_is_taken_back_in_the_file_too(tmp_path, each):
    path, points = tmp_path / "wall.db", board_of(*POINTS)
    events = [one for one in restart() if one.at < START + 50]
    refused = [
        poll(endpoint, 100 + place * 0.1, failure=GONE, id=number)
        for place, (number, endpoint) in enumerate(
            (number, endpoint) for number in POINTS for endpoint in (CHAT, ELIGIBILITY)
        )
    ]
    events += [*refused, ServerStatus("prod", START + 101, GONE, START + 100, START + 102)]
    record(path, events, entry_points=points, each=each)
    board = Board(points)
    for event in events:
        board.fold(event)
    with Recording.open(path) as recording:
        changes = list(recording.changes())
        again = Board(points)
        again.fold(recording.board_at(START + 101))
    assert not [one for one in changes if one.endpoint and one.after == "refused"]
    of_key = [one for one in changes if one.key and one.at >= START + 100]
    assert of_key
    assert all(one.of_server for one in of_key)
    shown, restored = (one.snapshot(START + 101).events for one in (board, again))
    assert [(e.at, e.key, e.after) for e in restored] == [(e.at, e.key, e.after) for e in shown]
