"""A board that runs while its config is edited and its arrangement is kept."""

import asyncio
import os

import pytest
from boards import observed
from rich.color import ColorSystem
from waiting import PATIENCE_SECONDS
from walls import settled, text_on

from wallboard.config import load_config
from wallboard.config.reload import ConfigSource, stamp_of
from wallboard.config.state_folder import BoardId
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.policy import Level
from wallboard.domain.reading import ChatAllowed, LiveSessionStatus
from wallboard.feeds import FeedStatus
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.drilldown.drilldown_screen import DrillDownScreen
from wallboard.ui.picture.arrangement import Arrangement, ArrangementStore
from wallboard.ui.wall.kiosk_screen import KioskScreen
from wallboard.ui.wall.wall_screen import WallScreen
from wallboard.ui.widgets.key_bar import KeyBar

START = 1_780_000_000.0
CONFIG = """
theme = "dark"
refresh = 60
{top}
[[server]]
name = "prod"
url = "http://127.0.0.1:9"
{points}
"""
A, B, C = (EntryPointKey("prod", number) for number in (1000, 1001, 1002))


def config(*ids: int, top=""):
    points = "\n".join(f"[[server.entry_point]]\nid = {number}" for number in ids)
    return CONFIG.format(top=top, points=points)


class SilentFeed:
    """Publishes nothing and remembers what it was told."""

    def __init__(self) -> None:
        self.told = []

    status = FeedStatus()

    async def run(self, fold, board):
        await asyncio.Event().wait()

    def check_clock(self):
        pass

    def poll_now(self, key):
        pass

    def replace(self, settings, edit):
        self.told.append(settings)


class Living:
    """An app on a config file, with a clock that the test moves."""

    def __init__(self, path, **more) -> None:
        self.path = path
        self.now = START
        self.feed = SilentFeed()
        source = ConfigSource(
            BoardId("x"), lambda: load_config(path, os.environ), path, stamp_of(path)
        )
        settings = load_config(path, os.environ)
        self.app = WallboardApp(
            settings, lambda _: self.feed, source=source, clock=lambda: self.now, **more
        )

    def edit(self, text):
        new = self.path.with_suffix(".new")
        new.write_text(text)
        new.replace(self.path)

    async def seconds(self, count):
        for _ in range(count):
            self.now += 1.0
            self.app.tick()
            config = self.app.live.config
            config.tick(self.now)
            if config._task:
                await asyncio.wait({config._task})

    @property
    def messages(self):
        return self.app.view().messages

    def heard(self, key, *outcomes: object):
        endpoints = {ChatAllowed: Endpoint.CHAT_ALLOWED}
        for outcome in outcomes:
            endpoint = endpoints.get(type(outcome), Endpoint.LIVE_SESSION_STATUS)
            self.app.board.fold(observed(key, endpoint, outcome, self.now))


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "wallboard.toml"
    file.write_text(config(1000, 1001))
    return file


async def test_an_edit_changes_the_board_and_the_feed_but_not_what_is_selected(path):
    living = Living(path)
    async with living.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        living.heard(A, ChatAllowed(True), LiveSessionStatus(30.0, 1))
        living.heard(B, ChatAllowed(True), LiveSessionStatus(30.0, 1))
        await living.seconds(1)
        await pilot.press("end")
        grid = living.app.screen.grid
        selected, other = grid.selected, A if grid.selected == B else B
        history = living.app._snapshot.entry_points[selected].state.history
        top = "[thresholds]\nwait_critical = 20\nwait_warning = 20\n"
        living.edit(config(1002, selected.id, top=top))
        await living.seconds(4)
        await pilot.pause()
        assert list(living.app._snapshot.entry_points) == [C, selected]
        status = living.app._snapshot.entry_points[selected]
        assert status.state.history is history
        assert status.judgement.level is Level.CRITICAL
        assert grid.selected == selected
        assert [s.server[0].entry_point[0].id for s in living.feed.told] == [1002]
        assert other not in living.app._snapshot.entry_points
        assert pilot.app.is_running


async def test_removing_the_selected_entry_point_selects_another(path):
    living = Living(path)
    async with living.app.run_test(size=(80, 24)) as pilot:
        await living.seconds(1)
        await pilot.press("home")
        grid = living.app.screen.grid
        gone = grid.selected
        living.edit(config(*{1000, 1001} - {gone.id}, 1002))
        await living.seconds(4)
        await pilot.pause()
        assert grid.selected in living.app._snapshot.entry_points
        assert pilot.app.is_running


async def test_a_drill_down_of_an_entry_point_that_is_removed_does_not_break(path, caplog):
    living = Living(path)
    async with living.app.run_test(size=(80, 24)) as pilot:
        living.heard(A, ChatAllowed(True))
        living.heard(B, ChatAllowed(True))
        await living.seconds(1)
        await pilot.press("home", "enter")
        await pilot.pause()
        living.edit(config(1002))
        await living.seconds(4)
        await pilot.press("down", "1", "2", "3", "4", "5", "left_square_bracket", "y", "r")
        await living.seconds(2)
        await pilot.press("escape")
        await living.seconds(2)
        assert list(living.app._snapshot.entry_points) == [C]
        assert pilot.app.is_running
    assert "could not be drawn" not in caplog.text


async def test_an_invalid_edit_stands_in_the_banner_until_it_is_put_right(path):
    living = Living(path)
    async with living.app.run_test(size=(80, 24)) as pilot:
        await living.seconds(1)
        living.edit(config(1000, top="intervall = 3"))
        await living.seconds(6)
        await pilot.press("x")
        assert [text for text in living.messages if "intervall" in text]
        assert list(living.app._snapshot.entry_points) == [A, B]
        assert living.feed.told == []
        living.edit(config(1000))
        await living.seconds(4)
        assert not [text for text in living.messages if "intervall" in text]
        assert list(living.app._snapshot.entry_points) == [A]


async def test_theme_title_refresh_and_history_follow_the_config(path):
    living = Living(path)
    async with living.app.run_test(size=(80, 24)) as pilot:
        await living.seconds(1)
        text = config(1000, top='title = "Night"\nhistory = 7\n')
        living.edit(text.replace('"dark"', '"light"').replace("refresh = 60", "refresh = 30"))
        await living.seconds(4)
        await pilot.pause()
        app = living.app
        assert app.board_theme.name == "light"
        assert app.view().title == "Night"
        assert app._ticking._interval == 30
        for _ in range(9):
            living.heard(A, LiveSessionStatus(1.0, 1))
        await living.seconds(1)
        assert len(app._snapshot.entry_points[A].state.history) == 7


async def test_an_edit_of_the_signs_draws_the_board_in_them_at_once(path):
    living = Living(path)
    async with living.app.run_test(size=(80, 24)) as pilot:
        living.heard(A, ChatAllowed(True))
        await living.seconds(1)
        await settled(pilot)
        assert not text_on(living.app).isascii()
        living.edit(config(1000, 1001, top="ascii = true"))
        await living.seconds(4)
        await settled(pilot)
        assert text_on(living.app).isascii()
        assert living.app.beyond_ascii == frozenset()
        living.edit(config(1000, 1001, top="ascii = false"))
        await living.seconds(4)
        await settled(pilot)
        assert not text_on(living.app).isascii()


async def test_an_edit_for_a_slow_link_holds_at_once_and_can_be_taken_back(path):
    auto = config(1000).replace('"dark"', '"auto"').replace("refresh = 60", "refresh = 0.5")
    path.write_text(auto)
    living = Living(path)

    def arrangement(app):
        return (
            app.board_theme.name,
            app.board_theme.sweeps,
            app.most_colors,
            app._ticking._interval,
        )

    async with living.app.run_test(size=(80, 24)) as pilot:
        await living.seconds(1)
        before = arrangement(living.app)
        living.edit("lite = true\n" + auto)
        await living.seconds(4)
        await settled(pilot)
        assert arrangement(living.app) == ("ansi16", True, ColorSystem.EIGHT_BIT, 2.0)
        assert "polls/min" not in text_on(living.app)
        living.edit(auto)
        await living.seconds(4)
        await settled(pilot)
        assert arrangement(living.app) == before


async def test_an_edit_makes_a_kiosk_of_a_frozen_board_and_lets_the_picture_go(path):
    living = Living(path, state=Arrangement(density="compact"))
    async with living.app.run_test(size=(80, 24)) as pilot:
        await living.seconds(1)
        await pilot.press("enter", "space", "question_mark")
        await pilot.pause()
        living.edit(config(1000, 1001, top="kiosk = true"))
        await living.seconds(4)
        await settled(pilot)
        assert isinstance(living.app.screen, KioskScreen)
        assert len(living.app.screen_stack) == 1
        assert living.app.view().frozen_at is None
        assert not living.app.screen.query_one(KeyBar).display
        assert living.app.screen.state.density == "compact"
        await pilot.press("space", "q")
        await living.seconds(1)
        assert living.app.view().frozen_at is None
        assert pilot.app.is_running


async def test_an_edit_makes_an_ordinary_wall_of_a_kiosk(path):
    path.write_text(config(1000, 1001, top="kiosk = true"))
    living = Living(path)
    async with living.app.run_test(size=(80, 24)) as pilot:
        await living.seconds(1)
        assert isinstance(living.app.screen, KioskScreen)
        living.edit(config(1000, 1001))
        await living.seconds(4)
        await settled(pilot)
        assert type(living.app.screen) is WallScreen
        await pilot.press("end", "enter")
        await settled(pilot)
        assert isinstance(living.app.screen, DrillDownScreen)


async def test_an_edit_of_the_pace_of_a_kiosk_holds_for_the_page_that_stands(path):
    ids = range(1000, 1060)
    path.write_text(config(*ids, top="kiosk = true\nrotate = 1000"))
    living = Living(path)
    async with living.app.run_test(size=(80, 24)) as pilot:
        for number in ids:
            allowed = ChatAllowed(number > 1000, None if number > 1000 else "agent_not_available")
            living.heard(EntryPointKey("prod", number), allowed)
        await living.seconds(1)
        await settled(pilot)
        await living.seconds(20)
        assert living.app.screen._rotation.number == 0
        living.edit(config(*ids, top="kiosk = true\nrotate = 10"))
        await living.seconds(5)
        assert living.app.screen._rotation.number == 1


async def test_a_theme_picked_on_the_board_stays_whatever_the_config_says(path):
    living = Living(path, state=Arrangement(theme="mono"))
    async with living.app.run_test(size=(80, 24)):
        await living.seconds(1)
        living.edit(config(1000).replace('"dark"', '"light"'))
        await living.seconds(4)
        assert list(living.app._snapshot.entry_points) == [A]
        assert living.app.board_theme.name == "mono"


async def test_a_feed_that_starts_after_an_edit_goes_by_it(path):
    living = Living(path)
    made = asyncio.Event()
    loop = asyncio.get_running_loop()

    def make(_):
        asyncio.run_coroutine_threadsafe(made.wait(), loop).result()
        return living.feed

    living.app.live._make_feed = make
    async with living.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        living.edit(config(1002))
        await living.seconds(4)
        assert living.feed.told == []
        made.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not living.feed.told:  # noqa: ASYNC110 - made in another thread
                await asyncio.sleep(0.005)
        assert living.feed.told == [living.app.settings]


async def test_the_arrangement_is_there_in_the_next_run(path, tmp_path):
    memory = ArrangementStore(BoardId("x"), tmp_path / "views")
    living = Living(path, store=memory)
    async with living.app.run_test(size=(80, 24)) as pilot:
        await living.seconds(1)
        await pilot.press("s")
        await living.seconds(3)
        await pilot.press("d")
        await pilot.pause()
        arranged = living.app.state
    state, problem = ArrangementStore(BoardId("x"), tmp_path / "views").load()
    assert problem is None
    assert state == arranged
    assert state.sort != Arrangement().sort
    assert state.density != Arrangement().density


async def test_a_state_folder_that_cannot_be_written_is_one_notice(path, tmp_path):
    (tmp_path / "views").write_text("in the way")
    living = Living(path, store=ArrangementStore(BoardId("x"), tmp_path / "views"))
    async with living.app.run_test(size=(80, 24)) as pilot:
        await living.seconds(1)
        for _ in range(3):
            await pilot.press("s")
            await living.seconds(4)
        assert sum("cannot be kept" in text for text in living.messages) == 1
