"""The wall in any arrangement, under the hands of its operator."""

from dataclasses import replace

import pytest
from boards import NOW, made_board, observed
from walls import Clock, ids_on, part, settled, text_on, until, wall

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.policy import Level, Policy
from wallboard.domain.reading import ChatAllowed, LiveSessionStatus
from wallboard.query import parse
from wallboard.ui.picture.arrangement import SORTS, Arrangement
from wallboard.ui.wall.arrange import UNGROUPED, arrange
from wallboard.ui.wall.grid import WallGrid
from wallboard.ui.wall.headings import WallHeading
from wallboard.ui.wall.layout import COMPACT, LARGE, NORMAL, Heading

SMALL, LARGE_SCREEN = (80, 24), (200, 50)


def key(number):
    return EntryPointKey("prod", number)


def keys_in(snapshot, text="", **state):
    sections = arrange(snapshot, Arrangement(**state), parse(text))
    return {section.name: [one.id for one in section.keys] for section in sections}


def waiting_board(*waits: float | None):
    """Open entry points from 1000 on with these waits; ``None`` is one whose wait is not known."""
    keys = [key(1000 + n) for n in range(len(waits))]
    board = Board([(EntryPoint(one, f"n{one.id}"), Policy()) for one in keys])
    for one, seconds in zip(keys, waits, strict=True):
        board.fold(observed(one, Endpoint.CHAT_ALLOWED, ChatAllowed(True), NOW - 60))
        if seconds is not None:
            reading = LiveSessionStatus(seconds, int(seconds))
            board.fold(observed(one, Endpoint.LIVE_SESSION_STATUS, reading, NOW - 60))
    return board


# Which entry points, and in what order


@pytest.mark.parametrize("sort", SORTS)
def test_every_order_has_every_entry_point_and_can_be_reversed(sort):
    snapshot = made_board(24).snapshot(NOW)
    there = keys_in(snapshot, sort=sort)[""]
    assert sorted(there) == list(range(1000, 1024))
    assert sorted(keys_in(snapshot, sort=sort, descending=True)[""]) == sorted(there)


@pytest.mark.parametrize("sort", ["wait", "queue"])
@pytest.mark.parametrize("descending", [False, True])
def test_a_figure_that_is_not_known_comes_last_in_either_direction(sort, descending):
    snapshot = waiting_board(None, 5.0, 40.0, None, 20.0).snapshot(NOW)
    ids = keys_in(snapshot, sort=sort, descending=descending)[""]
    known = [1001, 1004, 1002] if descending else [1002, 1004, 1001]
    assert ids[:3] == known
    assert set(ids[3:]) == {1000, 1003}


def test_names_are_sorted_without_regard_to_case_and_ids_as_numbers():
    made = Board([(EntryPoint(key(n), name), Policy()) for n, name in ((9, "b"), (10, "A"))])
    assert keys_in(made.snapshot(NOW), sort="name") == {"": [10, 9]}
    assert keys_in(made.snapshot(NOW), sort="id") == {"": [9, 10]}


def test_groups_come_by_name_and_those_without_one_at_the_end():
    entry_points = [EntryPoint(key(n), "x", group) for n, group in enumerate(("b", "", "A"))]
    made = Board([(one, Policy()) for one in entry_points])
    assert list(keys_in(made.snapshot(NOW), grouping="group")) == ["A", "b", UNGROUPED]
    assert list(keys_in(made.snapshot(NOW), grouping="server")) == ["prod"]


def test_faults_only_leaves_out_what_is_ok():
    snapshot = made_board(24).snapshot(NOW)
    kept = keys_in(snapshot, faults_only=True)[""]
    levels = {one.entry_point.key.id: one.judgement.level for one in snapshot.entry_points.values()}
    assert set(kept) == {number for number, level in levels.items() if level is not Level.OK}


def test_a_filter_can_ask_for_what_is_stale():
    made = waiting_board(5.0, 6.0)
    made.fold(observed(key(1001), Endpoint.CHAT_ALLOWED, ChatAllowed(True), NOW))
    assert keys_in(made.snapshot(NOW), "mark:stale") == {"": [1000]}


def test_a_folded_section_counts_what_it_does_not_show():
    snapshot = made_board(9).snapshot(NOW)
    state = Arrangement(grouping="group", folded=frozenset({"EMEA"}))
    folded = next(s for s in arrange(snapshot, state, parse("")) if s.name == "EMEA")
    assert folded.shown == ()
    assert len(folded.keys) == sum(folded.verdicts.values()) == 3


# The keys


@pytest.mark.parametrize("size", [SMALL, LARGE_SCREEN], ids=["small", "large"])
async def test_s_takes_the_next_order_and_says_so_until_it_is_as_usual_again(size):
    app = wall()
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        assert part(app, WallHeading) == ""
        for sort in (*SORTS[1:], SORTS[0]):
            await pilot.press("s")
            await settled(pilot)
            assert app.screen.state.sort == sort
            assert ("by " in part(app, WallHeading)) is (sort != "worst")
        await pilot.press("S")
        await settled(pilot)
        assert "reversed" in part(app, WallHeading)


async def test_d_goes_through_the_densities_and_the_selection_stays():
    app = wall(density="auto")
    async with app.run_test(size=(120, 60)) as pilot:
        await settled(pilot)
        await pilot.press("right", "right")
        chosen = app.screen.grid.selected
        seen = []
        for _ in range(4):
            await pilot.press("d")
            await settled(pilot)
            seen.append(app.screen.grid.layout_now.density)
            assert app.screen.grid.selected == chosen
            assert chosen.id in ids_on(app)
        assert seen[:3] == [COMPACT, NORMAL, LARGE]
        assert app.screen.state.density == "auto"


async def test_auto_decides_again_at_every_size():
    app = wall(density="auto")
    async with app.run_test(size=(200, 60)) as pilot:
        await settled(pilot)
        for size, density in [
            ((200, 60), LARGE),
            ((120, 30), NORMAL),
            ((60, 14), COMPACT),
            ((120, 30), NORMAL),
            ((200, 60), LARGE),
        ]:
            await pilot.resize_terminal(*size)
            await settled(pilot)
            assert app.screen.grid.layout_now.density == density
            heads = part(app, WallHeading)
            assert ("VERDICT" in heads) is (density is COMPACT)


async def test_auto_does_not_leap_while_one_filters():
    app = wall(made_board(60, rounds=1), density="auto")
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        assert app.screen.grid.layout_now.density is COMPACT
        for keys in ("slash", *"sales", "enter", "f", "escape"):
            await pilot.press(keys)
            await settled(pilot)
            assert app.screen.grid.layout_now.density is COMPACT, keys


async def test_a_small_terminal_shows_what_is_worst_of_many_as_lines():
    app = wall(made_board(60, rounds=1), density="auto")
    async with app.run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        grid = app.screen.grid
        assert grid.layout_now.density is COMPACT
        assert len(ids_on(app)) == grid.size.height >= 5


@pytest.mark.parametrize("size", [SMALL, (120, 40), LARGE_SCREEN], ids="{0[0]}x{0[1]}".format)
@pytest.mark.parametrize("density", ["auto", "compact", "normal"])
async def test_what_is_worst_and_for_how_long_is_within_the_first_lines(density, size):
    clock, board = Clock(), waiting_board(*[1.0] * 60)
    down = ChatAllowed(False, "service_not_running")
    for age in (47, 27, 7):
        board.fold(observed(key(1030), Endpoint.CHAT_ALLOWED, down, NOW - age))
    app = wall(board, clock=clock, density=density)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        first = "\n".join(part(app, WallGrid).splitlines()[:3])
        assert first.index("SERVICE DOWN") < first.index("47s")
        assert "n1030" in first


@pytest.mark.parametrize("density", ["compact", "normal"])
async def test_equal_names_and_ids_on_two_servers_are_told_apart(density):
    names = [EntryPoint(EntryPointKey(server, 1000), "Sales") for server in ("prod", "dr")]
    app = wall(Board([(one, Policy()) for one in names]), density=density)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        shown = part(app, WallGrid)
        assert "prod" in shown
        assert "dr" in shown
    app = wall(Board([(names[0], Policy())]), density=density)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        assert "prod" not in part(app, WallGrid)


async def test_order_filter_and_column_titles_share_one_line():
    app = wall(density="compact")
    async with app.run_test(size=LARGE_SCREEN) as pilot:
        await settled(pilot)
        await pilot.press("s", "S", "slash", *"level:critical", "enter")
        await settled(pilot)
        (line,) = part(app, WallHeading).splitlines()
        for words in ("VERDICT", "AGE", "/level:critical", "of 14", "by name, reversed", "compact"):
            assert words in line


@pytest.mark.parametrize("theme", ["mono", "ansi16"])
@pytest.mark.parametrize("density", ["compact", "normal"])
async def test_what_is_selected_is_seen_without_colours_of_a_theme(theme, density):
    app = wall(density=density)
    app.use_theme_named(theme)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("down")
        await settled(pilot)
        grid, styles = app.screen.grid, app.board_theme
        row = grid._selection.row(grid.layout_now)
        lines = [grid.render_line(row.y - grid.scroll_offset.y + n) for n in range(row.height)]
        assert sum(line.text.count(styles.glyphs.pointer) for line in lines) == 1
        cursor = styles.ui["cursor"]
        name = app._snapshot.entry_points[grid.selected].entry_point.name
        chosen = [
            part
            for line in lines
            for part in line
            if name in part.text
            and (part.style.reverse, part.style.bgcolor) == (cursor.reverse, cursor.bgcolor)
        ]
        assert len(chosen) == 1


async def test_fold_and_unfold_by_key_enter_and_click():
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("o")
        await settled(pilot)
        grid, screen = app.screen.grid, app.screen
        first = grid.section
        await pilot.press("z")
        await settled(pilot)
        assert screen.state.folded == {first}
        await pilot.press("z")
        await settled(pilot)
        assert not screen.state.folded, "the same key on the same section takes it back"
        await pilot.press("home", "up")
        await settled(pilot)
        assert grid.selected is None
        await pilot.press("enter")
        await settled(pilot)
        assert screen.state.folded == {first}
        y = grid.layout_now.rows[0].y
        await pilot.click(WallGrid, offset=(4, y))
        await settled(pilot)
        assert not screen.state.folded
        await pilot.press("Z")
        await settled(pilot)
        assert len(screen.state.folded) == 3
        assert not ids_on(app)
        await pilot.press("Z")
        await settled(pilot)
        assert not screen.state.folded


async def test_the_heads_of_a_second_column_stand_above_it():
    app = wall(density="compact")
    async with app.run_test(size=LARGE_SCREEN) as pilot:
        await settled(pilot)
        widths, line = app.screen.grid.layout_now.widths, part(app, WallHeading)
        assert len(widths) == 2
        first = line.index("NAME")
        assert line.index("NAME", first + 1) == first + widths[0]


async def test_n_jumps_from_fault_to_fault_and_never_to_what_is_ok():
    app = wall(density="compact")
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        statuses = app._snapshot.entry_points
        seen = []
        for _ in range(14):
            await pilot.press("n")
            assert statuses[app.screen.grid.selected].judgement.level is not Level.OK
            seen.append(app.screen.grid.selected)
        last = seen[-1]
        await pilot.press("N")
        assert app.screen.grid.selected == seen[-2]
        await pilot.press("n")
        assert app.screen.grid.selected == last


@pytest.mark.parametrize("burst", [False, True])
async def test_n_reaches_faults_in_folded_sections_and_unfolds_them(burst):
    app = wall(density="compact")
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("o")
        screen = app.screen
        start = Heading(screen.grid.sections[0].name)
        screen.grid.select(start)
        await pilot.press(*"nnnnnn")
        wanted = screen.grid.selected
        await pilot.press("Z")
        screen.grid.select(start)
        await settled(pilot)
        for keys in ["nnnnnn"] if burst else "nnnnnn":
            await pilot.press(*keys)
            await settled(pilot)
            assert screen.grid.section not in screen.state.folded
        assert screen.grid.selected == wanted
        y = screen.grid._selection.row(screen.grid.layout_now).y - screen.grid.scroll_offset.y
        assert 0 <= y < screen.grid.size.height


async def test_n_where_everything_is_ok_moves_nothing():
    app = wall(waiting_board(1.0, 2.0, 3.0))
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("right")
        chosen = app.screen.grid.selected
        await pilot.press("n", "N")
        assert app.screen.grid.selected == chosen


@pytest.mark.parametrize("size", [SMALL, LARGE_SCREEN], ids=["one-column", "two-columns"])
async def test_a_click_on_any_column_head_sorts_and_another_turns_round(size):
    app = wall(density="compact")
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        line = part(app, WallHeading)
        for title, sort in (("NAME", "name"), (" ID", "id"), ("QUEUE", "queue")):
            for x in [n for n in range(len(line)) if line.startswith(title, n)]:
                await pilot.press("d", "d", "d", "d")
                app.screen.show_as(replace(app.screen.state, sort="worst", descending=False))
                await settled(pilot)
                await pilot.click(WallHeading, offset=(x + 1, 0))
                await settled(pilot)
                assert app.screen.state.sort == sort, (title, x)
                await pilot.click(WallHeading, offset=(x + 1, 0))
                await settled(pilot)
                assert app.screen.state.descending


@pytest.mark.parametrize("density", ["compact", "normal", "large"])
async def test_the_selected_entry_point_stays_on_its_line_while_others_move(density):
    board = made_board(60, rounds=2)
    app = wall(board, density=density)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press(*["down"] * 12)
        await settled(pilot)
        grid = app.screen.grid
        chosen = grid.selected

        def line():
            return grid._selection.row(grid.layout_now).y - grid.scroll_offset.y

        before = line()
        app.screen.show_as(replace(app.screen.state, sort="name"))
        await settled(pilot)
        app.screen.show_as(replace(app.screen.state, sort="worst"))
        await settled(pilot)
        assert grid.selected == chosen
        assert 0 <= line() < grid.size.height
        app.screen.show_as(replace(app.screen.state, sort="worst"))
        y = line()
        for number in range(1000, 1012):
            one = observed(key(number), Endpoint.CHAT_ALLOWED, ChatAllowed(False, "other"), NOW)
            board.fold(one)
        await settled(pilot)
        assert grid.selected == chosen
        assert chosen.id in ids_on(app)
        assert abs(line() - y) <= grid.layout_now.density.height or before >= 0


async def test_a_verdict_that_is_new_is_marked_for_fifteen_seconds():
    clock = Clock(NOW)
    board = waiting_board(1.0, 2.0)
    app = wall(board, clock=clock)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        assert "from " not in text_on(app)
        full = ChatAllowed(False, "queue_depth_reached")
        board.fold(observed(key(1000), Endpoint.CHAT_ALLOWED, full, NOW))
        for age, marked in ((0.0, True), (14.9, True), (15.1, False)):
            clock.now = NOW + age
            await settled(pilot)
            assert ("from OPEN" in text_on(app)) is marked, age


async def test_a_wall_that_recovers_from_a_tiny_terminal_still_has_its_keys():
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        first = app.screen.grid.selected
        await pilot.resize_terminal(20, 5)
        await settled(pilot)
        await pilot.resize_terminal(*SMALL)
        await until(pilot, lambda: app.focused is app.screen.grid)
        await pilot.press("right")
        assert app.screen.grid.selected != first


async def test_a_thousand_entry_points_in_every_arrangement():
    app = wall(made_board(1000, rounds=1), density="auto")
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        assert app.screen.grid.layout_now.density is COMPACT
        for keys in (["s"], ["S"], ["o"], ["end"], ["Z"], ["n"], ["Z"], ["N"], ["f"], ["d"]):
            await pilot.press(*keys)
            await settled(pilot)
            grid = app.screen.grid
            item = grid._selection.item
            rows = grid.layout_now.rows
            assert item is None or any(item in row.items for row in rows)
            assert len(grid._painter._drawn) <= SMALL[1]
        assert isinstance(item, EntryPointKey | Heading)
