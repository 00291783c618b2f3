"""Pictures of every tab of the drill-down, and of a search in the body."""

import pytest
from boards import NOW
from stories import story
from walls import settled

from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp

TABS = {"body": "1", "headers": "2", "timeline": "3", "chart": "4", "diff": "5"}
SIZES = [(80, 24), (120, 40)]


def app(theme="dark"):
    return WallboardApp(Settings(theme=theme, refresh=60.0), board=story(), clock=lambda: NOW)


def pressing(*keys: str):
    async def run(pilot):
        assert pilot.app.is_running, "an app that broke down has no picture"
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)

    return run


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
@pytest.mark.parametrize("tab", TABS)
def test_a_tab(text_compare, tab, size):
    assert text_compare(app(), terminal_size=size, run_before=pressing("enter", TABS[tab]))


@pytest.mark.parametrize("theme", ["ansi16", "mono"])
def test_the_chart_in_another_theme(snap_compare, theme):
    run = pressing("enter", TABS["chart"])
    assert snap_compare(app(theme), terminal_size=(80, 24), run_before=run)


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_where_there_is_hardly_any_room(text_compare, tab):
    run = pressing("enter", TABS[tab])
    assert text_compare(app(), terminal_size=(40, 10), run_before=run)


@pytest.mark.parametrize("tab", ["timeline", "diff"])
@pytest.mark.parametrize("theme", ["dark", "mono"])
def test_a_tab_in_a_theme(snap_compare, theme, tab):
    run = pressing("enter", TABS[tab])
    assert snap_compare(app(theme), terminal_size=(80, 24), run_before=run)


@pytest.mark.parametrize("theme", ["dark", "mono"])
def test_a_search(snap_compare, theme):
    run = pressing("enter", "slash", *"chat", "enter", "n")
    assert snap_compare(app(theme), terminal_size=(80, 24), run_before=run)


def test_a_search_that_is_being_typed(text_compare):
    run = pressing("enter", "slash", *"chat")
    assert text_compare(app(), terminal_size=(80, 24), run_before=run)


def test_the_body_of_a_moment(text_compare):
    run = pressing("enter", "3", "down", "down", "enter")
    assert text_compare(app(), terminal_size=(80, 24), run_before=run)
