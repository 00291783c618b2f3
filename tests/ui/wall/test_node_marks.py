"""A node that differs: a mark on each tile and line, one line, and all side by side."""

import pytest
from boards import NOW, observed
from walls import part, settled, text_on, wall

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.node import NodePoll
from wallboard.domain.observation import Cause, Failure
from wallboard.domain.policy import Policy, Verdict
from wallboard.domain.reading import ChatAllowed
from wallboard.ui.drilldown.facts import Facts, Figures
from wallboard.ui.look.glyphs import ASCII, CONSOLE, UNICODE
from wallboard.ui.look.theme import load
from wallboard.ui.wall.rows import _appearance
from wallboard.ui.wall.tile import TilePainter
from wallboard.ui.widgets.status_words import mark_signs

SALES, BILLING = (EntryPointKey("prod", number) for number in (1000, 1001))
WELL, DEAD = "10.0.0.11:443", "10.0.0.12:443"
REFUSED = Failure(Cause.REFUSED, "Connection refused by 10.0.0.12:443.")
OPEN = ChatAllowed(True)


def allowed(outcome, key=SALES, at=NOW):
    return observed(key, Endpoint.CHAT_ALLOWED, outcome, at)


def board_of(dead=True):
    board = Board([(EntryPoint(SALES, "Sales"), Policy()), (EntryPoint(BILLING, "Bill"), Policy())])
    for key in (SALES, BILLING):
        board.fold(allowed(OPEN, key))
    for ago in (2, 1):
        board.fold(NodePoll(WELL, allowed(OPEN, at=NOW - ago), NOW + 10))
        board.fold(NodePoll(DEAD, allowed(REFUSED if dead else OPEN, at=NOW - ago), NOW + 10))
    return board


@pytest.mark.parametrize("signs", [UNICODE, CONSOLE, ASCII], ids=lambda signs: signs.name)
def test_the_mark_is_a_sign_of_every_set(signs):
    assert mark_signs(board_of().status(SALES), NOW, signs).startswith(signs.node_differs)
    assert signs.node_differs not in mark_signs(board_of(dead=False).status(SALES), NOW, signs)


@pytest.mark.parametrize("theme", ["dark", "mono", "light"])
def test_the_mark_is_on_the_tile_and_the_verdict_stays(theme):
    status = board_of().status(SALES)

    strips = TilePainter(load(theme), 40).paint(status, NOW, selected=False)

    text = "\n".join(strip.text for strip in strips)
    assert UNICODE.node_differs in text
    assert "OPEN" in text
    assert status.judgement.verdict is Verdict.OPEN


def test_a_tile_is_painted_anew_when_a_node_begins_to_differ():
    before, after = board_of(dead=False).status(SALES), board_of().status(SALES)

    assert _appearance(before, NOW) != _appearance(after, NOW)


@pytest.mark.parametrize("density", ["compact", "normal", "large"])
async def test_one_line_tells_of_the_server_and_each_entry_point_is_marked(density):
    async with wall(board_of(), density=density).run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        text = text_on(pilot.app)

    assert text.count("server prod: VIP says open, node 10.0.0.12:443 does not (since ") == 1
    assert text.count(UNICODE.node_differs) == 3  # the line and two entry points


async def test_nothing_is_said_while_all_agree():
    async with wall(board_of(dead=False)).run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        text = text_on(pilot.app)

    assert "node" not in text


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_drill_down_has_all_nodes_side_by_side(size):
    async with wall(board_of()).run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        facts, figures = part(pilot.app, Facts), part(pilot.app, Figures)

    assert f"{UNICODE.node_differs} {DEAD} refused, since " in facts
    assert f"{WELL} open " in facts
    assert "node differs" in figures
