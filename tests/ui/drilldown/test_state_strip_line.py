"""The strip of states in the drill-down: as recorded, else as the board knows; gaps are gaps."""

from boards import NOW, observed
from stories import KEY, story

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint
from wallboard.domain.policy import Level, Policy, Verdict
from wallboard.domain.reading import Capacity, ChatAllowed, LiveSessionStatus
from wallboard.domain.state_strip import State
from wallboard.ui.drilldown.state_strip_line import states_in
from wallboard.ui.picture.window import RecordedStates, Window

OPEN, FULL = ChatAllowed(True), ChatAllowed(False, "queue_depth_reached")


def levels(states):
    return [state.level if state else None for state in states]


def polled(*rounds: tuple[float, ChatAllowed]):
    """The status after rounds of polls so many seconds ago."""
    board = Board([(EntryPoint(KEY, "Sales"), Policy())])
    for seconds, outcome in rounds:
        board.fold(observed(KEY, Endpoint.CHAT_ALLOWED, outcome, NOW - seconds))
        live = LiveSessionStatus(1.0, 1)
        board.fold(observed(KEY, Endpoint.LIVE_SESSION_STATUS, live, NOW - seconds + 0.1))
        board.fold(observed(KEY, Endpoint.CAPACITY, Capacity(3), NOW - seconds + 0.2))
    return board.snapshot(NOW).entry_points[KEY]


def test_slices_finer_than_a_minute_show_nothing_from_before_the_first_poll():
    status = polled((15, OPEN), (5, FULL))
    found = states_in(status, Window(NOW - 60, NOW, 12), NOW, None)
    assert levels(found) == [*[None] * 9, Level.OK, Level.OK, Level.WARNING]


def test_a_silence_is_a_gap():
    status = polled((300, OPEN), (5, OPEN))
    found = states_in(status, Window(NOW - 300, NOW, 30), NOW, None)
    assert levels(found) == [*[Level.OK] * 4, *[None] * 25, Level.OK]


def test_minutes_come_of_the_strip_that_the_board_keeps():
    status = story().snapshot(NOW).entry_points[KEY]
    end = (NOW // 60 + 1) * 60
    window = Window(end - 3600, end, 60)
    assert tuple(states_in(status, window, NOW, None)) == status.states(NOW, 60)


def test_what_is_recorded_takes_precedence_and_is_found_by_its_time():
    status = polled((15, OPEN), (5, OPEN))
    down = State(Level.CRITICAL, Verdict.SERVICE_NOT_RUNNING)
    recorded = RecordedStates(Window(NOW - 65, NOW - 5, 12), (down, *[None] * 11))
    found = states_in(status, Window(NOW - 65, NOW, 13), NOW, recorded)
    assert levels(found)[0] is Level.CRITICAL
    assert levels(found)[1:] == [*[None] * 9, *[Level.OK] * 3]
