"""The command palette: everything a key does, found by its words."""

import pytest
from walls import settled, text_on, until, wall

from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.drilldown.drilldown_screen import DrillDownScreen
from wallboard.ui.events.events_screen import EventsScreen
from wallboard.ui.help.help_screen import HelpScreen
from wallboard.ui.help.palette import Commands
from wallboard.ui.screen.keys import commands_of
from wallboard.ui.wall.wall_screen import WallScreen

SMALL = (80, 24)


async def opened(pilot):
    await pilot.press("ctrl+p")
    await until(pilot, lambda: isinstance(pilot.app.screen, Commands))
    await until(pilot, lambda: offered(pilot.app))


def offered(app):
    return [str(option.hit.text) for option in app.screen.query_one("CommandList").options]


async def run(pilot, words):
    """Type words into the palette, and take the first command it offers for them."""
    await opened(pilot)
    everything = offered(pilot.app)
    await pilot.press(*["space" if char == " " else char for char in words])
    await until(pilot, lambda: offered(pilot.app) != everything)
    await pilot.press("enter")
    await until(pilot, lambda: not isinstance(pilot.app.screen, Commands))
    await settled(pilot)


@pytest.mark.parametrize("way", [[], ["enter"], ["e"]], ids=["wall", "drill-down", "events"])
async def test_everything_a_key_does_is_offered_once_and_nothing_else(way):
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press(*way)
        await settled(pilot)
        wanted = [c.words for c in commands_of(app.screen) if c.action != "commands"]
        await opened(pilot)
        assert offered(app) == wanted
        assert len(set(wanted)) == len(wanted)
        assert {"Help", "Back" if way else "Quit", "Freeze"} <= set(wanted)


async def test_the_commands_of_the_wall_are_those_of_its_bindings():
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        screen, grid = app.screen, app.screen.grid
        bound = {b.description for node in (screen, grid) for b in type(node).BINDINGS}
        assert bound <= {command.words for command in commands_of(screen)}


async def test_a_command_does_what_its_key_does():
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await run(pilot, "fault")
        assert isinstance(app.screen, WallScreen)
        assert app.screen.state.faults_only
        await run(pilot, "freeze")
        assert "FROZEN" in text_on(app)
        first = app.screen.grid.selected
        await run(pilot, "down")
        assert app.screen.grid.selected != first
        await run(pilot, "open")
        await until(pilot, lambda: isinstance(app.screen, DrillDownScreen))
        await run(pilot, "timeline")
        assert app.screen.tab == "timeline"
        await run(pilot, "events")
        await until(pilot, lambda: isinstance(app.screen, EventsScreen))
        await run(pilot, "help")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))


async def test_a_command_is_found_by_its_key():
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await opened(pilot)
        await pilot.press("o")
        await until(pilot, lambda: offered(app)[:1] == ["Group"])
        await pilot.press("enter")
        await settled(pilot)
        assert app.screen.state.grouping == "group"


async def test_the_palette_can_open_the_line_of_the_filter():
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await run(pilot, "filter")
        await pilot.press(*"sales", "enter")
        await settled(pilot)
        assert app.screen.state.filter == "sales"


async def test_escape_leaves_everything_as_it_was():
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        state = app.screen.state
        await opened(pilot)
        await pilot.press("f", "escape")
        await until(pilot, lambda: isinstance(app.screen, WallScreen))
        assert app.screen.state == state


@pytest.mark.parametrize(
    ("theme", "size"),
    [("dark", SMALL), ("light", (200, 50)), ("ansi16", (40, 10)), ("mono", SMALL)],
)
async def test_the_palette_is_drawn_in_any_theme_with_signs_that_any_terminal_has(theme, size):
    app = WallboardApp(Settings(theme=theme, refresh=60.0), board=wall().board)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await opened(pilot)
        await pilot.pause()
        assert "Filter" in text_on(app)
        assert "🔎" not in text_on(app)
        assert app.is_running


@pytest.mark.parametrize("size", [(80, 2), (80, 1), (2, 24), (1, 24), (1, 1)], ids=str)
async def test_a_palette_that_there_is_no_room_for_takes_every_key(size):
    app = WallboardApp(Settings(refresh=60.0), board=wall().board)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await opened(pilot)
        await pilot.press("pageup", "pagedown", "end", "up", "down", "pageup", "escape")
        await until(pilot, lambda: isinstance(app.screen, WallScreen))
        assert app.messages.texts == ()
