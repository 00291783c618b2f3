import re

from hypothesis import given
from hypothesis import strategies as st
from report_support import FULL, NO_AGENTS, NOW, OPEN, TIMEOUT, board_of, entry_point, tell

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import ServerStatus
from wallboard.domain.policy import Policy, Thresholds
from wallboard.domain.reading import Capacity, ChatAllowed, LiveSessionStatus
from wallboard.report.now.nagios import nagios_report, nagios_unknown

METRIC = re.compile(
    r"'((?:[^'=|]|'')+)'=(?:U|(-?[0-9.]+)(s?))(?:;([-@~:0-9.]*))?(?:;([-@~:0-9.]*))?"
    r"(?:;(-?[0-9.]*))?(?:;(-?[0-9.]*))?(?= |$)"
)


def output_of(board):
    first, *details = nagios_report(board.snapshot(NOW)).split("\n")
    status, _, perfdata = first.partition("|")
    metrics = METRIC.findall(perfdata)
    assert " ".join(match.group() for match in METRIC.finditer(perfdata)) == perfdata
    return status, {label: rest for label, *rest in metrics}, details


def told(**facts_by_name):
    board = board_of(*(entry_point(1000 + n, name) for n, name in enumerate(facts_by_name)))
    for status, facts in zip(
        list(board.snapshot(NOW).entry_points.values()), facts_by_name.values(), strict=True
    ):
        tell(board, status.entry_point, facts)
    return board


def test_the_status_line_says_the_worst_level_the_counts_and_the_worst_entry_point():
    status, _, details = output_of(told(Sales=OPEN, Claims=NO_AGENTS, Loans=FULL))
    assert status == (
        "WALLBOARD CRITICAL - 1 critical, 1 warning, 1 ok; "
        "Claims (1001) NO AGENTS: No agent is available"
    )
    assert details == [
        "critical: Claims (1001) NO AGENTS: No agent is available [prod]",
        "warning: Loans (1002) QUEUE FULL: The queue has reached its maximum depth [prod]",
    ]


def test_unknown_is_worse_than_warning_and_better_than_critical():
    strange = {**OPEN, Endpoint.CHAT_ALLOWED: ChatAllowed(None)}
    assert output_of(told(A=FULL, B=strange))[0].startswith("WALLBOARD UNKNOWN - ")
    assert output_of(told(A=FULL, B=strange, C=NO_AGENTS))[0].startswith("WALLBOARD CRITICAL - ")


def test_when_all_is_well_there_is_one_line():
    status, _, details = output_of(told(A=OPEN, B=OPEN))
    assert (status, details) == ("WALLBOARD OK - 2 entry points ok", [])
    assert output_of(told(A=OPEN))[0] == "WALLBOARD OK - A (1000) OPEN: Customers can start a chat"


def test_performance_data_has_units_thresholds_and_minimum():
    _, metrics, _ = output_of(told(Sales=OPEN, Claims=FULL))
    assert metrics["warning"] == ["1", "", "", "", "0", "2"]
    assert metrics["prod:1000 wait"] == ["12", "s", "@60:", "@300:", "0", ""]
    assert metrics["prod:1000 queue"] == ["3", "", "@10:", "@25:", "0", ""]
    assert metrics["prod:1000 capacity"] == ["4", "", "@~:0", "", "", ""]
    assert len(metrics) == 4 + 2 * 3


def test_what_is_not_known_is_u_and_not_nought():
    unread = {
        **OPEN,
        Endpoint.LIVE_SESSION_STATUS: LiveSessionStatus(None, None),
        Endpoint.CAPACITY: TIMEOUT,
    }
    text = nagios_report(told(A=unread).snapshot(NOW))
    for figure in ("wait", "queue", "capacity"):
        assert f"'prod:1000 {figure}'=U;" in text


def test_figures_have_neither_exponent_nor_rounding():
    facts = {
        **OPEN,
        Endpoint.LIVE_SESSION_STATUS: LiveSessionStatus(1234567.25, 10**9),
        Endpoint.CAPACITY: Capacity(-3),
    }
    _, metrics, _ = output_of(told(A=facts))
    assert metrics["prod:1000 wait"][0] == "1234567.25"
    assert metrics["prod:1000 queue"][0] == "1000000000"
    assert metrics["prod:1000 capacity"][0] == "-3"


def test_thresholds_that_are_off_are_left_out():
    one = entry_point(1)
    board = Board([(one, Policy(thresholds=Thresholds(wait_critical=None, capacity_warning=None)))])
    tell(board, one, OPEN)
    _, metrics, _ = output_of(board)
    assert metrics["prod:1 wait"][2:4] == ["@60:", ""]
    assert metrics["prod:1 capacity"][1:] == ["", "", "", "", ""]


def test_a_server_that_is_down_is_one_line_for_all_its_entry_points():
    points = [entry_point(number) for number in range(50)]
    board = board_of(*points)
    board.fold(ServerStatus("prod", NOW, TIMEOUT, NOW))
    status, _, details = output_of(board)
    assert status.startswith("WALLBOARD CRITICAL - 50 critical; 0 UNREACHABLE: No answer")
    assert details == ["server prod unreachable: No answer within 5 s."]


def test_failing_endpoints_are_told():
    _, _, details = output_of(told(A=OPEN, B={**OPEN, Endpoint.CAPACITY: TIMEOUT}))
    assert details == ["Failing endpoints:", "  B (1001) capacity: No answer within 5 s. [timeout]"]


def test_a_check_that_was_not_finished_is_at_least_unknown_and_says_so():
    ok = nagios_report(told(A=OPEN).snapshot(NOW), unfinished="not finished within 2 s")
    assert ok.startswith("WALLBOARD UNKNOWN - not finished within 2 s; A (1000) OPEN")
    bad = nagios_report(told(A=NO_AGENTS).snapshot(NOW), unfinished="not finished within 2 s")
    assert bad.startswith("WALLBOARD CRITICAL - ")


def test_an_error_is_unknown_with_its_first_line_in_front_and_no_performance_data():
    text = nagios_unknown("there is no config\nLooked for | \x1b[2J")
    assert text == "WALLBOARD UNKNOWN - there is no config\nLooked for / �[2J"
    assert nagios_unknown("") == "WALLBOARD UNKNOWN - "


hostile = st.text(st.sampled_from("|'=;\n\r\x1b \x00\u202eé%$`\\") | st.characters(), min_size=1)


@given(hostile, hostile, hostile)
def test_no_name_and_no_answer_breaks_the_form(name, server, reason):
    one, other = entry_point(1, name, server=server), entry_point(2, "B")
    board = board_of(one, other)
    tell(board, one, {**OPEN, Endpoint.CHAT_ALLOWED: ChatAllowed(False, None, "false", reason)})
    status, metrics, details = output_of(board)
    assert len(metrics) == 4 + 2 * 3
    assert "|" not in "".join(details)
    assert all(line.isprintable() or "�" in line or not line.isascii() for line in details)
    assert not set(status + "".join(details)) & set("\r\x1b\x00\u202e")


def test_what_is_out_of_date_comes_before_a_warning():
    old, full = entry_point(1000, "Old"), entry_point(1001, "Full")
    board = board_of(full, old)
    tell(board, full, FULL)
    tell(board, old, OPEN, at=NOW - 60)
    status, _, details = output_of(board)
    assert status.startswith("WALLBOARD UNKNOWN - 1 unknown, 1 warning; 1 stale; Old (1000) OPEN")
    assert [line.partition(":")[0] for line in details] == ["unknown", "warning"]
