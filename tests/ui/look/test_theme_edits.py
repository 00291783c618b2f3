"""The user's own themes: over the shipped ones, and read again when they are edited."""

import os
import threading

import pytest
from boards import NOW, made_board
from waiting import PATIENCE_SECONDS

from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.help.help_screen import HelpScreen
from wallboard.ui.look import theme as themes

DARK_OPEN = 'open = { fg = "#7ee2a8", bg = "#0c3119"'


@pytest.fixture(autouse=True)
def own(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = themes.own_folder()
    folder.mkdir(parents=True)
    return folder


def dark():
    return (themes.shipped_folder() / "dark.toml").read_text(encoding="utf-8")


def write(folder, text, name="mine"):
    """Write a theme as an editor does, at a time of its own."""
    path = folder / f"{name}.toml"
    before = path.stat().st_mtime_ns if path.exists() else NOW * 1e9
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(int(before) + 10**9,) * 2)


def app(theme="mine"):
    return WallboardApp(Settings(theme=theme), board=made_board(4), clock=lambda: NOW)


def open_background(app):
    return app.board_theme.verdict["open"].bgcolor.triplet.hex


async def tick(pilot):
    """A tick, and the answer to its look at the file."""
    pilot.app.tick()
    await pilot.app._theme_look


async def ticks(pilot):
    await tick(pilot)
    await tick(pilot)


def test_an_own_theme_is_listed_as_such(own):
    write(own, dark())
    files = themes.theme_files()
    assert files["mine"].own
    assert not files["dark"].own
    assert list(files) == sorted(files)


def test_an_own_theme_shadows_a_shipped_one_of_its_name(own):
    write(own, dark().replace(DARK_OPEN, DARK_OPEN.replace("0c3119", "005f00")), name="nord")
    assert themes.theme_files()["nord"].own
    assert themes.load("nord").verdict["open"].bgcolor.triplet.hex == "#005f00"


def test_what_an_editor_hides_is_no_theme(own):
    write(own, dark(), name=".#mine")
    assert ".#mine" not in themes.available()


def test_without_an_own_folder_there_are_the_shipped_themes(own):
    own.rmdir()
    assert themes.available() == themes.available(themes.shipped_folder())


@pytest.mark.parametrize("name", ["my theme", "Größe", "a.b", "<x>", "1"])
async def test_a_theme_of_any_name_can_be_used(own, name):
    write(own, dark(), name=name)
    async with app(name).run_test() as pilot:
        assert pilot.app.board_theme.name == name
        assert not pilot.app.messages.texts


async def test_an_edit_is_taken_up_once_the_file_stands_still(own):
    write(own, dark())
    async with app().run_test() as pilot:
        assert open_background(pilot.app) == "#0c3119"
        write(own, dark().replace("#0c3119", "#005f00"))
        await tick(pilot)
        assert open_background(pilot.app) == "#0c3119"
        await tick(pilot)
        assert open_background(pilot.app) == "#005f00"


async def test_a_broken_edit_keeps_the_last_good_theme_and_says_what_is_wrong(own):
    write(own, dark())
    async with app().run_test() as pilot:
        write(own, dark().replace('"#0c3119"', '"greenish"'))
        await ticks(pilot)
        assert open_background(pilot.app) == "#0c3119"
        (notice,) = pilot.app.messages.texts
        assert "mine.toml" in notice
        assert "[verdict] open: bg = 'greenish' is not a colour" in notice
        await ticks(pilot)
        assert pilot.app.messages.texts == (notice,)
        write(own, dark().replace("#0c3119", "#005f00"))
        await ticks(pilot)
        assert open_background(pilot.app) == "#005f00"


async def test_a_theme_that_was_broken_at_the_start_is_taken_up_when_it_is_mended(own):
    write(own, "dark = true\n")
    async with app().run_test() as pilot:
        assert pilot.app.board_theme.name == themes.FALLBACK
        write(own, dark())
        await ticks(pilot)
        assert pilot.app.board_theme.name == "mine"


async def test_a_shipped_theme_gives_way_to_an_own_one_and_comes_back(own):
    async with app("nord").run_test() as pilot:
        shipped = open_background(pilot.app)
        write(own, dark().replace("#0c3119", "#005f00"), name="nord")
        await ticks(pilot)
        assert open_background(pilot.app) == "#005f00"
        (own / "nord.toml").unlink()
        await ticks(pilot)
        assert open_background(pilot.app) == shipped


async def test_a_theme_that_is_deleted_stays_in_use(own):
    write(own, dark())
    async with app().run_test() as pilot:
        (own / "mine.toml").unlink()
        await ticks(pilot)
        assert pilot.app.board_theme.name == "mine"
        assert "There is no theme 'mine'" in pilot.app.messages.texts[-1]


async def test_a_folder_that_does_not_answer_holds_up_nothing(own, monkeypatch):
    write(own, dark())
    async with app().run_test() as pilot:
        answers = threading.Event()
        watch = pilot.app._theme_watch
        look = watch.poll
        monkeypatch.setattr(watch, "poll", lambda: answers.wait(PATIENCE_SECONDS) and look())
        for _ in range(20):
            pilot.app.tick()
            await pilot.pause()
        await pilot.press("question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        answers.set()
        write(own, dark().replace("#0c3119", "#005f00"))
        await ticks(pilot)
        await ticks(pilot)
        assert open_background(pilot.app) == "#005f00"


def test_a_huge_file_is_not_read(own):
    (own / "mine.toml").write_bytes(b"#" * 1_000_000)
    _, problem = themes.load_or_fallback("mine")
    assert "is larger than 256 KiB" in problem


def test_a_pipe_is_not_waited_for(own):
    os.mkfifo(own / "mine.toml")
    _, problem = themes.load_or_fallback("mine")
    assert "is not a file" in problem
