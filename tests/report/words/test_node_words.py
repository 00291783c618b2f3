"""What is said of nodes that differ, in one line a server, and side by side."""

import json

import pytest
from prometheus_client.exposition import generate_latest

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.node import NodePoll
from wallboard.domain.observation import Cause, Failure, Observation, Request
from wallboard.domain.policy import Level, Policy
from wallboard.domain.reading import ChatAllowed
from wallboard.report.metrics.families import families
from wallboard.report.now.change_lines import ChangeLines
from wallboard.report.now.json import json_report
from wallboard.report.now.text import TextBoard, text_report
from wallboard.report.words.nodes import node_lines

OPEN = ChatAllowed(True)
DEAD = Failure(Cause.REFUSED, "Connection refused")
AT = 1_790_000_000.0


def poll(outcome, number, at):
    key, request = EntryPointKey("prod", number), Request("GET", "http://ece/")
    return Observation(key, Endpoint.CHAT_ALLOWED, at, 0.01, outcome, request)


@pytest.fixture
def board():
    points = [EntryPoint(EntryPointKey("prod", number), f"Sales {number}") for number in (1, 2)]
    made = Board([(one, Policy()) for one in points])
    for number in (1, 2):
        made.fold(poll(OPEN, number, AT))
    return made


def tell(board, node, outcome, number=1, times=2):
    for second in range(times):
        at = AT + 1 + second
        board.fold(NodePoll(node, poll(outcome, number, at), at + 10))


def test_nothing_is_said_while_all_nodes_agree(board):
    tell(board, "a:443", OPEN)

    assert list(node_lines(board.snapshot(AT + 5))) == []
    assert "node" not in text_report(board.snapshot(AT + 5))


def test_a_dead_node_is_one_line_for_its_server(board):
    tell(board, "a:443", OPEN)
    tell(board, "b:443", DEAD)

    (line,) = node_lines(board.snapshot(AT + 5))

    assert line.startswith("server prod: VIP says open, node b:443 does not (since ")
    assert line in text_report(board.snapshot(AT + 5))


def test_several_are_still_one_line(board):
    for node in ("a:443", "b:443", "c:443"):
        tell(board, node, DEAD)

    (line,) = node_lines(board.snapshot(AT + 5))

    assert "nodes a:443, b:443 and 1 more do not (" in line


def test_of_how_many_entry_points_is_said_unless_it_is_all(board):
    tell(board, "a:443", ChatAllowed(False, "agent_not_available"))

    (line,) = node_lines(board.snapshot(AT + 5))

    assert "node a:443 does not for 1 of 2 entry points (since " in line


def test_a_dead_node_and_one_that_differs_for_some_are_two_lines(board):
    tell(board, "a:443", ChatAllowed(False, "agent_not_available"))
    tell(board, "b:443", DEAD)

    lines = sorted(node_lines(board.snapshot(AT + 5)))

    assert len(lines) == 2
    assert "VIP says open, node a:443 does not for 1 of 2 entry points (since " in lines[0]
    assert "VIP says open, node b:443 does not (since " in lines[1]


def test_one_poll_of_the_server_that_fails_does_not_change_the_line(board):
    board.replace([(EntryPoint(EntryPointKey("prod", n), ""), Policy()) for n in (1, 2, 3)], AT)
    board.fold(poll(OPEN, 3, AT))
    tell(board, "b:443", DEAD)
    before = list(node_lines(board.snapshot(AT + 5)))

    board.fold(poll(Failure(Cause.HTTP, "502"), 2, AT + 5))

    assert list(node_lines(board.snapshot(AT + 5))) == before


def test_a_server_that_fails_while_a_node_answers(board):
    board.fold(poll(Failure(Cause.HTTP, "503"), 1, AT + 1))
    tell(board, "a:443", OPEN)

    (line,) = node_lines(board.snapshot(AT + 5))

    assert line.startswith("server prod: VIP gives no answer, node a:443 does for 1 of 2")


def test_what_steers_a_terminal_does_not_pass(board):
    tell(board, "a\x1b]0;x\x07:443", DEAD)

    assert "\x1b" not in "".join(node_lines(board.snapshot(AT + 5)))


def test_json_has_what_each_node_says(board):
    tell(board, "a:443", OPEN)
    tell(board, "b:443", DEAD)

    one, two = json.loads(json_report(board.snapshot(AT + 5)))["entry_points"]

    says = [(node["node"], node["up"], node["says"], node["differs"]) for node in one["nodes"]]
    assert says == [("a:443", True, "open", False), ("b:443", False, "failed", True)]
    assert one["nodes"][1]["error"] == "refused"
    assert [node["says"] for node in two["nodes"]] == [None, "failed"]


def test_metrics_have_which_are_up_and_how_many_entry_points_differ(board):
    tell(board, "a:443", OPEN)
    tell(board, "b:443", DEAD)

    class Page:
        def collect(self):
            return families(board.snapshot(AT + 5), {})

    page = generate_latest(Page()).decode()

    assert 'wallboard_node_up{node="a:443",server="prod"} 1.0' in page
    assert 'wallboard_node_up{node="b:443",server="prod"} 0.0' in page
    assert 'wallboard_node_differing_entry_points{node="b:443",server="prod"} 2.0' in page


def test_a_text_board_says_it_once_and_when_it_is_over(board):
    text = TextBoard("chat")
    text.frame(board.snapshot(AT))
    tell(board, "b:443", DEAD)
    assert any("VIP says open" in line for line in text.frame(board.snapshot(AT + 5)))
    assert not any("VIP says open" in line for line in text.frame(board.snapshot(AT + 6)))

    tell(board, "b:443", OPEN, times=1)

    assert any("all nodes say the same" in line for line in text.frame(board.snapshot(AT + 7)))


@pytest.mark.parametrize("form", ["json", "sentences"])
def test_watch_tells_when_a_node_begins_to_differ_and_when_it_is_over(board, form):
    lines = ChangeLines(board, f"wallboard.report.now.{form}", Level.OK)
    list(lines.opening(board.snapshot(AT)))
    assert list(lines.of_nodes(board.snapshot(AT))) == []

    tell(board, "b:443", DEAD)
    (begun,) = lines.of_nodes(board.snapshot(AT + 5))
    assert list(lines.of_nodes(board.snapshot(AT + 6))) == []
    tell(board, "b:443", OPEN, times=1)
    (over,) = lines.of_nodes(board.snapshot(AT + 7))

    if form == "json":
        begun, over = json.loads(begun), json.loads(over)
        assert (begun["event"], begun["node"], begun["server"]) == ("node", "b:443", "prod")
        assert (begun["differs"], begun["server_says"], begun["says"]) == (True, "open", "failed")
        assert begun["entry_points"] == 2
        assert (over["differs"], over["since"]) == (False, None)
    else:
        assert "node b:443, 2 of 2 entry points: VIP says open, the node gives no answer" in begun
        assert "node b:443: says the same as the VIP again" in over
