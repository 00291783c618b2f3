"""The tab of nodes: the answer of the server and of each node, byte for byte by the arrows."""

import pytest
from boards import NOW, observed
from walls import part, settled, wall

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.node import NodePoll
from wallboard.domain.observation import Cause, Failure
from wallboard.domain.policy import Policy
from wallboard.domain.reading import ChatAllowed
from wallboard.ui.drilldown.nodes import NodeTable
from wallboard.ui.drilldown.request import RequestLines
from wallboard.ui.drilldown.tabs import Tab, TabBar
from wallboard.ui.widgets.body_view import BodyView

SALES = EntryPointKey("prod", 1000)
SHUT, DEAD = "10.0.0.11:443", "10.0.0.12:443"
REFUSED = Failure(Cause.REFUSED, "Connection refused by 10.0.0.12:443.")
CLOSED = ChatAllowed(False, "service_not_running")


def allowed(outcome, at, body=None):
    return observed(SALES, Endpoint.CHAT_ALLOWED, outcome, at, body)


def board_of(*, nodes=True):
    board = Board([(EntryPoint(SALES, "Sales"), Policy())])
    board.fold(allowed(ChatAllowed(True), NOW, b'<chatAllowed from="VIP"/>'))
    for ago in (2, 1) if nodes else ():
        shut = allowed(CLOSED, NOW - ago, b'<chatAllowed from="SHUT"/>')
        board.fold(NodePoll(SHUT, shut, NOW + 10))
        board.fold(NodePoll(DEAD, allowed(REFUSED, NOW - ago), NOW + 10))
    return board


async def press(pilot, *keys: str):
    await pilot.press(*keys)
    await settled(pilot)


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12)])
async def test_the_arrows_choose_whose_answer_is_shown(size):
    async with wall(board_of()).run_test(size=size) as pilot:
        await settled(pilot)
        await press(pilot, "enter", "7")
        table = part(pilot.app, NodeTable)
        assert table.index("VIP") < table.index("10.0.0.11") < table.index("10.0.0.12")
        assert 'from="VIP"' in part(pilot.app, BodyView)
        await press(pilot, "down")
        assert 'from="SHUT"' in part(pilot.app, BodyView)
        await press(pilot, "down")
        assert "There is no response" in part(pilot.app, BodyView)
        await press(pilot, "down")
        assert 'from="VIP"' in part(pilot.app, BodyView)


async def test_it_says_who_answered_and_since_when_that_differs():
    async with wall(board_of()).run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "enter", "7", "up")
        assert f"node {DEAD} at " in part(pilot.app, RequestLines)
        table = part(pilot.app, NodeTable).splitlines()
        assert "since" not in table[0]
        assert "allowed=false service_not_running" in table[1]
        assert "since" in table[1]
        assert "refused" in table[2]
        assert pilot.app.screen.shown_poll().outcome is REFUSED


async def test_a_click_chooses_a_node():
    async with wall(board_of()).run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "enter", "7")
        await pilot.click(NodeTable, offset=(5, 1))
        await settled(pilot)
        assert 'from="SHUT"' in part(pilot.app, BodyView)


async def test_without_nodes_there_is_no_such_tab():
    async with wall(board_of(nodes=False)).run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "enter", "7")
        assert pilot.app.screen.tab is Tab.BODY
        assert "nodes" not in part(pilot.app, TabBar)


async def test_what_a_node_said_is_no_evidence_about_the_server():
    async with wall(board_of()).run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "enter", "7", "down")
        screen = pilot.app.screen
        assert b'from="SHUT"' in screen.shown_poll().response.body
        assert b'from="VIP"' in screen.evidence().observation.response.body
        assert screen.check_action("copy_curl", ()) is False
