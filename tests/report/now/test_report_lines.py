from datetime import UTC

from report_support import FULL, NO_AGENTS, NOW, OPEN, board_of, entry_point, tell

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.domain.reading import Capacity, LiveSessionStatus
from wallboard.report.now.text import TextBoard

REFUSED = Failure(Cause.REFUSED, "Nobody listens.")


def frames_of(board):
    text = TextBoard("wallboard", zone=UTC)
    return lambda later=0.0: text.frame(board.snapshot(NOW + later))


def test_the_first_frame_shows_everything_and_the_next_only_what_changed():
    sales, billing = entry_point(1000, "Sales"), entry_point(1001, "Billing")
    board = board_of(sales, billing)
    tell(board, sales, OPEN)
    tell(board, billing, OPEN)
    frame = frames_of(board)
    first = frame()
    assert first[0].startswith("2026-01-01 00:00:00+00:00 wallboard: 2 ok; 10 polls")
    assert len(first) == 4
    assert len(frame(1)) == 1
    tell(board, billing, NO_AGENTS)
    changed = frame(2)
    assert changed[0].startswith("2026-01-01 00:00:02+00:00 wallboard: 1 critical, 1 ok")
    assert [line.split()[:4] for line in changed[2:]] == [["critical", "NO", "AGENTS", "1001"]]


def test_figures_alone_are_no_news():
    sales = entry_point(1000)
    board = board_of(sales)
    tell(board, sales, FULL)
    frame = frames_of(board)
    frame()
    moved = {Endpoint.CAPACITY: Capacity(2), Endpoint.LIVE_SESSION_STATUS: LiveSessionStatus(9, 1)}
    tell(board, sales, FULL | moved, at=NOW + 1)
    assert len(frame(1)) == 1


def test_a_reading_that_goes_stale_is_news():
    sales = entry_point(1000)
    board = board_of(sales)
    tell(board, sales, OPEN)
    frame = frames_of(board)
    frame()
    assert "stale" in frame(100)[-1]


def test_a_dead_server_is_one_line_until_it_answers_again():
    many = [entry_point(number) for number in range(1000, 1050)]
    board = board_of(*many)
    for one in many:
        tell(board, one, OPEN)
    frame = frames_of(board)
    frame()
    board.fold(ServerStatus("prod", NOW, REFUSED, NOW - 5, NOW + 9))
    _, line = frame(1)
    assert line == (
        "  server prod unreachable since 2025-12-31 23:59:55+00:00: Nobody listens."
    )  # fmt: skip
    board.fold(ServerStatus("prod", NOW + 2, REFUSED, NOW - 5, NOW + 20))
    assert len(frame(2)) == 1
    board.fold(ServerStatus("prod", NOW + 3))
    for one in many:
        tell(board, one, OPEN, at=NOW + 3)
    assert frame(3)[1:] == ["  server prod reachable again"]
