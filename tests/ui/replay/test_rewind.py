"""The board as it was: how one goes there, that it shows, and the way back."""

import time

import pytest
from recorder.recordings import START
from recorder.shift import (
    AWAY_AT,
    BACK_AT,
    BAD_AT,
    BROKEN,
    END,
    GOOD_AT,
    ROUND,
    at_round,
    recorded_shift,
)
from rewinds import NOW, position, recorded_wall
from textual import events
from textual.widgets import Input
from walls import part, settled, text_on, until, words_of

from wallboard.domain.policy import Verdict
from wallboard.ui.drilldown.chart import Chart
from wallboard.ui.drilldown.drilldown_screen import DrillDownScreen
from wallboard.ui.drilldown.state_strip_line import StateStripLine
from wallboard.ui.look.theme import available, load
from wallboard.ui.replay.goto_screen import GoToScreen
from wallboard.ui.screen.board_screen import Passing
from wallboard.ui.screen.header import BoardHeader
from wallboard.ui.screen.time_strip import TimeStrip
from wallboard.ui.wall.wall_screen import WallScreen
from wallboard.ui.widgets.key_bar import KeyBar

SIZE = (100, 30)


def near(at):
    return pytest.approx(at, rel=0, abs=0.01)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return recorded_shift(tmp_path_factory.mktemp("shift") / "shift.db")


async def gone(pilot, key):
    """Press a key and wait until another moment is shown."""
    before = position(pilot.app)
    await pilot.press(key)
    await until(pilot, lambda: position(pilot.app) not in (None, before))
    await settled(pilot)


async def back_to(pilot, times):
    """Go some changes back."""
    for _ in range(times):
        await gone(pilot, "less_than_sign")


def verdict(app, key=BROKEN):
    return app.view().snapshot.entry_points[key].judgement.verdict


async def test_an_outage_is_found_after_the_fact_with_the_body_that_caused_it(path):
    app = recorded_wall(path)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert verdict(app) is Verdict.WAITING
        await back_to(pilot, 5)
        assert position(app) == near(BAD_AT)
        assert verdict(app) is Verdict.AGENT_NOT_AVAILABLE
        assert "Entry 1001: OPEN → NO AGENTS" in part(app, Passing)
        assert app.screen.grid.selected == BROKEN
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, DrillDownScreen)
        assert 'reason="agent_not_available"' in part(app, "BodyView")


async def test_the_strip_of_the_drill_down_has_the_recorded_states(path):
    app = recorded_wall(path)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        app.drill_down(BROKEN)
        await settled(pilot)
        assert app.view().snapshot.entry_points[BROKEN].states(NOW, 180) == (None,) * 180
        await pilot.press(*["minus"] * 7)
        await settled(pilot)
        strip = app.screen.query_one(StateStripLine)
        await until(pilot, lambda: app.view().recorded_window is not None)
        window = app.screen.window_in_full()
        await until(pilot, lambda: app.view().recorded_window.states.window == window)
        assert window.start < BAD_AT < window.end
        bad = app.view().recorded_window.states.states[
            int((BAD_AT - window.start) // window.slice_seconds)
        ]
        assert bad.verdict is Verdict.AGENT_NOT_AVAILABLE
        glyphs = app.board_theme.glyphs
        await until(pilot, lambda: glyphs.strip[bad.level] in words_of(app, StateStripLine)[0])
        assert strip.display


async def test_the_chart_of_the_drill_down_reaches_back_into_the_recording(path):
    app = recorded_wall(path)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        app.drill_down(BROKEN)
        await settled(pilot)
        await pilot.press("4", *["minus"] * 7)
        await settled(pilot)
        assert len(app.view().snapshot.entry_points[BROKEN].state.history) == 0
        await until(pilot, lambda: "no polls in this time" not in part(app, Chart))
        samples = app.view().recorded_window.samples
        assert START <= samples[0].at < BAD_AT < samples[-1].at <= END
        await until(pilot, lambda: "⡇" in part(app, Chart))


async def test_every_key_of_the_replay_goes_where_it_says(path):
    app = recorded_wall(path)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await back_to(pilot, 2)
        assert position(app) == near(AWAY_AT)
        await gone(pilot, "greater_than_sign")
        assert position(app) == near(BACK_AT)
        await gone(pilot, "comma")
        assert position(app) == near(BACK_AT - ROUND)
        await gone(pilot, "full_stop")
        assert position(app) == near(BACK_AT)
        await pilot.press("L")
        await settled(pilot)
        assert position(app) is None
        assert verdict(app) is Verdict.WAITING


async def test_a_moment_that_is_typed_is_gone_to(path):
    app = recorded_wall(path)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(GOOD_AT + 5))
        await pilot.press("g")
        await until(pilot, lambda: isinstance(app.screen, GoToScreen))
        app.screen.query_one(Input).value = when
        await pilot.pause()
        assert "Enter goes there" in text_on(app)
        await pilot.press("enter")
        await until(pilot, lambda: position(app) is not None)
        assert position(app) == GOOD_AT + 5
        assert verdict(app) is Verdict.OPEN


async def test_keys_typed_in_one_breath_with_g_all_reach_the_line(path):
    app = recorded_wall(path)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        for key in ("g", "minus", "4", "0", "m", "enter"):
            sign = "-" if key == "minus" else key if len(key) == 1 else "\r"
            app.post_message(events.Key(key, sign))
        await until(pilot, lambda: position(app) is not None)
        assert isinstance(app.screen, WallScreen)
        assert position(app) == NOW - 2400


async def test_a_g_that_is_typed_into_the_filter_is_a_g(path):
    app = recorded_wall(path)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("slash", "g")
        await settled(pilot)
        assert isinstance(app.screen, WallScreen)
        assert app.screen.filter_text == "g"


async def test_what_is_no_moment_is_said_and_the_line_stays(path):
    app = recorded_wall(path)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("g")
        await until(pilot, lambda: isinstance(app.screen, GoToScreen))
        await pilot.press(*"noon", "enter")
        await pilot.pause()
        assert "not a time: 'noon'" in text_on(app)
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(app.screen, WallScreen)
        assert position(app) is None


async def test_ages_are_those_of_that_moment(path):
    app = recorded_wall(path)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await back_to(pilot, 2)
        view = app.view()
        assert view.now == view.snapshot.at == AWAY_AT
        judgement = view.snapshot.entry_points[BROKEN].judgement
        assert not judgement.stale(view.now)
        (down,) = view.snapshot.unreachable
        assert down.since == at_round(45)


async def test_living_polls_are_folded_underneath_and_shown_on_return(path):
    from recorder.recordings import poll

    from wallboard.domain.endpoint import Endpoint

    app = recorded_wall(path)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await back_to(pilot, 5)
        app.board.fold(poll(Endpoint.CHAT_ALLOWED, NOW - START, "true", id=BROKEN.id))
        await settled(pilot)
        assert verdict(app) is Verdict.AGENT_NOT_AVAILABLE
        await pilot.press("L")
        await settled(pilot)
        assert verdict(app) is Verdict.OPEN


async def test_space_plays_and_pauses_in_the_past_and_freezes_the_living_board(path):
    app = recorded_wall(path)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("space")
        await settled(pilot)
        assert app.view().frozen_at is not None
        await pilot.press("space")
        await back_to(pilot, 5)
        begun = position(app)
        await pilot.press("plus", "space")
        await until(pilot, lambda: position(app) > begun)
        await settled(pilot)
        assert "playing 2×" in part(app, BoardHeader)
        await pilot.press("minus", "space")
        await settled(pilot)
        assert "paused" in part(app, BoardHeader)
        held = position(app)
        await settled(pilot)
        assert position(app) == held
        assert app.view().frozen_at is None


async def test_the_drill_down_of_a_living_board_has_behind_it_what_was_recorded_before(path):
    from recorder.recordings import poll

    from wallboard.domain.endpoint import Endpoint

    app = recorded_wall(path)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        own = poll(Endpoint.CHAT_ALLOWED, NOW - START, "true", id=BROKEN.id)
        app.board.fold(own)
        await settled(pilot)
        app.screen.grid.select(BROKEN)
        await pilot.press("enter")

        def timeline():
            app.tick()
            return app.screen.view.snapshot.entry_points[BROKEN].timeline

        await until(pilot, lambda: len(timeline()) > 1)
        assert position(app) is None
        assert near(BAD_AT) in [change.at for change in timeline()]
        recent = app.screen.view.snapshot.entry_points[BROKEN].state.endpoint(own.endpoint).recent
        assert len(recent) > 1
        assert recent[-1].at == NOW


async def test_without_a_recording_the_keys_say_so_and_the_board_stays(path):
    app = recorded_wall(None)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("less_than_sign")
        await settled(pilot)
        assert "No recording: this board runs without one." in part(app, Passing)
        assert position(app) is None


async def test_a_recording_that_cannot_be_opened_is_a_notice(tmp_path):
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database " * 200)
    app = recorded_wall(broken)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("less_than_sign")
        await until(pilot, lambda: "Cannot open the recording" in part(app, Passing))
        assert position(app) is None


async def test_nothing_comes_after_the_living_board(path):
    app = recorded_wall(path)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        for key in ("greater_than_sign", "full_stop"):
            await pilot.press(key)
            await settled(pilot)
            assert "nothing after now" in part(app, Passing)
        assert position(app) is None


async def test_it_is_unmistakable_that_the_picture_is_not_live(path):
    app = recorded_wall(path, ascii=True)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "REPLAY" not in text_on(app)
        assert not words_of(app, "TimeStrip")
        live = {theme: await header_in(pilot, theme) for theme in available()}
        await back_to(pilot, 5)
        header = part(app, BoardHeader)
        assert "REPLAY" in header
        assert time.strftime("%a %d %b %Y %H:%M:%S", time.localtime(BAD_AT)) in header
        assert words_of(app, "TimeStrip")[0].isascii()
        for theme, before in live.items():
            style = await header_in(pilot, theme)
            assert (style.bgcolor, style.reverse) != (before.bgcolor, before.reverse), theme
            assert style == load(theme).ui["frozen"], theme


async def header_in(pilot, theme):
    """How the header of the wall looks in a theme."""
    pilot.app.use_theme(load(theme))
    await settled(pilot)
    return pilot.app.screen.query_one(BoardHeader).background


async def test_the_footer_offers_the_way_back_only_where_there_is_one(path):
    app = recorded_wall(path)
    async with app.run_test(size=(120, 24)) as pilot:
        await settled(pilot)
        assert "Live" not in part(app, KeyBar)
        assert "Freeze" in part(app, KeyBar)
        await gone(pilot, "comma")
        bar = part(app, KeyBar)
        assert "L Live" in bar
        assert "Freeze" not in bar


async def test_a_click_on_the_strip_goes_there_and_a_drag_follows(path):
    app = recorded_wall(path)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await back_to(pilot, 1)
        await pilot.mouse_down(TimeStrip, offset=(14, 0))
        await until(pilot, lambda: position(app) < START + 1)
        await pilot.hover(TimeStrip, offset=(99, 0))
        await until(pilot, lambda: position(app) > END - 10)
        await pilot.mouse_up(TimeStrip, offset=(99, 0))
        await settled(pilot)
        await pilot.hover(TimeStrip, offset=(20, 0))
        await settled(pilot)
        assert position(app) > END - 10


async def test_a_kiosk_does_not_leave_the_present(path):
    app = recorded_wall(path, kiosk=True)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("less_than_sign", "comma", "g")
        await settled(pilot)
        assert position(app) is None
        assert not isinstance(app.screen, GoToScreen)
