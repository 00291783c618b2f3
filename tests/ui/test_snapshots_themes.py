"""Pictures of every shipped theme, of the picker, and of the board in ASCII."""

import pytest
from boards import NOW, made_board

from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.look.theme import available, shipped_folder


@pytest.fixture(autouse=True)
def _no_own_themes(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def app(theme="dark", **settings):
    settings = Settings(theme=theme, **settings)
    return WallboardApp(settings, board=made_board(14), clock=lambda: NOW)


def pressing(*keys: str):
    async def run(pilot):
        assert pilot.app.is_running, "an app that broke down has no picture"
        await pilot.pause()
        pilot.app.tick()
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        pilot.app.tick()
        await pilot.pause()

    return run


@pytest.mark.parametrize("theme", available(shipped_folder()))
def test_the_wall_in_every_theme(snap_compare, theme):
    assert snap_compare(app(theme), terminal_size=(80, 24), run_before=pressing("right"))


@pytest.mark.parametrize("size", [(80, 24), (40, 10)], ids="{0[0]}x{0[1]}".format)
def test_the_theme_picker(text_compare, size):
    keys = ("t", "down", "down", "down")
    assert text_compare(app(), terminal_size=size, run_before=pressing(*keys))


@pytest.mark.parametrize("keys", [(), ("enter",)], ids=["wall", "drill-down"])
def test_the_board_in_ascii(text_compare, keys):
    assert text_compare(app(ascii=True), terminal_size=(80, 24), run_before=pressing(*keys))
