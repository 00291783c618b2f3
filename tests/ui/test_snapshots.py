"""Pictures of the wall and the drill-down in four kinds of theme, and as text at real sizes."""

import pytest
from boards import NOW, made_board, outage

from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp

THEMES = ["ansi16", "dark", "light", "mono"]
SIZES = [(80, 24), (120, 40), (200, 50)]


def app(theme="dark", *, count=14, down=False):
    board = made_board(count)
    if down:
        board.fold(outage())
    return WallboardApp(Settings(theme=theme), board=board, clock=lambda: NOW)


async def settled(pilot):
    assert pilot.app.is_running, "an app that broke down has no picture"
    await pilot.pause()
    pilot.app.tick()
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
def test_the_wall(text_compare, size):
    assert text_compare(app(), terminal_size=size, run_before=settled)


async def drill_down(pilot):
    await settled(pilot)
    await pilot.press("end", "enter")
    await settled(pilot)


@pytest.mark.parametrize("theme", THEMES)
def test_the_drill_down(snap_compare, theme):
    assert snap_compare(app(theme), terminal_size=(80, 24), run_before=drill_down)


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
def test_the_drill_down_as_text(text_compare, size):
    assert text_compare(app(), terminal_size=size, run_before=drill_down)


def test_a_server_that_cannot_be_reached_is_one_banner(text_compare):
    assert text_compare(app(down=True), terminal_size=(80, 24), run_before=settled)


def test_the_help(snap_compare):
    async def ask(pilot):
        await settled(pilot)
        await pilot.press("question_mark")
        await settled(pilot)

    assert snap_compare(app(), terminal_size=(80, 50), run_before=ask)


def test_a_terminal_that_is_too_small_says_so(text_compare):
    assert text_compare(app(), terminal_size=(24, 6), run_before=settled)
