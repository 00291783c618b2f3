"""The theme picker: the board shows each theme as it is looked at, and loses nothing by it."""

import shutil

import pytest
from boards import NOW, made_board
from textual.widget import Widget

from wallboard.domain.policy import Level
from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.drilldown.drilldown_screen import DrillDownScreen
from wallboard.ui.look import theme as themes
from wallboard.ui.picture.arrangement import Arrangement
from wallboard.ui.themes.theme_picker import ThemeList, ThemePicker

SHIPPED = themes.available(themes.shipped_folder())


@pytest.fixture(autouse=True)
def own(tmp_path, monkeypatch):
    """The user's own folder of themes, empty."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = themes.own_folder()
    folder.mkdir(parents=True)
    return folder


def app(theme="dark", **options):
    board = made_board(options.pop("count", 14))
    return WallboardApp(Settings(theme=theme), board=board, clock=lambda: NOW, **options)


def colours(app):
    """Every colour pair on the screen."""
    strips = app.screen._compositor.render_strips()
    return {(s.color, s.bgcolor) for strip in strips for _, s, _ in strip if s is not None}


def backgrounds(app):
    return {bgcolor.triplet.hex for _, bgcolor in colours(app) if bgcolor and bgcolor.triplet}


def names_in(app):
    lines = app.screen.query_one(ThemeList)._lines
    return ["".join(segment.text for segment in line) for line in lines]


async def test_the_board_is_drawn_in_each_theme_that_is_looked_at():
    async with app().run_test(size=(120, 40)) as pilot:
        await pilot.press("t")
        assert isinstance(pilot.app.screen, ThemePicker)
        await pilot.press("home")
        for name in SHIPPED:
            await pilot.press("down")
            await pilot.pause()
            assert pilot.app.board_theme.name == name
            assert pilot.app.theme == f"wallboard-{name}"


async def test_nothing_of_the_theme_before_is_left_on_the_screen():
    async with app("dark").run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert themes.load("dark").ui["tile"].bgcolor.triplet.hex in backgrounds(pilot.app)
        pilot.app.use_theme(themes.load("light"))
        await pilot.pause()
        await pilot.pause()
        light = themes.load("light")
        parts = (light.ui, light.level, light.verdict, light.response_type)
        styles = [style for part in parts for style in part.values()]
        styles += [light.filled(level) for level in Level]  # the header has the worst one's tone
        known = {style.bgcolor.triplet.hex for style in styles if style.bgcolor}
        known |= {light.filled(level).bgcolor.triplet.hex for level in Level}
        assert backgrounds(pilot.app) <= known


async def test_enter_keeps_the_theme_and_remembers_it():
    async with app("dark").run_test(size=(120, 40)) as pilot:
        await pilot.press("t", "end", "enter")
        assert not isinstance(pilot.app.screen, ThemePicker)
        assert pilot.app.board_theme.name == SHIPPED[-1]
        assert pilot.app.state.theme == SHIPPED[-1]


@pytest.mark.parametrize("key", ["escape", "t", "q"])
async def test_leaving_the_picker_restores_the_theme(key):
    async with app("nord").run_test(size=(120, 40)) as pilot:
        await pilot.press("t", "down", "down", key)
        assert not isinstance(pilot.app.screen, ThemePicker)
        assert pilot.app.board_theme == themes.load("nord")
        assert pilot.app.theme == "wallboard-nord"
        assert pilot.app.state.theme is None


async def test_a_theme_that_is_remembered_is_used_again():
    async with app("dark", state=Arrangement(theme="dracula")).run_test() as pilot:
        assert pilot.app.board_theme.name == "dracula"


async def test_selection_and_scroll_stay_through_the_themes():
    async with app(count=60).run_test(size=(80, 24)) as pilot:
        await pilot.press("d", "d", "end")
        await pilot.pause()
        grid = pilot.app.screen.grid
        before = (grid.selected, grid.scroll_offset)
        await pilot.press("t", "down", "down", "enter")
        await pilot.pause()
        assert (grid.selected, grid.scroll_offset) == before


async def test_an_open_drill_down_stays_and_the_wall_below_changes_too():
    async with app("dark").run_test(size=(120, 40)) as pilot:
        await pilot.press("end", "enter", "down")
        drilldown = pilot.app.screen
        key, endpoint = drilldown.key, drilldown._shown.endpoint
        await pilot.press("t", "end", "enter")
        assert pilot.app.screen is drilldown
        assert isinstance(drilldown, DrillDownScreen)
        assert (drilldown.key, drilldown._shown.endpoint) == (key, endpoint)
        wall = pilot.app.screen_stack[0]
        for screen in (drilldown, wall):
            widgets = [w for w in screen.walk_children(Widget) if hasattr(w, "theme_styles")]
            assert widgets
            assert {w.theme_styles.name for w in widgets} == {SHIPPED[-1]}


async def test_a_click_looks_at_a_theme_and_a_second_click_takes_it():
    async with app("dark").run_test(size=(120, 40)) as pilot:
        await pilot.press("t")
        await pilot.click(ThemeList, offset=(5, 3 + SHIPPED.index("light")))
        assert pilot.app.board_theme.name == "light"
        assert isinstance(pilot.app.screen, ThemePicker)
        await pilot.click(ThemeList, offset=(5, 3 + SHIPPED.index("light")), times=2)
        assert not isinstance(pilot.app.screen, ThemePicker)
        assert pilot.app.board_theme.name == "light"


async def test_a_click_finds_its_theme_in_a_list_with_a_frame_too():
    async with app("ansi16").run_test(size=(120, 40)) as pilot:
        await pilot.press("t")
        await pilot.click(ThemeList, offset=(5, 4 + SHIPPED.index("mono")))
        assert pilot.app.board_theme.name == "mono"


async def test_a_broken_theme_is_listed_with_what_is_wrong_and_cannot_be_taken(own):
    (own / "aaa.toml").write_text("dark = 3\n", encoding="utf-8")
    async with app("dark").run_test(size=(120, 40)) as pilot:
        await pilot.press("t", "home", "down")
        await pilot.pause()
        text = " ".join(" ".join(names_in(pilot.app)).split())
        assert "aaa (yours)" in text
        assert "broken" in text
        assert "dark must be true or false" in text
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, ThemePicker)
        assert pilot.app.board_theme.name == "dark"


async def test_more_themes_than_rows_scroll_with_the_choice(own):
    for n in range(30):
        shutil.copy(themes.shipped_folder() / "dark.toml", own / f"mine{n:02}.toml")
    async with app("dark").run_test(size=(80, 24)) as pilot:
        await pilot.press("t", "end")
        await pilot.pause()
        assert "tokyo-night" in names_in(pilot.app)[-1]
        await pilot.press("home")
        assert "auto" in names_in(pilot.app)[2]
