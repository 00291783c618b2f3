"""The doctor on the wall: steps that appear as they end, and what they come to."""

import asyncio

import pytest
from boards import made_board
from walls import settled, text_on, until, wall, words_of

from wallboard.domain.doctor import OF_MACHINE, Finding, Step
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.observation import Cause
from wallboard.domain.policy import Level
from wallboard.setting_types import Secret
from wallboard.settings import EntryPointSettings, ServerSettings
from wallboard.simulator.scenario import parse_scenario
from wallboard.simulator.server import Simulator
from wallboard.ui.doctor import DoctorScreen
from wallboard.ui.help.help_screen import HelpScreen
from wallboard.ui.look.theme import load
from wallboard.ui.wall.wall_screen import WallScreen
from wallboard.ui.widgets.lines import Lines

PROD = ServerSettings(name="prod", url="https://ece.example.com")


def lines_below(app):
    """What the panel of the cause says, on one line."""
    lines = app.screen.query(Lines).filter(".cause").only_one()._lines
    return " ".join("".join(segment.text for segment in line).strip() for line in lines)


async def opened(pilot, look, servers=(PROD,)):
    await settled(pilot)
    app = pilot.app
    screen = DoctorScreen(app.board_theme, servers, look, app.view())
    app.push_screen(screen)
    await settled(pilot)
    return screen


async def test_steps_appear_while_others_are_still_looked_at_and_escape_leaves():
    go_on, left = asyncio.Event(), asyncio.Event()

    async def look(publish):
        publish(Finding(Step.NAME, Level.OK, "It has an address.", "prod", 0.0012))
        try:
            await go_on.wait()
        finally:
            left.set()

    app = wall()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, look)
        await until(pilot, lambda: "It has an address." in text_on(app))
        assert "1.2 ms" in text_on(app)
        assert "tcp" in text_on(app)
        assert "looking" in text_on(app)
        assert "Looking" in lines_below(app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, WallScreen))
        await asyncio.wait_for(left.wait(), 60)


async def test_the_cause_stands_below_when_all_steps_are_through():
    async def look(publish):
        publish(Finding(Step.NAME, Level.CRITICAL, "No address.", "prod", 0.1, Cause.DNS))

    app = wall()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, look)
        await until(pilot, lambda: screen.diagnosis is not None)
        await settled(pilot)
        assert "No address." in lines_below(app)
        assert "looking" not in text_on(app)


async def test_a_look_that_breaks_down_says_so_and_the_board_lives():
    async def look(publish):
        raise RuntimeError("never mind")

    app = wall()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, look)
        await until(pilot, lambda: not screen.checking)
        await settled(pilot)
        assert "Internal error" in lines_below(app)
        assert app.is_running


async def test_nothing_a_server_says_steers_the_terminal_and_no_secret_is_shown():
    server = ServerSettings(
        name="prod", url="https://ece.example.com", headers={"X-Token": Secret("hush-hush-hush")}
    )

    async def look(publish):
        words = "It says \x1b[2J\u202e hush-hush-hush\x9b."
        publish(Finding(Step.HTTP, Level.CRITICAL, words, "prod", 0.1, Cause.HTTP))

    app = wall()
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await opened(pilot, look, (server,))
        await until(pilot, lambda: screen.diagnosis is not None)
        await settled(pilot)
        assert "It says" in text_on(app)  # which itself looks for what steers
        assert "hush" not in text_on(app)


async def test_its_key_looks_once_more_but_not_twice_at_the_same_time():
    looks, go_on = [], asyncio.Event()

    async def look(publish):
        looks.append(True)
        publish(Finding(Step.NAME, Level.OK, f"Look {len(looks)}.", "prod"))
        await go_on.wait()

    app = wall(server=(PROD,))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, look)
        await until(pilot, lambda: "Look 1." in text_on(app))
        await pilot.press("D")
        await settled(pilot)
        assert len(looks) == 1
        go_on.set()
        await until(pilot, lambda: not screen.checking)
        await pilot.press("D")
        await until(pilot, lambda: "Look 2." in text_on(app))
        assert "Look 1." not in text_on(app)


@pytest.fixture
async def living():
    """A server that answers, and an app whose selected entry point is on it."""
    async with Simulator(entry_points=range(1000, 1003), scenario=parse_scenario("")) as simulator:
        entries = tuple(EntryPointSettings(id=number) for number in range(1000, 1003))
        servers = (
            ServerSettings(name="prod", url=simulator.url, entry_point=entries),
            ServerSettings(name="lab", url="http://127.0.0.1:1", entry_point=entries),
        )
        yield wall(made_board(3), server=servers), simulator


async def test_the_key_looks_at_the_server_of_the_selected_entry_point(living):
    app, simulator = living
    async with app.run_test(size=(120, 50)) as pilot:
        await settled(pilot)
        app.screen.grid.select_entry_point(EntryPointKey("prod", 1001))
        await pilot.press("D")
        await until(pilot, lambda: isinstance(app.screen, DoctorScreen))
        screen = app.screen
        async with asyncio.timeout(60):
            while screen.diagnosis is None:
                await pilot.pause(0.05)
        await settled(pilot)
        assert {one.server for one in screen.findings} == {"prod", None}
        heard = {one.step for one in screen.findings if one.server is None}
        assert heard == set(OF_MACHINE)
        assert simulator.requests.count == 2
        (api,) = (one for one in screen.findings if one.step is Step.API)
        assert api.facts["id"] == 1001
        assert "chatAllowed of 1001 is valid" in text_on(app)
        assert "127.0.0.1:1 " not in text_on(app)


async def test_a_kiosk_does_not_offer_it():
    app = wall(kiosk=True, server=(PROD,))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("D")
        await settled(pilot)
        assert not isinstance(app.screen, DoctorScreen)


async def test_its_keys_come_first_in_the_help():
    async def look(publish):
        pass

    app = wall()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, look)
        await pilot.press("question_mark")
        await settled(pilot)
        assert isinstance(app.screen, HelpScreen)
        assert words_of(app, "#help")[0].strip() == "Doctor"


async def test_it_takes_another_theme_and_other_sizes():
    async def look(publish):
        publish(Finding(Step.NAME, Level.OK, "words " * 40, "prod", 0.0012))

    app = wall()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, look)
        await until(pilot, lambda: "words" in text_on(app))
        app.use_theme(load("mono"))
        for size in ((80, 24), (40, 12), (28, 9), (200, 50)):
            await pilot.resize_terminal(*size)
            await settled(pilot)
            assert "Doctor" in text_on(app)
        assert text_on(app).count("words") == 40
