"""The filter of the wall: live, visible, and left as it was found."""

import asyncio

import pytest
from boards import NOW, made_board, observed
from textual import events
from waiting import PATIENCE_SECONDS
from walls import ids_on, part, settled, text_on, until, wall

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.reading import ChatAllowed
from wallboard.ui.wall.grid import WallGrid
from wallboard.ui.wall.headings import WallHeading
from wallboard.ui.widgets.input_lines import FilterLine

SMALL, LARGE = (80, 24), (200, 50)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
async def test_every_key_filters_at_once_and_the_filter_is_always_visible(size):
    app = wall(density="compact")
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("slash")
        counts = []
        for char in "sales":
            await pilot.press(char)
            await pilot.pause()
            counts.append(sum(len(section.keys) for section in app.screen.grid.sections))
        assert counts[-1] == 2
        assert counts == sorted(counts, reverse=True)
        await pilot.press("enter")
        await settled(pilot)
        assert "/sales" in part(app, WallHeading)
        assert "2 of 14 " in part(app, WallHeading)
        assert sorted(ids_on(app)) == [1000, 1009]
        assert not any(line.display for line in app.screen.query(FilterLine))
        assert app.focused is app.screen.grid


async def test_a_key_in_the_filter_is_painted_without_waiting_for_the_clock():
    app = wall(density="compact")
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("slash")
        await settled(pilot)
        painted = asyncio.Event()

        def look():
            if "1 of 14 " in part(app, WallHeading):
                painted.set()

        app.post_display_hook = look
        app.screen._update_timer.stop()
        for char in "1009":
            app.post_message(events.Key(char, char))
        # The pilot would paint while it waits.
        async with asyncio.timeout(PATIENCE_SECONDS):
            await painted.wait()


async def test_escape_while_typing_takes_the_filter_before_and_once_more_shows_all():
    app = wall(density="compact")
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"sales", "enter", "slash", *"xyz")
        await settled(pilot)
        assert app.screen.state.filter == "salesxyz"
        await pilot.press("escape")
        await settled(pilot)
        assert app.screen.state.filter == "sales"
        await pilot.press("escape")
        await settled(pilot)
        assert app.screen.state.filter == ""
        assert len(ids_on(app)) == 14
        assert "/sales" not in part(app, WallHeading)


@pytest.mark.parametrize("density", ["compact", "normal", "large", "auto"])
async def test_a_filter_that_nothing_matches_says_so_and_how_to_go_on(density):
    app = wall(density=density)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"zzz", "enter")
        await settled(pilot)
        assert "Nothing matches /zzz" in part(app, WallGrid)
        assert "Esc shows all" in part(app, WallGrid)
        assert {strip.cell_length for strip in app.screen._compositor.render_strips()} == {80}
        assert app.screen.grid.selected is None
        await pilot.press("down", "end", "n", "enter", "z", "y", "r", "pagedown", "home")
        await pilot.click(WallGrid, offset=(3, 1))
        await settled(pilot)
        await pilot.press("escape")
        await settled(pilot)
        assert "Nothing matches" not in text_on(app)
        assert app.screen.grid.selected is not None


async def test_a_board_on_which_everything_is_ok_says_so_when_asked_for_faults():
    board = made_board(1, rounds=1)
    app = wall(board)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("f")
        await settled(pilot)
        assert "Everything is ok" in part(app, WallGrid)
        await pilot.press("f")
        await settled(pilot)
        assert "Everything is ok" not in text_on(app)


async def test_rows_that_change_while_a_filter_is_typed_come_and_go():
    board = made_board(14)
    app = wall(board, density="compact")
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"verdict:full")
        await settled(pilot)
        before = set(ids_on(app))
        full = ChatAllowed(False, "queue_depth_reached")
        key = EntryPointKey("prod", 1000)
        board.fold(observed(key, Endpoint.CHAT_ALLOWED, full, NOW))
        await settled(pilot)
        assert set(ids_on(app)) == before | {1000}
        board.fold(observed(key, Endpoint.CHAT_ALLOWED, ChatAllowed(True), NOW + 1))
        await settled(pilot)
        assert set(ids_on(app)) == before
        assert app.screen.query_one(FilterLine).value == "verdict:full"


async def test_a_selection_that_is_filtered_away_comes_back_with_its_entry_point():
    app = wall(density="compact")
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("down", "down", "down")
        chosen = app.screen.grid.selected
        await pilot.press("slash", *"zzz")
        await settled(pilot)
        assert app.screen.grid.selected is None
        await pilot.press("escape")
        await settled(pilot)
        assert app.screen.grid.selected == chosen


async def test_what_is_wrong_with_a_filter_is_said():
    app = wall()
    async with app.run_test(size=LARGE) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"grup:x")
        await settled(pilot)
        assert 'unknown field "grup:"' in part(app, WallHeading)


async def test_a_group_that_no_entry_point_has_is_told_with_the_nearest():
    app = wall()
    async with app.run_test(size=LARGE) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"group:EMAE", "enter")
        await settled(pilot)
        assert 'no group matches "EMAE"; did you mean "EMEA"?' in part(app, WallHeading)
        await pilot.press("escape", "e", "slash", *"server:pord", "enter")
        await settled(pilot)
        assert 'no server matches "pord"; did you mean "prod"?' in text_on(app)


async def test_the_slash_goes_back_to_a_line_that_lost_the_focus():
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"sal")
        await pilot.click(WallGrid, offset=(3, 1))
        await settled(pilot)
        assert app.focused is app.screen.grid
        await pilot.press("slash", "e", "s", "enter")
        await settled(pilot)
        assert app.screen.state.filter == "sales"
        assert not any(line.display for line in app.screen.query(FilterLine))


async def test_escape_on_the_wall_closes_a_line_that_lost_the_focus():
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"sal")
        await pilot.click(WallGrid, offset=(3, 1))
        await pilot.press("escape")
        await settled(pilot)
        assert app.screen.state.filter == ""
        assert not any(line.display for line in app.screen.query(FilterLine))


async def test_keys_typed_into_the_filter_do_nothing_else():
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"qfsdGznryetx", "question_mark", "space")
        await settled(pilot)
        assert app.is_running
        assert app.screen.state.filter == "qfsdGznryetx? "
        assert app.screen.state.sort == "worst"
        assert "FROZEN" not in text_on(app)


async def test_a_thousand_entry_points_are_filtered_as_it_is_typed():
    app = wall(made_board(1000, rounds=1), density="auto")
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"id:1999")
        await settled(pilot)
        assert "1999" in part(app, WallGrid)
        assert "1 of 1000 " in part(app, WallHeading)
        await pilot.press("enter", "f")
        await settled(pilot)
        assert "1000 " in part(app, WallHeading)


async def test_keys_typed_in_one_burst_all_go_into_the_filter():
    app = wall()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        for key in ("slash", *"sfd"):
            app.post_message(events.Key(key, None if key == "slash" else key))
        await until(pilot, lambda: app.state.filter == "sfd")
        assert (app.state.sort, app.state.faults_only, app.state.density) == (
            "worst",
            False,
            "normal",
        )
