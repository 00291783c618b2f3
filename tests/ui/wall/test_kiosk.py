"""A wall that nobody sits at: pages that turn, keys that reach no further, and signs of life."""

import gc
import re
from collections import Counter
from itertools import pairwise

import pytest
from boards import NOW, REFUSED, made_board, observed, poll
from hypothesis import given
from hypothesis import strategies as st
from walls import Clock, part, settled, text_on, until, wall

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.event import ClockSet
from wallboard.domain.policy import Level
from wallboard.domain.reading import Capacity, ChatAllowed
from wallboard.feeds import FeedStatus
from wallboard.ui.app.kiosk_keys import NOT_IN_A_KIOSK
from wallboard.ui.app.wall_modes import NEW_SECONDS
from wallboard.ui.look.theme import load
from wallboard.ui.screen.header import BoardHeader
from wallboard.ui.wall.arrange import Section
from wallboard.ui.wall.kiosk_screen import KioskGrid, KioskScreen
from wallboard.ui.wall.layout import lay_out
from wallboard.ui.wall.rotation import LEAVE_SECONDS, PAUSE_SECONDS, Page, Rotation, pages_of
from wallboard.ui.widgets.key_bar import KeyBar

SIZE = (80, 24)


def kiosk(board=None, **settings):
    settings = {"kiosk": True, "rotate": 15.0, **settings}
    return wall(board or made_board(40), **settings)


def sections(*counts: int):
    start = 0
    found = []
    for number, count in enumerate(counts):
        keys = tuple(EntryPointKey("prod", n) for n in range(start, start + count))
        found.append(Section(f"group {number}" if len(counts) > 1 else "", keys, Counter()))
        start += count
    return found


def ids_on(app):
    """The ids on the page; figures of the header look like them."""
    return [int(number) for number in re.findall(r"\b1\d\d\d\b", part(app, KioskGrid))]


async def after(pilot, seconds):
    """The wall so much later, while answers went on coming."""
    app = pilot.app
    app.clock.now += seconds
    key = max(app.board.snapshot(NOW).entry_points)
    app.board.fold(observed(key, Endpoint.CAPACITY, Capacity(4), app.clock.now))
    await settled(pilot)


densities = st.sampled_from(["compact", "normal", "large"])


@given(st.lists(st.integers(1, 40), min_size=1, max_size=5), densities, st.integers(10, 60))
def test_the_pages_show_every_item_once_and_whole(counts, density, height):
    layout = lay_out(sections(*counts), 80, height, density)
    pages = pages_of(layout, height)
    items = [item for page in pages for item in page.items]
    assert items == [item for row in layout.rows for item in row.items]
    assert all(page.bottom - page.top <= height for page in pages)
    assert all(before.bottom == page.top for before, page in pairwise(pages))


def test_a_group_that_fits_a_page_is_not_parted():
    layout = lay_out(sections(10, 12, 4), 80, 20, "compact")
    assert [(page.top, page.bottom) for page in pages_of(layout, 20)] == [(0, 11), (11, 29)]


def test_a_wall_without_entry_points_has_no_pages():
    assert pages_of(lay_out((), 80, 24, "auto"), 24) == ()
    assert Rotation(15).go(NOW, (), ()) == 0


PAGES = tuple(Page(n, n + 1, (EntryPointKey("prod", n),)) for n in range(4))


def turned(rotation, *moments: float, wanted=()):
    keys = [EntryPointKey("prod", n) for n in wanted]
    return [rotation.go(NOW + moment, PAGES, keys) for moment in moments]


def test_a_page_stands_for_its_seconds_and_the_last_is_followed_by_the_first():
    assert turned(Rotation(15), 0, 14, 15, 29, 30, 45, 60) == [0, 0, 1, 1, 2, 3, 0]


def test_what_is_newly_critical_is_gone_to_at_once_and_stayed_with():
    rotation = Rotation(15)
    assert turned(rotation, 0, 1) == [0, 0]
    assert turned(rotation, 2, 20, 40, wanted=[2]) == [2, 2, 2]
    assert turned(rotation, 41, 56) == [2, 3]


def test_pages_of_several_newly_critical_take_turns():
    rotation = Rotation(15)
    turned(rotation, 0)
    assert turned(rotation, 1, 16, 31, wanted=[1, 3]) == [1, 3, 1]


def test_what_is_newly_critical_but_not_shown_holds_nothing():
    assert turned(Rotation(15), 0, 15, 30, wanted=[99]) == [0, 1, 2]


def test_a_clock_that_is_put_back_delays_a_turn_by_one_page_at_most():
    rotation = Rotation(15)
    turned(rotation, 0, 15)
    assert turned(rotation, -3600, -3585) == [1, 2]


def test_fewer_pages_than_before_end_at_the_last():
    rotation = Rotation(15)
    turned(rotation, 0, 15, 30, 45)
    assert rotation.go(NOW + 46, PAGES[:2], ()) == 1


async def test_the_pages_of_a_wall_show_every_entry_point_in_turn():
    clock = Clock()
    app = kiosk(clock=clock)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        seen = set(ids_on(app))
        assert "1/4" in part(app, BoardHeader)
        for number in (2, 3, 4):
            await after(pilot, 15)
            assert f"{number}/4" in part(app, BoardHeader)
            assert not seen & set(ids_on(app))
            seen |= set(ids_on(app))
        assert len(seen) == 40
        await after(pilot, 15)
        assert "1/4" in part(app, BoardHeader)


async def test_a_wall_that_fits_has_no_page_number_and_no_footer():
    app = kiosk(made_board(3))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "1/1" not in text_on(app)
        assert "Quit" not in text_on(app)
        assert not app.screen.query_one(KeyBar).display


async def test_nothing_is_selected_until_somebody_moves():
    app = kiosk()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert app.screen.grid.selected is None
        await pilot.press("down")
        assert app.screen.grid.selected is not None


async def test_a_key_holds_the_page_for_a_while_and_begins_where_the_wall_was():
    clock = Clock()
    app = kiosk(clock=clock)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await after(pilot, 15)
        second = ids_on(app)
        await pilot.press("right")
        await settled(pilot)
        assert "paused 2/4" in part(app, BoardHeader)
        assert app.screen.grid.selected.id == second[1]
        await after(pilot, PAUSE_SECONDS - 1)
        assert ids_on(app)[:3] == second[:3]
        await after(pilot, 1)
        assert "3/4" in part(app, BoardHeader)
        assert "paused" not in part(app, BoardHeader)
        assert app.screen.grid.selected is None


async def worsened(pilot, board, clock, n=0):
    """An entry point that was open becomes critical, and is on the wall."""
    key = list(board.snapshot(NOW).entry_points)[n]
    clock.now += 1
    closed = ChatAllowed(False, "service_not_running")
    board.fold(observed(key, Endpoint.CHAT_ALLOWED, closed, clock.now))
    await settled(pilot)
    return key.id


async def test_a_new_critical_stops_the_rotation_on_its_page_and_lets_it_go_on_later():
    board, clock = made_board(40), Clock()
    app = kiosk(board, clock=clock)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await after(pilot, 30)
        for _ in range(2):
            await after(pilot, 15)
        number = await worsened(pilot, board, clock)
        for _ in range(3):
            assert number in ids_on(app)
            assert "new 1/4" in part(app, BoardHeader)
            await after(pilot, 15)
        await after(pilot, NEW_SECONDS)
        assert "2/4" in part(app, BoardHeader)


async def test_a_key_acknowledges_a_new_critical():
    board, clock = made_board(40), Clock()
    app = kiosk(board, clock=clock)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await worsened(pilot, board, clock)
        await pilot.press("n")
        await after(pilot, PAUSE_SECONDS)
        assert "2/4" in part(app, BoardHeader)


async def test_the_wall_comes_back_by_itself_from_whatever_was_opened():
    clock = Clock()
    app = kiosk(clock=clock)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        before = app.theme
        await pilot.press("down", "enter")
        await pilot.press("t", "down")
        await settled(pilot)
        assert not isinstance(app.screen, KioskScreen)
        await after(pilot, LEAVE_SECONDS - 1)
        assert not isinstance(app.screen, KioskScreen)
        await after(pilot, 1)
        await until(pilot, lambda: isinstance(app.screen, KioskScreen))
        assert app.theme == before


async def test_a_new_critical_brings_the_wall_back_once_nobody_is_at_the_keys():
    board, clock = made_board(40), Clock()
    app = kiosk(board, clock=clock)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("question_mark")
        await worsened(pilot, board, clock)
        assert not isinstance(app.screen, KioskScreen)
        await after(pilot, PAUSE_SECONDS)
        assert isinstance(app.screen, KioskScreen)


class Feed:
    def __init__(self) -> None:
        self.asked = []
        self.running = False

    status = FeedStatus()

    async def run(self, publish):
        import asyncio

        self.running = True
        await asyncio.Event().wait()

    def poll_now(self, key):
        self.asked.append(key)


@pytest.mark.parametrize("keys", [(), ("enter",)], ids=["wall", "drill-down"])
async def test_no_key_reaches_further_than_the_picture(tmp_path, monkeypatch, keys):
    monkeypatch.setenv("HOME", str(tmp_path))
    feed = Feed()
    app = kiosk(make_feed=lambda _: feed)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: feed.running)
        await pilot.press("down", *keys)
        await settled(pilot)
        await pilot.press("r", "space", "y", "c", "b", "q", "ctrl+z")
        await app.workers.wait_for_complete()
        await settled(pilot)
        assert app.is_running
        assert feed.asked == []
        assert "FROZEN" not in text_on(app)
        assert "sent to the terminal" not in text_on(app)
        assert list(tmp_path.rglob("*")) == []


async def test_the_help_of_a_kiosk_has_only_keys_that_work_and_says_how_to_leave():
    app = kiosk()
    async with app.run_test(size=(100, 60)) as pilot:
        await settled(pilot)
        actions = {active.binding.action for active in app.screen.active_bindings.values()}
        assert not actions & NOT_IN_A_KIOSK
        await pilot.press("question_mark")
        await settled(pilot)
        assert "Quit, even a kiosk" in text_on(app)
        assert "Poll" not in text_on(app)


async def test_ctrl_c_ends_a_kiosk_whatever_is_open():
    app = kiosk()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("question_mark", "ctrl+c")
        await until(pilot, lambda: not app.is_running)


@pytest.mark.parametrize(
    ("n", "level"), [(0, Level.OK), (1, Level.WARNING), (7, Level.UNKNOWN), (2, Level.CRITICAL)]
)
async def test_the_header_has_the_colour_and_the_word_of_the_worst_level(n, level):
    board = made_board(1, rounds=1)
    poll(board, next(iter(board.snapshot(NOW).entry_points)), n, 1, NOW)
    app = kiosk(board)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        header = app.screen.query_one(BoardHeader)
        assert header.background == app.board_theme.filled(level)
        assert level.label.upper() in part(app, BoardHeader).splitlines()[0]


def test_the_tints_of_the_levels_differ():
    for name in ("dark", "light", "ansi16"):
        assert len({load(name).filled(level) for level in Level}) == len(Level)


async def test_the_age_of_the_newest_answer_is_always_said():
    clock = Clock()
    app = kiosk(clock=clock)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "data 2s old" in part(app, BoardHeader)
        clock.now += 7
        await settled(pilot)
        assert "data 9s old" in part(app, BoardHeader)


@pytest.mark.parametrize("size", [(200, 50), (80, 24), (40, 10)], ids="{0[0]}x{0[1]}".format)
async def test_a_silent_feed_is_said_over_the_wall_and_colours_the_header(size):
    clock = Clock()
    board = made_board(1)
    app = kiosk(board, clock=clock)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        assert "NO DATA FOR" not in text_on(app)
        clock.now += 300
        await settled(pilot)
        below = "\n".join(text_on(app).splitlines()[2:])
        assert "NO DATA FOR" in below
        header = app.screen.query_one(BoardHeader)
        assert header.background == app.board_theme.filled(Level.CRITICAL)
        assert "NO DATA FOR" in part(app, BoardHeader)
        poll(board, next(iter(board.snapshot(NOW).entry_points)), 0, 1, clock.now)
        await settled(pilot)
        assert "NO DATA FOR" not in text_on(app)


async def test_after_three_intervals_without_an_answer_the_header_calls_nothing_well():
    clock = Clock()
    board = made_board(1, interval=5.0)
    app = kiosk(board, clock=clock, interval=5.0)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert " OPEN " in part(app, BoardHeader)
        clock.now += 14
        await settled(pilot)
        assert "no data for 16s" in part(app, BoardHeader)
        assert " UNKNOWN " in part(app, BoardHeader)
        assert "16s old" in text_on(app)


async def test_a_clock_that_is_put_back_leaves_nothing_well_that_was_dated_by_it():
    clock = Clock()
    board = made_board(1)
    app = kiosk(board, clock=clock)
    async with app.run_test(size=SIZE) as pilot:
        clock.now -= 3600
        await settled(pilot)
        assert "polling OK" not in part(app, BoardHeader)
        assert "? old" in text_on(app)
        # Once the feed has noticed it all is as old as it was.
        board.fold(ClockSet(-3600.0))
        await settled(pilot)
        assert "polling OK" in part(app, BoardHeader)
        assert "? old" not in text_on(app)


@pytest.mark.parametrize("size", [(28, 9), (10, 3)], ids="{0[0]}x{0[1]}".format)
async def test_a_kiosk_on_a_tiny_terminal_draws_what_fits(size):
    clock = Clock()
    app = kiosk(clock=clock)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        clock.now += 300
        await settled(pilot)
        assert not [text for text in app.notices.texts if "could not be drawn" in text]


async def test_a_simulated_day_of_pages_and_new_criticals_leaves_nothing_behind():
    board, clock = made_board(20), Clock()
    keys = list(board.snapshot(NOW).entry_points)
    app = kiosk(board, clock=clock, history=10)

    async def hours(count):
        for turn in range(count * 60):
            clock.now += 60
            for n, key in enumerate(keys):
                poll(board, key, n + turn % 5, turn, clock.now)
            if turn % 30 == 0:
                failure = REFUSED if turn % 60 else ChatAllowed(True)
                board.fold(observed(keys[0], Endpoint.CHAT_ALLOWED, failure, clock.now))
            app.tick()
            if turn % 10 == 0:
                await pilot.pause()
        await settled(pilot)
        gc.collect()
        return Counter(type(thing).__name__ for thing in gc.get_objects())

    async with app.run_test(size=SIZE) as pilot:
        await hours(8)
        before = await hours(4)
        after = await hours(12)
    ours = {
        "Page",
        "Worsening",
        "Segment",
        "Style",
        "Strip",
        "Region",
        "Extras",
        "View",
        "Snapshot",
    }
    grown = {name: (before[name], after[name]) for name in ours if after[name] > before[name] + 400}
    assert grown == {}
    assert sum(after.values()) < 1.02 * sum(before.values())
