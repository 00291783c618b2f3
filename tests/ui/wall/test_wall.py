"""The wall under the hands of its operator."""

import asyncio
import logging
from dataclasses import replace

import pytest
from boards import (
    HTTP_500,
    NOW,
    REFUSED,
    TILES,
    made_board,
    observed,
    outage,
    poll,
)
from walls import Clock, ids_on, part, picture, settled, text_on, until, wall, wheel, words_of

from wallboard import live
from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.policy import Policy
from wallboard.domain.reading import Capacity, ChatAllowed
from wallboard.feeds import FeedStatus
from wallboard.ui.drilldown.drilldown_screen import DrillDownScreen
from wallboard.ui.help.help_screen import KEY_WIDTH, HelpScreen
from wallboard.ui.picture.view import View
from wallboard.ui.screen.board_screen import Banner
from wallboard.ui.screen.header import BoardHeader
from wallboard.ui.terminal.screen import MOST_LAYOUTS
from wallboard.ui.wall.grid import WallGrid
from wallboard.ui.wall.wall_screen import WallScreen
from wallboard.ui.widgets.key_bar import KeyBar

WIDE = (120, 40)
"""Three tiles of seven lines in a row: fourteen entry points fill four rows and two thirds."""

ROW = 5
"""Lines of a tile where not all fit."""

SMALL = (80, 24)
"""Three tiles in a row and four rows: fourteen entry points do not fit."""


def key(number):
    return EntryPointKey("prod", number)


def selected_place(app):
    statuses = app._snapshot.entry_points
    in_order = sorted(statuses, key=lambda key: statuses[key].judgement.rank_at(NOW))
    return in_order.index(app.screen.grid.selected)


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (["right"], 1),
        (["l"], 1),
        (["down"], 3),
        (["j"], 3),
        (["down", "up"], 0),
        (["j", "k"], 0),
        (["right", "right", "left"], 1),
        (["l", "l", "h"], 1),
        (["right"] * 5, 5),
        (["left"], 0),
        (["up"], 0),
        (["end"], 13),
        (["end", "down"], 13),
        (["end", "right"], 13),
        (["end", "home"], 0),
        (["down", "down", "right", "right", "right", "down"], 12),
        (["pagedown"], 13),
        (["end", "pageup"], 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
async def test_keys_move_the_selection(keys, place):
    app = wall()
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        await pilot.press(*keys)
        assert selected_place(app) == place


async def test_a_page_is_what_fits_on_the_screen():
    app = wall(made_board(100, rounds=1))
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("pagedown")
        assert selected_place(app) == 3 * (app.screen.grid.size.height // ROW)
        await pilot.press("pageup")
        assert selected_place(app) == 0


async def test_the_selected_tile_is_always_in_sight():
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        for _ in range(14):
            await pilot.press("right")
            await pilot.pause()
            assert app.screen.grid.selected.id in ids_on(app)
        await pilot.resize_terminal(30, 12)
        await settled(pilot)
        assert app.screen.grid.selected.id in ids_on(app)
        await pilot.resize_terminal(200, 50)
        await settled(pilot)
        assert app.screen.grid.selected.id in ids_on(app)


async def test_the_worst_come_first():
    app = wall()
    async with app.run_test(size=(120, 50)) as pilot:
        await settled(pilot)
        statuses = app._snapshot.entry_points
        shown = [statuses[key(number)].judgement.rank_at(NOW) for number in ids_on(app)]
        assert len(shown) == 14
        assert shown == sorted(shown)


async def test_the_selection_stays_with_its_entry_point_when_the_order_changes():
    app = wall()
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        await pilot.press("end")
        chosen = app.screen.grid.selected
        app.board.fold(observed(chosen, Endpoint.CHAT_ALLOWED, ChatAllowed(False, "other"), NOW))
        await settled(pilot)
        assert app.screen.grid.selected == chosen
        assert selected_place(app) < 13


async def test_a_selection_that_was_never_moved_stays_with_the_worst():
    app = wall()
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        first = app.screen.grid.selected
        for endpoint in Endpoint:
            app.board.fold(observed(first, endpoint, HTTP_500, NOW))
        await settled(pilot)
        assert app.screen.grid.selected != first
        assert selected_place(app) == 0


async def test_a_click_selects_and_a_second_one_opens_however_slow():
    app = wall()
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        grid = app.screen.grid
        place = grid.layout_now.widths[0] + 3, grid.layout_now.shape.height + 1
        for other in ((3, 1), place):
            await pilot.click(WallGrid, offset=other)
            assert isinstance(app.screen, WallScreen)
        assert selected_place(app) == 4
        chosen = grid.selected
        await pilot.click(WallGrid, offset=place)
        await until(pilot, lambda: isinstance(app.screen, DrillDownScreen))
        assert app.screen.key == chosen


async def test_a_click_after_the_keys_selects_and_does_not_open():
    app = wall()
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        await pilot.click(WallGrid, offset=(3, 1))
        await pilot.press("right", "left")
        await pilot.click(WallGrid, offset=(3, 1))
        assert isinstance(app.screen, WallScreen)


async def test_a_click_on_an_empty_place_selects_nothing():
    app = wall()
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        layout = app.screen.grid.layout_now
        await pilot.click(WallGrid, offset=(sum(layout.widths) - 3, layout.height - 1))
        await pilot.click(WallGrid, offset=(5, layout.height))
        assert selected_place(app) == 0


async def test_the_wheel_scrolls_and_a_click_finds_the_tile_that_is_there():
    app = wall(made_board(100, rounds=1))
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        grid = app.screen.grid
        for _ in range(5):
            wheel(app, grid)
            await pilot.pause()
        await until(pilot, lambda: grid.scroll_offset.y >= 2 * ROW)
        await until(pilot, lambda: not app.animator.is_being_animated(grid, "scroll_y"))
        row = (grid.scroll_offset.y + 6) // ROW
        await pilot.click(WallGrid, offset=(5, 6))
        assert selected_place(app) == row * 3
        wheel(app, grid, up=True)
        top = grid.scroll_offset.y
        await until(pilot, lambda: grid.scroll_offset.y < top)


async def test_enter_opens_the_selected_entry_point_and_escape_returns_to_it():
    app = wall()
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        await pilot.press("down", "enter")
        await pilot.pause()
        assert isinstance(app.screen, DrillDownScreen)
        opened = app.screen.key
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, WallScreen)
        assert app.screen.grid.selected == opened
        assert selected_place(app) == 3


async def test_freezing_holds_the_picture_while_the_board_goes_on():
    clock = Clock()
    app = wall(clock=clock)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        await pilot.press("space")
        await settled(pilot)
        before = part(app, WallGrid)
        for endpoint in Endpoint:
            app.board.fold(observed(key(1000), endpoint, REFUSED, NOW + 1))
        clock.now += 5
        await settled(pilot)
        assert part(app, WallGrid) == before
        assert "FROZEN 5s" in part(app, BoardHeader)
        await pilot.press("space")
        await settled(pilot)
        assert part(app, WallGrid) != before
        assert "FROZEN" not in text_on(app)
        assert app._snapshot.entry_points[key(1000)].judgement.cause == REFUSED.cause


class AskedFeed:
    """A feed that publishes one round of polls of whatever it is asked for."""

    def __init__(self) -> None:
        self.asked = asyncio.Queue()

    status = FeedStatus()

    async def run(self, publish, board):
        while True:
            entry_point = await self.asked.get()
            publish(observed(entry_point, Endpoint.CAPACITY, Capacity(77), NOW + 1))

    def check_clock(self):
        pass

    def poll_now(self, entry_point):
        self.asked.put_nowait(entry_point)


async def test_r_asks_the_feed_for_the_selected_entry_point():
    app = wall(make_feed=lambda _: AskedFeed())
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: app.live.running)
        await settled(pilot)
        await pilot.press("right", "r")
        chosen = app.screen.grid.selected
        capacity = lambda: app.board.snapshot(NOW).entry_points[chosen].judgement.capacity  # noqa: E731
        await until(pilot, lambda: capacity() == 77)
        await settled(pilot)
        assert "slots 77" in text_on(app)


async def test_r_on_the_drill_down_asks_for_the_entry_point_that_is_open():
    app = wall(make_feed=lambda _: AskedFeed())
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: app.live.running)
        await settled(pilot)
        await pilot.press("enter")
        await pilot.pause()
        opened = app.screen.key
        await pilot.press("r")
        capacity = lambda: app.board.snapshot(NOW).entry_points[opened].judgement.capacity  # noqa: E731
        await until(pilot, lambda: capacity() == 77)


async def test_r_without_a_feed_does_nothing():
    app = wall()
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        await pilot.press("r")
        assert app.is_running


async def test_a_warning_becomes_a_notice_until_x_dismisses_it():
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        assert part(app, Banner) == ""
        logging.getLogger("wallboard.feeds").warning("Disk\x1b[31m is\n%s", "full")
        logging.getLogger("wallboard.feeds").info("Nobody needs to know")
        await settled(pilot)
        assert "20:26:40 Disk�[31m is full" in part(app, Banner)
        assert "Nobody" not in text_on(app)
        await pilot.press("x")
        await settled(pilot)
        assert part(app, Banner) == ""


async def test_a_record_that_cannot_be_put_together_is_a_notice_too():
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        level = logging.WARNING
        app.messages.handle(logging.LogRecord("x", level, "", 0, "Two %s %s", ("one",), None))
        await settled(pilot)
        assert "Two %s %s" in text_on(app)


def board_of_servers_that_are_down(count):
    keys = [EntryPointKey(f"server-{n}", 1000) for n in range(count)]
    board = Board([(EntryPoint(key, "Sales"), Policy()) for key in keys])
    for key in keys:
        board.fold(outage(key.server))
    return board


async def test_more_than_four_lines_of_trouble_are_counted():
    app = wall(board_of_servers_that_are_down(6))
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        banner = part(app, Banner).splitlines()
        assert len(banner) == 4
        assert "and 3 more" in banner[-1]


async def test_a_tile_that_cannot_be_drawn_is_shown_as_broken_and_reported_once():
    board = made_board(14)
    board.fold(observed(key(1002), Endpoint.CAPACITY, Capacity("many"), NOW))
    app = wall(board)
    async with app.run_test(size=(120, 50)) as pilot:
        await settled(pilot)
        await settled(pilot)
        assert text_on(app).count("CANNOT BE DRAWN") == 1
        assert "The tile of prod 1002 cannot be drawn: TypeError" in part(app, Banner)
        assert len(ids_on(app)) >= 14
        await pilot.press("x")
        board.fold(observed(key(1002), Endpoint.CAPACITY, Capacity("more"), NOW))
        await settled(pilot)
        assert "CANNOT BE DRAWN" in text_on(app)
        assert part(app, Banner) == ""
        board.fold(observed(key(1002), Endpoint.CAPACITY, Capacity(3), NOW))
        await settled(pilot)
        assert "CANNOT BE DRAWN" not in text_on(app)


@pytest.mark.parametrize("wrong", [{"newest_at": "now", "fresh_until": 1.0}, {"fresh_until": "x"}])
async def test_a_judgement_of_a_wrong_type_never_takes_the_wall_down(wrong):
    app = wall()
    async with app.run_test(size=(120, 50)) as pilot:
        await settled(pilot)
        snapshot = app._snapshot
        status = snapshot.entry_points[key(1003)]
        status = replace(status, judgement=replace(status.judgement, **wrong))
        broken = replace(
            snapshot,
            entry_points={**snapshot.entry_points, key(1003): status},
            ranking=snapshot.ranking + 1,
        )
        app.screen.show(View(title="", snapshot=broken, now=NOW))
        await pilot.pause()
        assert text_on(app).count("CANNOT BE DRAWN") == 1
        assert app.is_running


class Breaking:
    """A feed that breaks down, ends, or works, one after the other."""

    def __init__(self, made) -> None:
        self.turn = len(made)
        made.append(self)
        if self.turn == 0:
            raise OSError("no feed today")

    status = FeedStatus()

    async def run(self, publish, board):
        if self.turn == 1:
            raise RuntimeError("a feed\x1b[31m broke")
        if self.turn == 3:
            publish(observed(key(1000), Endpoint.CAPACITY, Capacity(55), NOW + 1))
            await asyncio.Event().wait()

    def check_clock(self):
        pass

    def poll_now(self, entry_point):
        """Nothing to ask."""


async def test_a_feed_that_breaks_down_or_ends_is_reported_and_started_again(monkeypatch):
    monkeypatch.setattr(live, "RESTART_SECONDS", 0.0)
    made = []
    app = wall(make_feed=lambda _: Breaking(made))
    async with app.run_test(size=WIDE) as pilot:
        capacity = lambda: app.board.snapshot(NOW).entry_points[key(1000)].judgement.capacity  # noqa: E731
        await until(pilot, lambda: capacity() == 55)
        await settled(pilot)
        banner = part(app, Banner)
        assert "The feed failed; restarting it: OSError: no feed today" in banner
        assert "RuntimeError: a feed�[31m broke" in banner
        assert "The feed ended; restarting it" in banner
        assert len(made) == 4


async def test_any_storm_of_sizes_ends_in_the_right_picture():
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        for size in [(1, 1), (300, 100), (28, 9), (27, 8), (200, 1), (2, 60), (53, 10), (79, 12)]:
            await pilot.resize_terminal(*size)
            app.tick()
            assert app.is_running
        await pilot.resize_terminal(*WIDE)
        await settled(pilot)
        after = picture(app)
    fresh = wall()
    async with fresh.run_test(size=WIDE) as pilot:
        await settled(pilot)
        assert picture(fresh) == after


@pytest.mark.parametrize("size", [(28, 9), (40, 9), (200, 9)])
async def test_a_banner_may_leave_hardly_any_room_for_tiles(size):
    app = wall(board_of_servers_that_are_down(6))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("end", "pageup", "pagedown", "down", "up")
        await settled(pilot)
        assert app.screen.grid.size.height == 4
        assert len(picture(app)) == 9


async def test_a_terminal_that_is_too_small_says_so_and_recovers():
    app = wall()
    async with app.run_test(size=(27, 30)) as pilot:
        await settled(pilot)
        assert "Terminal too small" in text_on(app)
        assert "27" in text_on(app)
        await pilot.press("down", "enter", "escape", "space")
        await pilot.resize_terminal(*SMALL)
        await settled(pilot)
        assert "FROZEN" in text_on(app)
        assert "UNREACHABLE" in text_on(app)


async def test_one_entry_point_is_a_wall():
    app = wall(made_board(1))
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("right", "down", "end", "pagedown", "up", "left", "home")
        await settled(pilot)
        assert ids_on(app) == [1000]
        assert "1 entry point " in part(app, BoardHeader)


async def test_a_board_without_entry_points_does_nothing_wrong():
    app = wall(Board([]))
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("right", "down", "end", "pagedown", "home", "enter", "r")
        await pilot.click(WallGrid, offset=(5, 3))
        await settled(pilot)
        assert app.screen.grid.selected is None
        assert "0 entry points" in text_on(app)


async def test_of_a_thousand_entry_points_only_those_in_sight_are_drawn():
    app = wall(made_board(1000, rounds=1))
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("end")
        await settled(pilot)
        assert selected_place(app) == 999
        assert app.screen.grid.selected.id in ids_on(app)
        assert len(app.screen.grid._painter._drawn) <= 5
        assert "1000 entry points" in text_on(app) or " 1000 " in part(app, BoardHeader)
        await pilot.press("home")
        await settled(pilot)
        assert app.screen.grid.scroll_offset.y == 0


async def test_hostile_names_never_reach_the_terminal():
    board = Board(
        [
            (replace(entry_point, name=name, group="\x1b[2J"), policy)
            for name, (entry_point, policy) in zip(
                ("\x1b[31mred", "[red]x[/]", "\x9b2J", "a\nb", "\u202eabc"),
                (
                    (status.entry_point, status.policy)
                    for status in made_board(5, rounds=0).snapshot(NOW).entry_points.values()
                ),
                strict=True,
            )
        ]
    )
    for n in range(5):
        poll(board, key(1000 + n), n, 0, NOW)
    app = wall(board, title="\x1b]0;title\x07")
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        assert "[red]x[/]" in text_on(app)
        for number in range(5):
            await pilot.press("home", *["right"] * number, "enter")
            await settled(pilot)
            assert isinstance(app.screen, DrillDownScreen)
            picture(app)
            await pilot.press("escape")


async def test_a_click_on_the_key_bar_does_what_the_key_does():
    app = wall()
    async with app.run_test(size=(160, 30)) as pilot:
        await settled(pilot)
        line = part(app, KeyBar)
        await pilot.click(KeyBar, offset=(line.index("Freeze"), 0))
        await settled(pilot)
        assert "FROZEN" in text_on(app)
        await pilot.click(KeyBar, offset=(line.index("Freeze"), 0))
        await pilot.click(KeyBar, offset=(line.index("Help"), 0))
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.press("escape")
        await pilot.click(KeyBar, offset=(line.index("Open"), 0))
        await until(pilot, lambda: isinstance(app.screen, DrillDownScreen))
        await settled(pilot)
        line = part(app, KeyBar)
        await pilot.click(KeyBar, offset=(line.index("Back"), 0))
        await until(pilot, lambda: isinstance(app.screen, WallScreen))
        await pilot.click(KeyBar, offset=(159, 0))
        assert app.is_running
        await pilot.click(KeyBar, offset=(part(app, KeyBar).index("Quit"), 0))
        await until(pilot, lambda: app._exit)


WALL_KEYS = ("↑ k", "↓ j", "← h", "→ l", "home", "end", "pgup", "pgdn", "⏎")
DRILL_DOWN_KEYS = ("J", "K", "esc", "↑ k", "↓ j", "[", "]", "p", "h", "pgup", "pgdn", "home", "end")
APP_KEYS = ("r", "spc", "?", "x", "^l", "q")


@pytest.mark.parametrize(
    ("way", "keys"),
    [([], WALL_KEYS + APP_KEYS), (["enter"], DRILL_DOWN_KEYS + APP_KEYS)],
    ids=["wall", "drill-down"],
)
async def test_the_help_lists_every_key_of_its_screen(way, keys):
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press(*way)
        await settled(pilot)
        await pilot.press("question_mark")
        await settled(pilot)
        listed = [line[: KEY_WIDTH + 2].strip().split() for line in words_of(app, "#help")]
        for wanted in keys:
            assert any(set(wanted.split()) <= set(line) for line in listed), wanted
        assert any("UNREACHABLE" in line for line in words_of(app, "#help"))
        await pilot.press("q")
        assert not isinstance(app.screen, HelpScreen)
        assert app.is_running


def test_the_boards_of_these_tests_show_every_verdict():
    verdicts = made_board(len(TILES)).snapshot(NOW).verdicts
    assert len(verdicts) == 10


@pytest.mark.parametrize("height", range(14, 22))
async def test_a_wall_with_about_as_many_entry_points_as_lines_settles_in_one_density(height):
    """The titles take a line, without which lines would not fit, and then there are no titles."""
    app = wall(made_board(12), density="auto")
    async with app.run_test(size=(80, height)) as pilot:
        await settled(pilot)
        screen = app.screen
        screen.allow_layouts()
        for _ in range(20):
            await pilot.pause(0.02)
        assert screen._layouts_left > MOST_LAYOUTS - 10
        assert not screen._next_layout
