"""The top of the wall: how bad, what, whether polling works; and what many share, in one line."""

import time
from dataclasses import replace

import pytest
from boards import HTTP_500, NOW, TILES, made_board, observed, outage, poll
from walls import part, settled, text_on, wall

from tests.ui.wall.test_wall import board_of_servers_that_are_down
from wallboard.board import Board
from wallboard.domain.blind import Blindness
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.policy import Level, Policy
from wallboard.ui.look import glyphs
from wallboard.ui.messages import MessagesScreen
from wallboard.ui.picture.view import ReplayPosition, View
from wallboard.ui.screen.banner import Banner, Passing, messages_of
from wallboard.ui.screen.header import BoardHeader, Counter, worst_level
from wallboard.ui.screen.header_words import SteadyRate, polling_of
from wallboard.ui.widgets.key_bar import KeyBar

OPEN_TILE = 0
SIZES = [(200, 50), (120, 40), (80, 24), (40, 10)]


def board_of(tiles):
    """An entry point for each of these tiles."""
    keys = [EntryPointKey("prod", 1000 + n) for n in range(len(tiles))]
    board = Board([(EntryPoint(key, f"Name {key.id}"), Policy()) for key in keys])
    for key, tile in zip(keys, tiles, strict=True):
        poll(board, key, tile, 0, NOW - 2)
    return board


def all_failing(count):
    """Every entry point is answered with the same error."""
    keys = [EntryPointKey("prod", 1000 + n) for n in range(count)]
    board = Board([(EntryPoint(key, f"Name {key.id}"), Policy()) for key in keys])
    for key in keys:
        for endpoint in Endpoint:
            board.fold(observed(key, endpoint, HTTP_500, NOW - 2, status=500))
    return board


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
async def test_the_first_words_are_the_levels_the_worst_first(size):
    app = wall(made_board(14))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        first = part(app, BoardHeader).splitlines()[0]
        words = [word for word in first.split() if word in {"CRITICAL", "CRIT"}]
        assert first.split()[:2] in (["4", "CRITICAL"], ["CRIT", "4"])
        assert len(words) == 1
        assert "20:26" in first


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
@pytest.mark.parametrize("theme", ["dark", "light", "ansi16", "mono"])
async def test_both_lines_have_the_tone_of_the_worst_level(size, theme):
    app = wall(made_board(14))
    async with app.run_test(size=size) as pilot:
        app.use_theme_named(theme)
        await settled(pilot)
        header = app.screen.query_one(BoardHeader)
        tone = app.board_theme.filled(Level.CRITICAL)
        assert header.background == tone
        for y in range(2):
            ground = {(s.style.bgcolor, s.style.reverse) for s in header.render_line(y) if s.style}
            assert ground == {(tone.bgcolor, tone.reverse)}


async def test_where_all_are_open_that_is_said_and_nothing_is_loud():
    app = wall(board_of([OPEN_TILE] * 13))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert part(app, BoardHeader).startswith(" ALL 13 OPEN   13 entry points   polling OK")
        assert app.screen.query_one(BoardHeader).background == app.board_theme.ui["header"]


async def test_a_board_of_which_every_poll_fails_says_nothing_calm():
    app = wall(all_failing(12))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        header = part(app, BoardHeader)
        assert "12 UNKNOWN" in header
        assert "polling fails for 12 of 12" in header
        assert "OK" not in header
        banner = part(app, Banner)
        assert banner.count("prod: 12 of 12 entry points: ") == 1
        assert "500" in banner


async def test_entry_points_whose_data_is_old_count_as_unknown():
    app = wall(board_of([OPEN_TILE] * 3))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        app.clock.now += 40
        await settled(pilot)
        assert "3 UNKNOWN" in part(app, BoardHeader)
        poll(app.board, EntryPointKey("prod", 1000), OPEN_TILE, 1, app.clock.now)
        await settled(pilot)
        assert "2 UNKNOWN · 1 OK" in part(app, BoardHeader)


async def test_what_the_banner_has_no_room_for_is_read_on_its_own_screen():
    app = wall(board_of_servers_that_are_down(6))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "and 3 more, M: read all" in part(app, Banner)
        await pilot.press("M")
        await settled(pilot)
        assert isinstance(app.screen, MessagesScreen)
        assert "server-5" in text_on(app)
        await pilot.press("q")
        assert not isinstance(app.screen, MessagesScreen)


async def test_a_reply_to_a_key_leaves_the_keys_in_sight_and_is_no_warning():
    app = wall(made_board(3))
    async with app.run_test(size=(80, 24)) as pilot:
        app.messages.add_passing("Copied the body")
        await settled(pilot)
        reply = app.screen.query_one(Passing)
        assert "Copied the body" in text_on(app)
        assert reply.region.bottom <= app.screen.query_one(KeyBar).region.y
        assert reply.background != app.board_theme.ui["notice"]


def test_the_rate_of_polls_stands_still_for_ten_seconds():
    snapshot, rate = made_board(3).snapshot(NOW), SteadyRate()

    def shown(seconds, polls, **more):
        seen = replace(snapshot, polls_per_minute=polls)
        return rate.of(View("wall", seen, NOW + seconds, **more))

    assert [shown(0, 0), shown(1, 5), shown(2, 7), shown(10, 9)] == [0, 5, 5, 5]
    assert [shown(11, 10), shown(12, 30), shown(13, 0)] == [10, 10, 0]
    assert [shown(14, 8), shown(-500, 3), shown(-499, 4)] == [8, 3, 3]
    then = ReplayPosition(NOW, NOW - 9, NOW, jumps=1)
    assert shown(-498, 6, replay_position=then) == 6


async def test_the_header_is_not_painted_anew_for_the_last_digits_of_the_rate():
    board = made_board(3)
    app = wall(board)
    async with app.run_test(size=(160, 24)) as pilot:
        await settled(pilot)
        before = part(app, BoardHeader)
        assert " polls/min" in before
        poll(board, EntryPointKey("prod", 1000), 0, 1, NOW)
        assert board.snapshot(NOW).polls_per_minute > app._snapshot.polls_per_minute
        await settled(pilot)
        after = part(app, BoardHeader)
        assert (
            after.partition(" polls/min")[0].split()[-1]
            == before.partition(" polls/min")[0].split()[-1]
        )


def blind_view(**more):
    """A board whose server is out of reach of a machine that has no network since 20:20."""
    board = made_board(3)
    board.fold(outage())
    minute = NOW - NOW % 60 - 360
    snapshot = Blindness().shown(replace(board.snapshot(NOW), blind_since=minute))
    return View("wall", snapshot, NOW, **more)


def test_a_machine_without_a_network_says_so_first_and_nothing_is_known():
    view = blind_view(witnesses=3)
    at = time.strftime("%H:%M", time.localtime(view.snapshot.blind_since))
    polling = polling_of(view, 0)
    assert (polling.level, polling.forms[0]) == (Level.UNKNOWN, f"NO NETWORK since {at}")
    assert polling.forms[-1] == "NO NETWORK"
    counter = Counter()
    counter.count(view)
    assert counter.levels == {Level.UNKNOWN: 3}
    assert worst_level(view, counter.levels) is Level.UNKNOWN
    late = replace(view, now=NOW + 3600)
    assert worst_level(late, counter.levels) is Level.UNKNOWN
    first, second = messages_of(view, glyphs.choose(False, {}))
    assert f"This machine has no network since {at} (3 witnesses fail): no alarms" in first[0]
    assert "prod unreachable" in second[0]


def test_one_that_follows_says_whose_network_it_is_and_one_witness_fails_alone():
    (first, _), *_ = messages_of(blind_view(leader="ana@jump1 pid 7"), glyphs.choose(False, {}))
    assert "The machine of ana@jump1 pid 7 has no network" in first
    assert (
        "(1 witness fails)" in messages_of(blind_view(witnesses=1), glyphs.choose(False, {}))[0][0]
    )


def test_the_first_tile_of_the_boards_in_tests_is_open():
    assert TILES[OPEN_TILE][0].allowed
