"""The help: every key by screen, the filter and the signs."""

import importlib
import pkgutil
from collections import Counter

import pytest
from walls import help_groups, part, settled, text_on, until, wall, words_of

import wallboard.ui
from wallboard.domain.policy import Level
from wallboard.ui.events.events_screen import EventsScreen
from wallboard.ui.help.help_screen import COLUMN, KEY_WIDTH, HelpScreen
from wallboard.ui.help.palette import Commands
from wallboard.ui.look.theme import load
from wallboard.ui.wall.wall_screen import WallScreen
from wallboard.ui.widgets.key_bar import KeyBar

SMALL, LARGE = (80, 24), (200, 50)

WAYS = [([], "Wall"), (["enter"], "Drill-down"), (["e"], "Events")]


@pytest.mark.parametrize(("way", "title"), WAYS, ids=[title for _, title in WAYS])
async def test_the_keys_of_the_screen_that_is_open_come_first(way, title):
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press(*way)
        await settled(pilot)
        await pilot.press("question_mark")
        await settled(pilot)
        lines = words_of(app, "#help")
        assert lines[0].strip() == title
        titles = [line.strip() for line in lines if line.startswith(" ") and line[1:2] != " "]
        assert set(titles) >= {"Wall", "Drill-down", "Events", "Everywhere", "Filter", "Signs"}


async def test_no_key_of_the_board_is_missing_from_the_help():
    for module in pkgutil.walk_packages(wallboard.ui.__path__, "wallboard.ui."):
        importlib.import_module(module.name)
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        groups = help_groups(app)
    listed = {words for g in groups for _, line in g.lines for words in line.split(" / ")}
    kinds = {
        value
        for module in pkgutil.walk_packages(wallboard.ui.__path__, "wallboard.ui.")
        for value in vars(importlib.import_module(module.name)).values()
        if isinstance(value, type) and value.__module__.startswith("wallboard.ui.")
    }
    for kind in kinds - {HelpScreen, Commands}:
        for binding in kind.__dict__.get("BINDINGS", ()):
            assert binding.description in listed, (kind, binding)


async def test_keys_that_do_the_same_are_on_one_line():
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        lines = {words: keys for group in help_groups(app) for keys, words in group.lines}
        assert lines["Up"] == "↑ k"
        assert lines["Filter"] == "/"


async def test_a_key_that_was_changed_is_listed_as_it_is_now():
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        app.set_keymap({"sort": "F,f7"})
        app.update_keymap({})
        lines = {words: keys for keys, words in help_groups(app)[0].lines}
        assert lines["Sort"].split() == ["F", "f7"]


@pytest.mark.parametrize("size", [SMALL, LARGE, (120, 30), (40, 10)], ids="{0[0]}x{0[1]}".format)
async def test_every_line_can_be_reached_with_the_arrow_keys_and_a_page_at_a_time(size):
    app = wall()
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("question_mark")
        await settled(pilot)
        page = app.screen.query_one("VerticalScroll")
        seen = {line.strip() for line in text_on(app).splitlines()}
        for _ in range(page.max_scroll_y + 1):
            await pilot.press("down")
        await pilot.pause()
        assert page.scroll_offset.y == page.max_scroll_y
        assert "in the state before" in text_on(app) or size[0] < 66
        await pilot.press("up")
        await pilot.pause()
        assert page.scroll_offset.y == max(0, page.max_scroll_y - 1)
        await pilot.press("home")
        await until(pilot, lambda: page.scroll_offset.y == 0)
        await pilot.press("pagedown")
        await until(pilot, lambda: page.scroll_offset.y > 1 or not page.max_scroll_y)
        assert seen


async def test_two_columns_stand_side_by_side_where_there_is_room():
    app = wall()
    async with app.run_test(size=LARGE) as pilot:
        await settled(pilot)
        await pilot.press("question_mark")
        await settled(pilot)
        lines = words_of(app, "#help")
        both = [line for line in lines if line[:COLUMN].strip() and line[COLUMN:].strip()]
        assert len(both) > len(lines) / 2
        tall = len(words_of(app, "#help"))
        await pilot.resize_terminal(*SMALL)
        await settled(pilot)
        assert len(words_of(app, "#help")) > 1.5 * tall


async def test_no_words_of_the_help_are_cut():
    app = wall()
    async with app.run_test(size=LARGE) as pilot:
        await settled(pilot)
        await pilot.press("question_mark")
        await settled(pilot)
        page = app.screen.query_one("#help")
        assert max(len(line.rstrip()) for line in words_of(app, "#help")) <= page.size.width
        await pilot.resize_terminal(*SMALL)
        await settled(pilot)
        assert max(len(line.rstrip()) for line in words_of(app, "#help")) <= page.size.width
        await pilot.resize_terminal(40, 10)
        await settled(pilot)
        assert max(len(line.rstrip()) for line in words_of(app, "#help")) <= page.size.width
        for group in help_groups(app, app.screen_stack[0]):
            assert all(len(keys) < KEY_WIDTH for keys, _ in group.lines)


async def test_the_help_says_how_to_ask_and_what_the_signs_mean():
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("question_mark")
        await settled(pilot)
        text = "\n".join(words_of(app, "#help"))
        for words in (
            "verdict:",
            "group:",
            "server:",
            "level:",
            "!sales",
            "UNREACHABLE",
            "partial",
        ):
            assert words in text


@pytest.mark.parametrize("size", [SMALL, (60, 20), (40, 10), (28, 9)], ids="{0[0]}x{0[1]}".format)
@pytest.mark.parametrize("way", [[], ["e"]], ids=["wall", "events"])
async def test_help_and_leaving_are_on_the_key_bar_however_narrow_it_is(size, way):
    app = wall()
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press(*way)
        await settled(pilot)
        line = part(app, KeyBar)
        assert "? Help" in line
        assert ("q Back" if way else "q Quit") in line
        assert isinstance(app.screen, EventsScreen if way else WallScreen)


@pytest.mark.parametrize("theme", ["dark", "ansi16"])
async def test_the_board_is_seen_beside_the_help_only_where_it_can_be_dimmed(theme):
    app = wall()
    async with app.run_test(size=(100, 30)) as pilot:
        app.use_theme(load(theme))
        await settled(pilot)
        await pilot.press("question_mark")
        await settled(pilot)
        assert ("CRITICAL" in text_on(app)) == (theme == "dark")


async def test_the_line_of_keys_follows_what_has_the_focus_and_offers_no_key_to_where_one_is():
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        usual = part(app, KeyBar)
        assert "Events" in usual
        await pilot.press("slash", "s", "enter", "escape")
        await settled(pilot)
        assert part(app, KeyBar) == usual
        await pilot.press("enter", "slash", "a", "enter")
        await settled(pilot)
        assert "Ticket" in part(app, KeyBar)
        await pilot.press("e")
        await settled(pilot)
        assert "Events" not in part(app, KeyBar)


async def test_a_search_finds_marks_and_goes_on_and_escape_ends_it_first():
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("question_mark")
        await settled(pilot)
        await pilot.press("slash", *"contradiction")
        await settled(pilot)
        assert "contradiction" in text_on(app)
        await pilot.press("enter", "slash", *[*"x"], "enter")
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(app.screen, HelpScreen)
        page = app.screen.query_one("VerticalScroll")
        await pilot.press("slash", *"page", "enter")
        await until(pilot, lambda: page.scroll_offset.y > 0)
        first = app.screen._matches[app.screen._match]
        await pilot.press("n")
        await settled(pilot)
        assert app.screen._matches[app.screen._match] != first
        await pilot.press("N")
        await settled(pilot)
        assert app.screen._matches[app.screen._match] == first
        await pilot.press("escape", "escape")
        await settled(pilot)
        assert isinstance(app.screen, WallScreen)


async def test_the_legend_has_every_edge_strip_mark_and_column():
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("question_mark")
        await settled(pilot)
        lines = words_of(app, "#help")
        glyphs = app.board_theme.glyphs
        for level in Level:
            shape = f"{glyphs.edges[level]} {glyphs.strip[level]}"
            assert any(shape in line and level.label.upper() in line for line in lines)
        text = "\n".join(lines)
        for words in ("max depth (2)", "≥13m", "slots 0!", "SLOTS", "BECAME", glyphs.lenient):
            assert words in text


async def test_no_line_of_the_help_is_there_twice():
    app = wall()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        groups = help_groups(app)
        counts = Counter(line for group in groups for line in group.lines)
        assert max(counts.values()) < 3
        (everywhere,) = (group for group in groups if group.title == "Everywhere")
        assert {"Top of the list", "Bottom of the list", "Go to a time"} <= {
            words for _, words in everywhere.lines
        }
