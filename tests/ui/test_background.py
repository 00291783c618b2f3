"""The theme ``auto``: light or dark as the terminal is."""

import pytest
from boards import NOW, made_board

from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.look import theme as themes
from wallboard.ui.terminal.key_sequences import TerminalBackground


@pytest.fixture
def colours(monkeypatch):
    def set_to(**environ):
        for name in ("NO_COLOR", "COLORFGBG", "COLORTERM"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"TERM": "xterm-256color", **environ}.items():
            monkeypatch.setenv(name, value)

    set_to()
    return set_to


def app_in(theme, **settings):
    return WallboardApp(Settings(theme=theme, **settings), board=made_board(2), clock=lambda: NOW)


@pytest.mark.parametrize(
    ("said", "environ", "theme"),
    [
        (None, {}, "dark"),
        (True, {}, "dark"),
        (False, {}, "light"),
        (True, {"COLORFGBG": "0;15"}, "dark"),
        (None, {"COLORFGBG": "0;15"}, "light"),
    ],
)
async def test_what_the_terminal_says_counts_more_than_its_environment(
    colours, said, environ, theme
):
    colours(**environ)
    app = app_in("auto")
    async with app.run_test() as pilot:
        assert app.asks_background
        if said is not None:
            app.post_message(TerminalBackground(dark=said))
        await pilot.pause()
        assert app.board_theme.name == theme


async def test_a_theme_that_was_named_or_picked_stays(colours):
    named, picked = app_in("dark"), app_in("auto")
    async with named.run_test() as pilot:
        named.post_message(TerminalBackground(dark=False))
        await pilot.pause()
        assert named.board_theme.name == "dark"
    async with picked.run_test() as pilot:
        picked.use_theme(themes.load("nord"))
        picked.post_message(TerminalBackground(dark=False))
        await pilot.pause()
        assert picked.board_theme.name == "nord"


@pytest.mark.parametrize(
    ("theme", "settings", "environ"),
    [
        ("dark", {}, {}),
        ("auto", {"lite": True}, {}),
        ("auto", {}, {"NO_COLOR": "1"}),
        ("auto", {}, {"TERM": "linux"}),
    ],
)
def test_a_terminal_is_asked_only_where_its_answer_matters(colours, theme, settings, environ):
    colours(**environ)
    assert not app_in(theme, **settings).asks_background


@pytest.mark.parametrize(("term", "theme"), [("xterm-256color", "nord"), ("xterm", "ansi16")])
async def test_sixteen_colours_are_no_place_for_a_theme_of_more(colours, term, theme):
    colours(TERM=term)
    app = app_in("nord")
    async with app.run_test():
        assert app.board_theme.name == theme
