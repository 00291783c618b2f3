"""Pictures of the answer to a copy, on the wall and in the drill-down."""

import pytest
from boards import NOW, made_board

from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp


@pytest.fixture(autouse=True)
def _empty_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("WALLBOARD_STATE", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("keys", [("b",), ("enter", "y")], ids=["bundle", "body"])
@pytest.mark.parametrize("size", [(80, 24), (40, 10)], ids="{0[0]}x{0[1]}".format)
def test_what_was_kept_is_said_over_the_last_rows(text_compare, size, keys):
    async def copied(pilot):
        assert pilot.app.is_running, "an app that broke down has no picture"
        await pilot.pause()
        await pilot.press("end", *keys)
        await pilot.app.workers.wait_for_complete()
        pilot.app.tick()
        await pilot.pause()

    app = WallboardApp(Settings(theme="dark"), board=made_board(12), clock=lambda: NOW)
    assert text_compare(app, terminal_size=size, run_before=copied)
