"""Going to a screen and coming back."""

import gc
import weakref

from boards import NOW, REFUSED, made_board, observed
from walls import Clock, settled, text_on, until, wall

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.ui.drilldown.drilldown_screen import DrillDownScreen
from wallboard.ui.screen.garbage_collection import SOON
from wallboard.ui.wall.wall_screen import WallScreen

SIZE = (120, 50)
KEY = EntryPointKey("prod", 1000)


async def test_the_wall_is_up_to_date_as_soon_as_it_is_seen_again():
    clock = Clock()
    app = wall(made_board(2), clock=clock)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        for endpoint in Endpoint:
            app.board.fold(observed(KEY, endpoint, REFUSED, NOW + 1))
        clock.now += 5
        assert "UNREACHABLE" not in text_on(app)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, WallScreen)
        assert "UNREACHABLE" in text_on(app)


async def test_enter_twice_opens_one_drill_down():
    app = wall(made_board(2))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, DrillDownScreen))
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, WallScreen)


async def test_a_screen_that_was_left_does_not_stay_in_memory():
    app = wall(made_board(2))
    gc.disable()  # as good as it is in a command, whose collector looks every few hours
    try:
        async with app.run_test(size=SIZE) as pilot:
            await settled(pilot)
            await pilot.press("enter")
            await settled(pilot)
            gc.collect()  # what the screen is made of is old by the time that it is left
            left = weakref.ref(app.screen)
            await pilot.press("escape")
            # However long it takes to go, it is looked for only once it is gone.
            await until(pilot, lambda: left() is None or not left().is_attached)
            await settled(pilot)
            for _ in range(SOON):
                app.garbage_collection.collect()
            await until(pilot, lambda: left() is None)
    finally:
        gc.enable()
