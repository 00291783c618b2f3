"""A wall that nobody sits at: pages that turn, keys that reach no further, and signs of life."""

import gc
import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from alarmed import ANNA, alarm, with_alarms
from boards import NOW, REFUSED, made_board, observed, poll
from hypothesis import given
from hypothesis import strategies as st
from walls import Clock, part, settled, text_on, until, wall

from wallboard.domain.alarm import AlarmState
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.event import ClockSet
from wallboard.domain.policy import Level
from wallboard.domain.reading import Capacity, ChatAllowed, LiveSessionStatus
from wallboard.feeds import FeedStatus
from wallboard.ui.app.wall_modes import NOT_IN_A_KIOSK
from wallboard.ui.look.theme import load
from wallboard.ui.screen.header import BoardHeader
from wallboard.ui.wall.all_well import AllWell, WellLine
from wallboard.ui.wall.arrange import Section
from wallboard.ui.wall.big_letters import big
from wallboard.ui.wall.kiosk_grid import KioskGrid, Pinned
from wallboard.ui.wall.kiosk_plan import plan
from wallboard.ui.wall.kiosk_screen import KioskBody, KioskScreen
from wallboard.ui.wall.layout import LARGE, lay_out
from wallboard.ui.wall.rotation import LEAVE_SECONDS, PAUSE_SECONDS, Page, Rotation, pages_of
from wallboard.ui.widgets.key_bar import KeyBar

SIZE = (80, 24)


LASTING = 600.0
"""An interval of polls after which nothing is out of date while a test turns pages."""


def lasting_board(count):
    return made_board(count, interval=LASTING)


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


def test_what_is_unacknowledged_is_gone_to_at_once_and_stayed_with():
    rotation = Rotation(15)
    assert turned(rotation, 0, 1) == [0, 0]
    assert turned(rotation, 2, 20, 40, wanted=[2]) == [2, 2, 2]
    assert turned(rotation, 41, 56) == [2, 3]


def test_pages_of_several_unacknowledged_take_turns():
    rotation = Rotation(15)
    turned(rotation, 0)
    assert turned(rotation, 1, 16, 31, wanted=[1, 3]) == [1, 3, 1]


def test_what_is_unacknowledged_but_not_shown_holds_nothing():
    assert turned(Rotation(15), 0, 15, 30, wanted=[99]) == [0, 1, 2]


def test_a_clock_that_is_put_back_delays_a_turn_by_one_page_at_most():
    rotation = Rotation(15)
    turned(rotation, 0, 15)
    assert turned(rotation, -3600, -3585) == [1, 2]


def test_fewer_pages_than_before_end_at_the_last():
    rotation = Rotation(15)
    turned(rotation, 0, 15, 30, 45)
    assert rotation.go(NOW + 46, PAGES[:2], ()) == 1


def pinned_on(app):
    """The entry points that stay on the screen, as tiles and as lines."""
    tiles, lines = app.screen.query(Pinned)
    return [list(part.layout_now.rows.items) for part in (tiles, lines)]


def rest_on(app):
    """The entry points of the page that is shown below them."""
    return [key.id for key in app.screen.grid.page.items]


def open_board(count=13, faults=0):
    """A board on which everybody can start a chat, but for so many of the first."""
    board = lasting_board(count)
    for n, key in enumerate(board.snapshot(NOW).entry_points):
        poll(board, key, n + 1 if n < faults else 0, 0, NOW - 300)
        if n >= faults:
            live = LiveSessionStatus(float(n), n % 7)
            board.fold(observed(key, Endpoint.LIVE_SESSION_STATUS, live, NOW - 300))
    board.fold(observed(key, Endpoint.CAPACITY, Capacity(4), NOW))
    return board


def keys_by_level(board):
    """All entry points, the worst first, and how many of them are not well."""
    statuses = sorted(
        board.snapshot(NOW).entry_points.values(), key=lambda s: s.judgement.rank_at(NOW)
    )
    faults = sum(status.judgement.level is not Level.OK for status in statuses)
    return [status.entry_point.key for status in statuses], faults


async def test_faults_stay_on_the_screen_while_what_is_well_turns_below_them():
    clock, board = Clock(), open_board(40, faults=5)
    keys, faults = keys_by_level(board)
    app = kiosk(board, clock=clock)
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(pilot)
        tiles, lines = pinned_on(app)
        assert tiles
        assert [*tiles, *lines] == keys[:faults]
        seen = rest_on(app)
        pages = len(app.screen.grid.pages)
        assert pages > 1
        for number in range(2, pages + 1):
            await after(pilot, 15)
            assert f"rest {number}/{pages}" in part(app, WellLine)
            assert pinned_on(app) == [tiles, lines]
            seen += rest_on(app)
        assert sorted(seen) == sorted(key.id for key in keys[faults:])


async def test_faults_for_which_there_is_no_room_turn_too():
    clock, board = Clock(), lasting_board(40)
    keys, faults = keys_by_level(board)
    app = kiosk(board, clock=clock)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        tiles, lines = pinned_on(app)
        assert lines == []
        assert tiles == keys[: len(tiles)]
        assert f"{faults - len(tiles)} more faults" in part(app, WellLine)
        seen = set(rest_on(app))
        pages = len(app.screen.grid.pages)
        for _ in range(pages - 1):
            await after(pilot, 15)
            assert not seen & set(rest_on(app))
            seen |= set(rest_on(app))
        assert seen == {key.id for key in keys[len(tiles) :]}
        await after(pilot, 15)
        assert f"rest 1/{pages}" in part(app, WellLine)


async def test_a_page_that_turns_leaves_what_is_pinned_unpainted(monkeypatch):
    clock = Clock()
    app = kiosk(open_board(40, faults=5), clock=clock)
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(pilot)
        before = rest_on(app)
        painted = []
        paint_line = Pinned.render_line
        monkeypatch.setattr(
            Pinned, "render_line", lambda self, y: painted.append(y) or paint_line(self, y)
        )
        clock.now += 15
        await settled(pilot)
        assert rest_on(app) != before
        assert painted == []


async def test_what_is_pinned_says_how_long_and_its_response_type_in_words():
    app = kiosk(lasting_board(3))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        shown = part(app, KioskBody)
        glyphs = app.board_theme.glyphs
        for row in (*big("NO AGENTS", glyphs), *big("FULL", glyphs)):
            assert row.rstrip() in shown
        assert "no agent (1)" in shown
        assert "max depth (2)" in shown


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (120, 40), (300, 80)])
async def test_where_nothing_is_wrong_that_is_all_there_is_on_the_screen(size):
    app = kiosk(open_board())
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        shown, glyphs = part(app, AllWell), app.board_theme.glyphs
        assert any(
            all(row.rstrip() in shown for text in texts for row in big(text, glyphs, scale))
            for texts in (("ALL 13 OPEN",), ("ALL", "13 OPEN"))
            for scale in range(1, 20)
        )
        assert "longest wait" in shown
        assert "longest queue" in shown
        assert pinned_on(app) == [[], []]
        assert part(app, WellLine) == ""


async def test_one_of_which_nobody_knows_whether_it_is_open_ends_that_all_are():
    clock, board = Clock(), open_board(3)
    app = kiosk(board, clock=clock)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert app.screen.query_one(AllWell).display
        key, *others = board.snapshot(NOW).entry_points
        clock.now += 4 * LASTING
        for other in others:
            poll(board, other, 0, 0, clock.now)
        await settled(pilot)
        assert not app.screen.query_one(AllWell).display
        assert pinned_on(app) == [[key], []]
        shown = part(app, KioskBody)
        assert any(
            all(row.rstrip() in shown for row in big("NO DATA", app.board_theme.glyphs, scale))
            for scale in range(1, 10)
        )
        assert "Last answer: OPEN" in shown


async def test_a_fault_takes_the_place_of_all_are_open_at_once_and_gives_it_back():
    clock, board = Clock(), open_board(13)
    app = kiosk(board, clock=clock)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        number = await worsened(pilot, board, clock, 5)
        assert [key.id for key in pinned_on(app)[0]] == [number]
        assert "12 open" in part(app, WellLine)
        assert "longest wait 12s Returns" in part(app, WellLine)
        poll(board, EntryPointKey("prod", number), 0, 1, clock.now)
        await settled(pilot)
        assert pinned_on(app) == [[], []]
        assert app.screen.query_one(AllWell).display


sizes = st.integers(0, 120), st.integers(0, 1000), st.integers(28, 320), st.integers(4, 90)


@given(*sizes)
def test_what_is_pinned_leaves_a_row_for_what_turns_and_one_for_what_is_well(
    faults, others, width, height
):
    planned = plan(faults, others, width, height)
    tile_rows = -(-planned.tiles // planned.shape.columns) * planned.shape.height
    pinned = tile_rows + -(-planned.lines // planned.line_shape.columns)
    assert height - pinned >= 2 or not pinned
    assert planned.tiles + planned.lines <= faults
    assert planned.tiles == 0 or width // planned.shape.columns >= LARGE.least_width


def test_one_fault_has_the_screen_and_many_share_it_until_they_are_lines():
    alone, several, many, flood = (plan(n, 20, 120, 40) for n in (1, 8, 30, 200))
    assert (alone.tiles, alone.shape.columns) == (1, 1)
    assert (several.tiles, several.lines) == (8, 0)
    assert min(many.tiles, many.lines) > 0
    assert many.tiles + many.lines == 30
    assert flood.tiles > 0
    assert flood.lines == 0


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


async def test_a_key_shows_all_of_the_wall_from_the_worst_on_for_a_while():
    clock, board = Clock(), lasting_board(40)
    keys, _ = keys_by_level(board)
    app = kiosk(board, clock=clock)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await after(pilot, 15)
        await pilot.press("right")
        await settled(pilot)
        assert re.search(r"paused 1/\d", part(app, BoardHeader))
        assert pinned_on(app) == [[], []]
        assert app.screen.grid.selected == keys[0]
        await pilot.press("right")
        assert app.screen.grid.selected == keys[1]
        assert set(app.screen.grid.layout_now.rows.items) == set(keys)
        await after(pilot, PAUSE_SECONDS)
        assert "paused" not in part(app, BoardHeader)
        assert app.screen.grid.selected is None
        assert pinned_on(app)[0]


async def test_a_key_where_all_are_open_shows_the_wall():
    app = kiosk(open_board())
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("down")
        await settled(pilot)
        assert not app.screen.query_one(AllWell).display
        assert app.screen.grid.selected is not None
        assert len(ids_on(app)) > 1


async def worsened(pilot, board, clock, n=0):
    """An entry point that was open becomes critical, and is on the wall."""
    key = list(board.snapshot(NOW).entry_points)[n]
    clock.now += 1
    closed = ChatAllowed(False, "service_not_running")
    board.fold(observed(key, Endpoint.CHAT_ALLOWED, closed, clock.now))
    await settled(pilot)
    return key.id


async def test_pages_stop_at_what_the_unacknowledged_alarm_of_a_server_stands_for():
    board = lasting_board(200)
    keys, faults = keys_by_level(board)
    covered = [
        alarm(key.id, AlarmState.SUPPRESSED, suppressed_by="server prod")
        for key in keys[faults - 20 : faults]
    ]
    new = alarm(None, AlarmState.UNACKNOWLEDGED)
    app = with_alarms(kiosk(board), [new, *covered])
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        ids = {one.key.id for one in covered}
        pinned = {key.id for key in pinned_on(app)[0]}
        assert pinned < ids
        for _ in range(4):
            assert (ids - pinned) & set(rest_on(app))
            await after(pilot, 15)
        with_alarms(app, [replace(new, acknowledgement=ANNA), *covered])
        seen = set()
        for _ in range(len(app.screen.grid.pages)):
            await after(pilot, 15)
            seen |= set(rest_on(app))
        assert seen > ids - pinned


async def test_pages_stop_at_unacknowledged_alarms_for_which_there_is_no_room():
    board = lasting_board(200)
    keys, faults = keys_by_level(board)
    raised = [alarm(key.id, AlarmState.UNACKNOWLEDGED) for key in keys[:faults]]
    app = with_alarms(kiosk(board), raised[:20])
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        pinned, left = pinned_on(app)[0], {key.id for key in keys[:20]}
        assert {key.id for key in pinned} < left
        left -= {key.id for key in pinned}
        for _ in range(4):
            assert left & set(rest_on(app))
            await after(pilot, 15)
        with_alarms(app, [replace(one, acknowledgement=ANNA) for one in raised[:20]])
        await after(pilot, 15)
        await after(pilot, 15)
        assert not left & set(rest_on(app))


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

    async def run(self, publish, board):
        import asyncio

        self.running = True
        await asyncio.Event().wait()

    def check_clock(self):
        pass

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
        assert "sent to the clipboard" not in text_on(app)
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
        assert not [text for text in app.messages.texts if "could not be drawn" in text]


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
