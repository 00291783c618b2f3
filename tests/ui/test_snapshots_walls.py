"""Pictures of the wall as it is used: few and many, on a wall, filtered, and frozen."""

import pytest
from boards import made_board
from walls import Clock, settled, wall

SMALL, LARGE = (80, 24), (200, 50)
SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids="{0[0]}x{0[1]}".format)
COUNTS = pytest.mark.parametrize("count", [12, 1000])


def pressing(*keys: str):
    async def run(pilot):
        assert pilot.app.is_running, "an app that broke down has no picture"
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)

    return run


@SIZES
@COUNTS
@pytest.mark.parametrize("density", ["compact", "large"])
def test_a_density(text_compare, density, count, size):
    app = wall(made_board(count, rounds=3), density=density)
    assert text_compare(app, terminal_size=size, run_before=pressing())


@SIZES
@COUNTS
def test_a_kiosk(text_compare, count, size):
    app = wall(made_board(count, rounds=3), kiosk=True)
    assert text_compare(app, terminal_size=size, run_before=pressing())


@pytest.mark.parametrize("theme", ["dark", "mono"])
def test_a_kiosk_in_a_theme(snap_compare, theme):
    app = wall(made_board(12), kiosk=True)
    app.use_theme_named(theme)
    assert snap_compare(app, terminal_size=SMALL, run_before=pressing())


@pytest.mark.parametrize("density", ["compact", "large"])
def test_what_a_density_looks_like(snap_compare, density):
    app = wall(made_board(12, rounds=3), density=density)
    assert snap_compare(app, terminal_size=SMALL, run_before=pressing())


@SIZES
@COUNTS
def test_a_filter_in_force(text_compare, count, size):
    run = pressing("slash", *"level:critical", "enter")
    app = wall(made_board(count, rounds=3), density="auto")
    assert text_compare(app, terminal_size=size, run_before=run)


@SIZES
def test_a_filter_that_is_typed(text_compare, size):
    run = pressing("slash", *"sales,!emea")
    app = wall(made_board(12), density="auto")
    assert text_compare(app, terminal_size=size, run_before=run)


@SIZES
@pytest.mark.parametrize("keys", [(), ("enter",), ("e",)], ids=["wall", "drill-down", "events"])
def test_a_picture_that_is_frozen(text_compare, keys, size):
    clock = Clock()
    app = wall(made_board(12), clock=clock, density="auto")

    async def run(pilot):
        await pressing("space", *keys)(pilot)
        clock.now += 75
        await settled(pilot)

    assert text_compare(app, terminal_size=size, run_before=run)
