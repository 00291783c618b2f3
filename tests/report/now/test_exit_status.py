import pytest
from report_support import FULL, NO_AGENTS, NOW, OPEN, board_of, entry_point, tell

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.reading import ChatAllowed
from wallboard.report.now.nagios import exit_status

STRANGE = {**OPEN, Endpoint.CHAT_ALLOWED: ChatAllowed(None)}


@pytest.mark.parametrize(
    ("boards", "status"),
    [
        ([OPEN], 0),
        ([OPEN, FULL], 1),
        ([OPEN, FULL, STRANGE], 3),
        ([OPEN, FULL, STRANGE, NO_AGENTS], 2),
        ([{}], 3),
        ([], 3),
    ],
)
def test_the_worst_of_ok_warning_unknown_critical_decides(boards, status):
    entry_points = [entry_point(number) for number in range(len(boards))]
    board = board_of(*entry_points)
    for one, facts in zip(entry_points, boards, strict=True):
        tell(board, one, facts)
    assert exit_status(board.snapshot(NOW)) == status
