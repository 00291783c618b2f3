"""The theme picker offers ``auto`` too."""

import pytest
from walls import settled, text_on, wall

from wallboard.ui.look.theme import AUTO


@pytest.fixture(autouse=True)
def true_colour(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")


async def test_auto_can_be_picked_and_is_kept_as_auto():
    app = wall()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("t")
        await settled(pilot)
        await pilot.press("end", "enter")
        await settled(pilot)
        assert app.state.theme == app.board_theme.name != "dark"
        await pilot.press("t")
        await settled(pilot)
        await pilot.press("home")
        await settled(pilot)
        assert AUTO in text_on(app)
        await pilot.press("enter")
        await settled(pilot)
        assert app.state.theme == AUTO
        assert app.board_theme.name == app.automatic_theme().name
        assert app.asks_background


async def test_escape_restores_the_theme_that_was():
    app = wall()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("t", "end", "escape")
        await settled(pilot)
        assert app.board_theme.name == "dark"
