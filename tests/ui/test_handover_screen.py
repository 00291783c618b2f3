"""The handover on the board: read, shown, copied and saved."""

import pytest
from recorder.shift import recorded_shift
from rewinds import recorded_wall
from walls import part, settled, text_on, until

from wallboard.ui.handover import HandoverScreen
from wallboard.ui.screen.banner import Passing
from wallboard.ui.screen.copies import copies_folder
from wallboard.ui.wall.wall_screen import WallScreen

SIZE = (80, 24)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return recorded_shift(tmp_path_factory.mktemp("shift") / "shift.db")


async def test_the_shift_so_far_is_shown_copied_and_saved(path, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    app = recorded_wall(path)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("H")
        await until(pilot, lambda: "# Shift report" in text_on(app))
        assert isinstance(app.screen, HandoverScreen)
        assert "y Copy and save" in text_on(app)
        await pilot.press("y")
        await until(pilot, lambda: "Handover: " in part(app, Passing))
        (saved,) = copies_folder().iterdir()
        assert saved.suffix == ".md"
        assert "NO AGENTS" in saved.read_text()
        await pilot.press("q")
        await settled(pilot)
        assert isinstance(app.screen, WallScreen)


async def test_a_board_without_a_recording_says_what_is_missing():
    app = recorded_wall(None)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("H")
        await settled(pilot)
        assert "a handover needs a recording" in part(app, Passing)
        assert isinstance(app.screen, WallScreen)


async def test_a_recording_that_cannot_be_read_is_said_on_the_screen(tmp_path):
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database " * 200)
    app = recorded_wall(broken)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("H")
        await until(pilot, lambda: "Cannot read the recording" in text_on(app))
        await pilot.press("y")
        await settled(pilot)
        assert "Cannot read the recording" in part(app, Passing)


async def test_a_kiosk_does_not_hand_over(path):
    app = recorded_wall(path, kiosk=True)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("H")
        await settled(pilot)
        assert not isinstance(app.screen, HandoverScreen)
