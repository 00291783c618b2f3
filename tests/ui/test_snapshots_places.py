"""Pictures of a board that several places see: who agrees, who differs, and who is silent."""

import pytest
from several_places import wall_in_several_places
from walls import settled

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids="{0[0]}x{0[1]}".format)


def pressing(*keys: str):
    async def run(pilot):
        assert pilot.app.is_running, "an app that broke down has no picture"
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)

    return run


@SIZES
@pytest.mark.parametrize("density", ["normal", "compact", "large"])
def test_tiles_say_who_agrees(text_compare, density, size):
    app = wall_in_several_places(density=density)
    assert text_compare(app, terminal_size=size, run_before=pressing())


@pytest.mark.parametrize("theme", ["dark", "mono", "ansi16"])
def test_a_disagreement_and_a_silent_place_in_a_theme(snap_compare, theme):
    app = wall_in_several_places(silent_for=200.0)
    app.use_theme_named(theme)
    assert snap_compare(app, terminal_size=(80, 24), run_before=pressing())


def test_a_disagreement_in_ascii(text_compare):
    app = wall_in_several_places(ascii=True)
    assert text_compare(app, terminal_size=(80, 24), run_before=pressing())


@SIZES
def test_each_answer_side_by_side(text_compare, size):
    run = pressing("end", "enter", "6")
    app = wall_in_several_places(silent_for=200.0)
    assert text_compare(app, terminal_size=size, run_before=run)


def test_each_answer_where_there_is_hardly_any_room(text_compare):
    run = pressing("end", "enter", "6")
    assert text_compare(wall_in_several_places(), terminal_size=(40, 16), run_before=run)


@pytest.mark.parametrize("theme", ["dark", "mono"])
def test_each_answer_in_a_theme(snap_compare, theme):
    app = wall_in_several_places(silent_for=200.0, down=True)
    app.use_theme_named(theme)
    run = pressing("end", "enter", "6", "down")
    assert snap_compare(app, terminal_size=(80, 24), run_before=run)


@SIZES
def test_the_raw_answer_of_another_place(text_compare, size):
    run = pressing("end", "enter", "6", "down", "1")
    assert text_compare(wall_in_several_places(), terminal_size=size, run_before=run)
