"""What was known of each entry point, read back: as the board that recorded knew it."""

import random

import pytest
from recorder.incidents import AWAY, shift
from recorder.live_states import POINTS, Live, differing, read_steps, recorded, silent
from recorder.recordings import SERVER, START, board_of, poll, record

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.event import ClockSet, ExpectationChanged
from wallboard.domain.expectation import Expectation, Expected
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.domain.policy import Level
from wallboard.recorder.recording import Recording
from wallboard.recorder.writing.writer import Writer

CLOSED = 'false" reason="agent_not_available'


@pytest.mark.parametrize("seed", range(4))
def test_it_was_known_as_the_board_knew_it(tmp_path, seed):
    path, rounds = tmp_path / "a.db", 400
    live = recorded(path, silent(shift(rounds), random.Random(seed)))
    steps = read_steps(path)
    assert differing(live, steps, START, START + rounds * 10, every=0.5) == []


def test_it_can_be_asked_from_any_moment_on(tmp_path):
    path, rounds = tmp_path / "a.db", 400
    live = recorded(path, silent(shift(rounds), random.Random(5)))
    for since in (0.0, 650.0, 1234.5, 2500.0, 3999.0):
        steps = read_steps(path, START + since, START + since + 900)
        until = min(since + 900, rounds * 10)
        assert differing(live, steps, START + since, START + until, every=1.0) == []


def test_it_goes_on_where_the_program_was_started_again(tmp_path):
    path = tmp_path / "a.db"
    live = Live()
    events = list(silent(shift(300), random.Random(3)))
    # One is closed in good order, one is killed, and one is still writing.
    for part, end in ((events[:1000], "close"), (events[1000:2500], "drop"), (events[2500:], "")):
        writer = Writer.open(path, clock=lambda: START)
        writer.listed(POINTS, "Tests")
        writer.write([live.fold(event) for event in part])
        if end:
            getattr(writer, end)()
    steps = read_steps(path, until=START + 3000)
    assert differing(live, steps, START, START + 3000, every=0.5) == []
    writer.close()


def test_only_the_entry_points_that_are_asked_for(tmp_path):
    path, key = tmp_path / "a.db", EntryPointKey(SERVER, 1001)
    recorded(path, shift(100))
    assert read_steps(path, keys={key}) == {key: read_steps(path)[key]}
    assert read_steps(path, keys=set()) == {}


def test_servers_are_told_with_their_causes(tmp_path):
    path, other = tmp_path / "a.db", Failure(Cause.TIMEOUT, "no answer in 5 s")
    events = [
        poll(Endpoint.CHAT_ALLOWED, 0, "true"),
        ServerStatus(SERVER, START + 10, AWAY, START + 9, START + 12),
        ServerStatus(SERVER, START + 12, AWAY, START + 9, START + 15),
        ServerStatus(SERVER, START + 15, other, START + 9, START + 20),
        ServerStatus(SERVER, START + 40),
        poll(Endpoint.CHAT_ALLOWED, 41, "true"),
    ]
    record(path, events, entry_points=POINTS)
    with Recording.open(path) as recording:
        found = [event for part in recording.known_states() for event in part.events]
    told = [one for one in found if isinstance(one, ServerStatus)]
    assert [(one.at - START, one.failure and one.failure.cause) for one in told] == [
        (10, Cause.REFUSED),
        (15, Cause.TIMEOUT),
        (40, None),
    ]
    # What a server is comes before what that makes of its entry points.
    places = [found.index(one) for one in told]
    assert all(found[at + 1].at == found[at].at for at in (places[0], places[2]))


def test_a_clock_that_was_put_back_is_told_as_such(tmp_path):
    path, one = tmp_path / "a.db", board_of(1000)
    events = [
        *(poll(Endpoint.CHAT_ALLOWED, at, "true") for at in range(0, 100, 10)),
        poll(Endpoint.CHAT_ALLOWED, 100, CLOSED),
        ClockSet(-60.0),
        *(poll(Endpoint.CHAT_ALLOWED, at, CLOSED) for at in range(50, 80, 10)),
        poll(Endpoint.CHAT_ALLOWED, 80, "true"),
    ]
    record(path, events, entry_points=one)
    with Recording.open(path) as recording:
        found = [event for part in recording.known_states() for event in part.events]
    told = [
        event.by if isinstance(event, ClockSet) else (event.at - START, event.level, event.known)
        for event in found
    ]
    ok, critical = Level.OK, Level.CRITICAL
    assert told == [(0, ok, True), (100, critical, True), -50.0, (80, ok, True), (110, ok, False)]


def test_what_is_expected_is_told_with_the_states(tmp_path):
    path, one = tmp_path / "a.db", board_of(1000)
    key = one[0][0].key
    day, night = (Expectation(Expected(open=open_, until=None, why="")) for open_ in (True, False))
    rounds = [poll(Endpoint.CHAT_ALLOWED, at, CLOSED) for at in range(0, 3000, 10)]
    turns = [ExpectationChanged(START + at, {key: of})
             for at, of in ((5.0, night), (1305.0, day), (2605.0, night))]  # fmt: skip
    record(path, sorted([*rounds, *turns], key=lambda event: event.at), entry_points=one)

    def told(since):
        with Recording.open(path) as recording:
            parts = recording.known_states(START + since, START + 3000)
            return [
                (event.at - START, event.level, event.expectation.expected)
                for part in parts
                for event in part.events
                if event.at > START + since
            ]

    closed, opened = (5.0, Level.OK, night.expected), (1305.0, Level.CRITICAL, day.expected)
    again = (2605.0, Level.OK, night.expected)
    assert told(1.0) == [closed, opened, again]
    # Not what was expected before it.
    assert told(1290.0) == [opened, again]
    assert told(2000.0) == [again]


def test_nothing_is_known_of_an_empty_recording(tmp_path):
    path = tmp_path / "a.db"
    record(path, [], entry_points=POINTS)
    assert read_steps(path) == {}
