"""Keys that leave a screen or the board, and those that go to the top and the bottom."""

import pytest
from recorder.recordings import START
from recorder.shift import BAD_AT, END, recorded_shift
from rewinds import position, recorded_wall
from textual import events
from textual.widgets import Input
from walls import part, settled, until, wall

from wallboard.ui.events.events_screen import EventsScreen
from wallboard.ui.replay.goto_screen import GoToScreen
from wallboard.ui.screen.board_screen import Passing
from wallboard.ui.wall.wall_screen import WallScreen
from wallboard.ui.widgets.key_bar import KeyBar

SIZE = (80, 24)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return recorded_shift(tmp_path_factory.mktemp("shift") / "shift.db")


@pytest.mark.parametrize("way", [["enter"], ["e"], ["D"], ["question_mark"], ["t"]], ids="".join)
async def test_q_above_the_wall_goes_back_and_on_the_wall_quits(way):
    app = wall()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press(*way)
        await settled(pilot)
        assert not isinstance(app.screen, WallScreen)
        await pilot.press("q")
        await settled(pilot)
        assert isinstance(app.screen, WallScreen)
        assert not app._exit
        await pilot.press("q")
        assert app._exit


@pytest.mark.parametrize("way", [[], ["enter"], ["e"], ["question_mark"], ["t"]], ids="".join)
async def test_capital_q_quits_from_anywhere(way):
    app = wall()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press(*way)
        await settled(pilot)
        await pilot.press("Q")
        assert app._exit


@pytest.mark.parametrize("way", ["slash", "ctrl+p", "v", "g"])
async def test_a_capital_q_that_is_typed_is_text(way):
    app = wall()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press(way, "Q")
        await settled(pilot)
        assert not app._exit
        assert "Q" in [line.value for line in app.screen.query(Input)]


async def test_gg_and_capital_g_go_to_the_ends_of_the_wall():
    app = wall()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        grid = app.screen.grid
        first = grid.selected
        await pilot.press("G")
        await settled(pilot)
        last = grid.selected
        assert last == grid.sections[-1].keys[-1]
        await pilot.press("g", "g")
        await settled(pilot)
        assert isinstance(app.screen, WallScreen)
        assert grid.selected == first != last


async def test_gg_typed_in_one_breath_goes_to_the_top_of_the_events():
    app = wall()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("e")
        await settled(pilot)
        newest = app.screen.list.chosen
        await pilot.press("G")
        await settled(pilot)
        assert app.screen.list.chosen is app.screen.rows[-1] is not newest
        for _ in range(2):
            app.post_message(events.Key("g", "g"))
        await until(pilot, lambda: app.screen_stack[-1].query("EventList"))
        await until(pilot, lambda: app.screen.list.chosen is newest)
        assert isinstance(app.screen, EventsScreen)


async def test_g_in_a_line_with_a_time_is_text():
    app = wall()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("g", "1", "g")
        await settled(pilot)
        assert isinstance(app.screen, GoToScreen)


async def test_a_kiosk_has_the_ends_too_although_it_goes_to_no_time():
    app = wall(kiosk=True)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("G")
        await settled(pilot)
        assert app.screen.grid.selected == app.screen.grid.sections[-1].keys[-1]
        await pilot.press("g")
        await settled(pilot)
        assert app.screen.grid.selected == app.screen.grid.sections[0].keys[0]


@pytest.mark.parametrize("typed", ["2001-01-01 10:00", "-999d", "2039-01-01 10:00"])
@pytest.mark.parametrize("begun", [None, BAD_AT + 5], ids=["live", "replay"])
async def test_a_time_outside_the_recording_is_said_and_not_gone_to(path, typed, begun):
    app = recorded_wall(path)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        if begun:
            app.replay_session.ask(lambda feed: feed.seek(begun))
            await until(pilot, lambda: position(app) == begun)
        await pilot.press("g")
        await until(pilot, lambda: isinstance(app.screen, GoToScreen))
        app.screen.query_one(Input).value = typed
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: "is outside the recording" in part(app, Passing))
        assert position(app) == begun
        assert START < END


async def test_the_footer_names_the_keys_of_a_replay_and_what_space_does(path):
    app = recorded_wall(path)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "spc Freeze" in part(app, KeyBar)
        await pilot.press("space")
        await settled(pilot)
        assert "spc Unfreeze" in part(app, KeyBar)
        await pilot.press("space", "comma")
        await until(pilot, lambda: position(app) is not None)
        await settled(pilot)
        bar = part(app, KeyBar)
        for keys in ("spc Play", "< > Change", ", . Step", "g Go to", "L Live", "? Help", "q Quit"):
            assert keys in bar
        await pilot.press("space")
        await settled(pilot)
        assert "spc Pause" in part(app, KeyBar)


async def test_the_footer_of_the_drill_down_names_its_own_keys():
    app = wall()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        bar = part(app, KeyBar)
        for keys in ("b Ticket", "y Body", "c curl", "↑ ↓ Endpoint", "1-5 Tab", "[ Poll", "? Help"):
            assert keys in bar
        await pilot.press("left_square_bracket")
        await settled(pilot)
        assert "[ ] Poll" in part(app, KeyBar)
