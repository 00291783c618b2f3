"""The folders of themes and arrangements may be on a machine that is away: the wall goes on."""

import pytest
from silent_folder import SilentFolder
from walls import settled, until

from wallboard.board import Board
from wallboard.config.state_folder import BoardId
from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.look import theme
from wallboard.ui.picture.arrangement import ArrangementStore


@pytest.fixture
def folder(tmp_path, monkeypatch):
    folder = SilentFolder(tmp_path, monkeypatch)
    yield folder
    folder.come_back()


def test_themes_that_came_along_are_there_without_the_folder_of_own_ones(folder, monkeypatch):
    (folder.path / "themes").mkdir()
    (folder.path / "themes" / "mine.toml").write_text("dark = true")
    monkeypatch.setattr(theme, "own_folder", lambda: folder.path / "themes")
    assert "mine" in theme.theme_files()
    folder.leave()
    files = theme.theme_files()
    assert "mine" not in files
    assert "dark" in files
    assert theme.load_or_fallback("dark")[0].name == "dark"
    assert theme.ThemeWatch("dark").name == "dark"


async def test_an_arrangement_that_cannot_be_saved_holds_nothing_up(folder):
    store = ArrangementStore(BoardId("x"), folder.path / "views")
    app = WallboardApp(Settings(theme="dark", refresh=60.0), board=Board([]), store=store)
    async with app.run_test(size=(100, 30)) as pilot:
        folder.leave()
        await pilot.press("d")
        await settled(pilot)
        await until(pilot, lambda: app._saving is not None)
        await pilot.press("question_mark")
        await settled(pilot)
        assert len(app.screen_stack) == 2
        assert not app._saving.done()
        folder.come_back()
        await until(pilot, app._saving.done)
    assert list(folder.path.glob("views/*.toml")) == [store.path]
