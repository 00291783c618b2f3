"""The tabs of the drill-down: what each shows, and the keys that lead from one to the other."""

from contextlib import asynccontextmanager

import pytest
from boards import HTTP_500, NOW, REFUSED, observed, outage
from stories import KEY, story
from textual import events
from walls import Clock, part, picture, settled, text_on, until, wall

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint
from wallboard.domain.observation import Failure, Observation
from wallboard.domain.policy import Policy
from wallboard.domain.reading import ChatAllowed
from wallboard.ui.drilldown.chart import Chart
from wallboard.ui.drilldown.diff import Difference
from wallboard.ui.drilldown.endpoints import EndpointTable
from wallboard.ui.drilldown.request import RequestLines
from wallboard.ui.drilldown.state_strip_line import StateStripLine
from wallboard.ui.drilldown.tabs import Tab, TabBar
from wallboard.ui.drilldown.timeline import Timeline, TimelineDetail, TimelineHead
from wallboard.ui.drilldown.timeline_rows import rows_of
from wallboard.ui.look.theme import load
from wallboard.ui.wall.wall_screen import WallScreen
from wallboard.ui.widgets.body_view import MOST_LINES, BodyView
from wallboard.ui.widgets.input_lines import SearchLine
from wallboard.ui.widgets.key_bar import KeyBar
from wallboard.ui.widgets.lines import Page

OPEN, FULL = ChatAllowed(True), ChatAllowed(False, "queue_depth_reached")
SIZE = (110, 30)


def one(*polls: Observation):
    board = Board([(EntryPoint(KEY, "Sales"), Policy())])
    for poll in polls:
        board.fold(poll)
    return board


def answered(outcome, at=NOW, body=None, endpoint=Endpoint.CHAT_ALLOWED):
    return observed(KEY, endpoint, outcome, at, body)


@asynccontextmanager
async def opened(board, size=SIZE, clock=None):
    async with wall(board, clock=clock).run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        yield pilot


async def press(pilot, *keys: str):
    await pilot.press(*keys)
    await settled(pilot)


async def heard(pilot, *polls: Observation):
    for poll in polls:
        pilot.app.board.fold(poll)
    await settled(pilot)


def lines_of(pilot, kind):
    return [line.strip() for line in part(pilot.app, kind).splitlines() if line.strip()]


async def test_digits_and_tab_choose_the_tab():
    async with opened(story(20)) as pilot:
        tabs = []
        for key in ("2", "3", "4", "5", "1", "tab", "shift+tab", "shift+tab", "tab", "h"):
            await press(pilot, key)
            tabs.append(pilot.app.screen.tab)
        here = [tab for tab in Tab if tab not in {Tab.PLACES, Tab.NODES}]
        assert tabs == [*here[1:], "body", "headers", "body", "diff", "body", "headers"]


async def test_the_mouse_chooses_the_tab():
    async with opened(story(20)) as pilot:
        bar = part(pilot.app, TabBar)
        for tab in (Tab.CHART, Tab.TIMELINE, Tab.BODY):
            await pilot.click(TabBar, offset=(bar.index(tab), 0))
            await settled(pilot)
            assert pilot.app.screen.tab is tab


async def test_the_keys_at_the_bottom_are_those_of_the_tab():
    async with opened(story(20)) as pilot:
        assert "Raw" in part(pilot.app, KeyBar)
        await press(pilot, "3")
        assert "Raw" not in part(pilot.app, KeyBar)
        assert "Body then" in part(pilot.app, KeyBar)
        await press(pilot, "enter")
        assert "Body then" not in part(pilot.app, KeyBar)


@pytest.mark.parametrize("key", "12345")
async def test_every_tab_leaves_seven_lines_at_80_by_24(key):
    async with opened(story(), (80, 24)) as pilot:
        await press(pilot, key)
        content = pilot.app.screen._contents[pilot.app.screen.tab][0]
        assert content.size.height >= 7


@pytest.mark.parametrize("key", "12345")
async def test_every_tab_survives_nothing_and_any_size(key):
    async with opened(one()) as pilot:
        await press(pilot, key, "up", "down", "enter", "pagedown", "end", "home", "slash")
        for size in [(40, 10), (28, 9), (1, 1), (300, 80), (80, 24)]:
            await pilot.resize_terminal(*size)
            await settled(pilot)
            picture(pilot.app)


async def test_headers_of_both_directions():
    async with opened(one(answered(OPEN))) as pilot:
        await press(pilot, "2")
        lines = lines_of(pilot, Page)
        assert lines[:2] == ["Request: 1 header", "Accept: */*"]
        assert "Server: Apache" in lines
        await heard(pilot, answered(REFUSED, NOW + 1))
        assert "There is no response: it was not answered." in lines_of(pilot, Page)
        await press(pilot, "left_square_bracket")
        assert "Server: Apache" in lines_of(pilot, Page)


async def test_the_timeline_has_the_newest_change_first():
    polls = [answered(OPEN, NOW - 40), answered(FULL, NOW - 20), answered(HTTP_500, NOW)]
    async with opened(one(*polls), (160, 30)) as pilot:
        await press(pilot, "3")
        lines = [" ".join(line.split()) for line in lines_of(pilot, Timeline)]
        assert "▸ verdict +1 QUEUE FULL → WAITING" in lines[0]
        assert "20:26:20 verdict OPEN → QUEUE FULL after 20s" in lines[1]


async def test_endpoints_fold_under_the_verdict_that_they_explain():
    live = Endpoint.LIVE_SESSION_STATUS
    polls = [answered(OPEN, NOW - 40), answered(OPEN, NOW - 40, b"<a/>", live)]
    polls += [answered(HTTP_500, NOW - 25, endpoint=live)]
    polls += [answered(FULL, NOW), answered(HTTP_500, NOW + 1, endpoint=Endpoint.CAPACITY)]
    async with opened(one(*polls), (160, 30)) as pilot:
        await press(pilot, "3")
        folded = lines_of(pilot, Timeline)
        subjects = [" ".join(line.split()[1:4]) for line in folded]
        assert subjects[:2] == ["▸ verdict +1", "liveSessionStatus answers →"]
        assert "Right unfolds the endpoint" in part(pilot.app, TimelineDetail)
        await press(pilot, "right")
        lines = lines_of(pilot, Timeline)
        assert len(lines) == len(folded) + 1
        assert "▾ verdict +1" in lines[0]
        assert "capacity" in lines[1]
        await press(pilot, "down", "enter")
        assert "▶ capacity" in part(pilot.app, EndpointTable)
        await press(pilot, "3", "left")
        assert lines_of(pilot, Timeline)[0].startswith("▶")
        assert len(lines_of(pilot, Timeline)) == len(folded)


async def test_a_tall_terminal_shows_the_timeline_below_the_answer():
    polls = [answered(OPEN, NOW - 20), answered(FULL, NOW)]
    async with opened(one(*polls), (120, 40)) as pilot:
        assert 'allowed="false"' in part(pilot.app, BodyView)
        assert part(pilot.app, TimelineHead).strip() == "timeline: 2 changes, the newest first"
        assert "OPEN → QUEUE FULL after 20s" in " ".join(part(pilot.app, Timeline).split())
        assert pilot.app.screen.query_one(Timeline).size.height == 2
        await press(pilot, "4")
        assert not pilot.app.screen.query_one(Timeline).display
        await press(pilot, "3")
        assert pilot.app.screen.query_one(Timeline).size.height > 20
        await pilot.resize_terminal(120, 30)
        await press(pilot, "1")
        assert not pilot.app.screen.query_one(Timeline).display


async def test_what_decides_is_scrolled_into_sight():
    body = b"<chatAllowed>" + b"<a/>" * 40 + b'<b allowed="false" reason="other"/></chatAllowed>'
    async with opened(one(answered(FULL, body=body)), (80, 24)) as pilot:
        await until(pilot, lambda: 'allowed="false"' in part(pilot.app, BodyView))


def test_an_endpoint_far_from_any_verdict_stands_alone_and_none_is_lost():
    polls = [answered(HTTP_500, NOW - n * 10, endpoint=Endpoint.CAPACITY) for n in (9, 8)]
    polls += [answered(OPEN, NOW)]
    changes = one(*polls).snapshot(NOW).entry_points[KEY].timeline[::-1]
    rows = rows_of(changes, 10.0, list(changes))
    assert {id(row.change) for row in rows} == {id(change) for change in changes}
    assert [row.of for row in rows if row.change.endpoint is Endpoint.CAPACITY] == [None]


async def test_how_long_an_endpoint_had_failed_is_counted_from_when_it_began():
    live = Endpoint.LIVE_SESSION_STATUS
    polls = [
        answered(HTTP_500, NOW - 90, endpoint=live),
        answered(HTTP_500, NOW - 60, endpoint=live),
        answered(OPEN, NOW, b"<a/>", live),
    ]
    async with opened(one(*polls)) as pilot:
        await press(pilot, "3")
        assert "after 1m30s" in lines_of(pilot, Timeline)[0]


async def test_a_change_of_another_day_has_its_date():
    async with opened(one(answered(OPEN, NOW - 86_400)), clock=Clock(NOW)) as pilot:
        await press(pilot, "3")
        assert "27 May 20:26:40" in lines_of(pilot, Timeline)[0]


async def test_the_chosen_change_stays_chosen_while_newer_ones_come():
    async with opened(one(answered(OPEN, NOW - 60), answered(FULL, NOW - 20))) as pilot:
        await press(pilot, "3", "down")
        chosen = pilot.app.screen.query_one(Timeline).chosen
        assert chosen.after == "open"
        await heard(pilot, answered(OPEN, NOW), answered(FULL, NOW + 1))
        assert pilot.app.screen.query_one(Timeline).chosen is chosen
        assert "chatAllowed answered then" in part(pilot.app, TimelineDetail)
        await press(pilot, "home")
        await heard(pilot, answered(OPEN, NOW + 2))
        assert pilot.app.screen.query_one(Timeline).chosen.at == NOW + 2


async def test_enter_shows_the_body_of_that_moment_until_it_is_let_go():
    polls = [answered(OPEN, NOW - 60, b"<then/>")]
    polls += [answered(FULL, NOW - 50 + n, b"<poll>%d</poll>" % n) for n in range(40)]
    async with opened(one(*polls)) as pilot:
        await press(pilot, "3", "end", "enter")
        assert pilot.app.screen.tab is Tab.BODY
        assert lines_of(pilot, BodyView) == ["<then/>"]
        assert "not live" in part(pilot.app, RequestLines)
        await heard(pilot, answered(FULL, NOW, b"<now/>"))
        assert lines_of(pilot, BodyView) == ["<then/>"]
        await press(pilot, "escape")
        assert lines_of(pilot, BodyView) == ["<now/>"]
        assert "not live" not in part(pilot.app, RequestLines)
        await press(pilot, "3", "enter", "right_square_bracket")
        assert "not live" not in part(pilot.app, RequestLines)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, WallScreen)


async def test_enter_goes_to_the_endpoint_that_brought_the_change():
    capacity = Endpoint.CAPACITY
    async with opened(one(answered(HTTP_500, NOW, b"<no/>", capacity))) as pilot:
        await press(pilot, "3", "enter")
        assert "▶ capacity" in part(pilot.app, EndpointTable)
        assert lines_of(pilot, BodyView) == ["<no/>"]


async def test_a_change_that_no_answer_brought_has_no_body():
    board = one(answered(OPEN, NOW - 60))
    board.fold(outage(at=NOW))
    async with opened(board) as pilot:
        await press(pilot, "3", "enter")
        assert pilot.app.screen.tab is Tab.TIMELINE
        assert "concerns the whole server" in part(pilot.app, TimelineDetail)


async def test_the_mouse_chooses_a_change_and_opens_it():
    async with opened(one(answered(OPEN, NOW - 60, b"<a/>"), answered(FULL, NOW))) as pilot:
        await press(pilot, "3")
        await pilot.click(Timeline, offset=(5, 1))
        assert pilot.app.screen.query_one(Timeline).chosen.at == NOW - 60
        await pilot.click(Timeline, offset=(5, 1), times=2)
        await settled(pilot)
        assert lines_of(pilot, BodyView) == ["<a/>"]


async def test_the_chart_shows_axes_thresholds_and_gaps():
    async with opened(story(), (120, 40)) as pilot:
        await press(pilot, "4")
        chart = part(pilot.app, Chart)
        assert "wait 1m50s ╌1m ╌5m" in chart
        assert "queue 9 ╌10 ╌25" in chart
        assert "20:10" in chart
        assert "╌" * 10 in chart
        assert "× failed" in chart


async def test_the_chart_is_drawn_anew_only_for_a_new_sample():
    async with opened(story()) as pilot:
        await press(pilot, "4")
        chart = pilot.app.screen.query_one(Chart)
        drawn, before = chart._plots[0]._picture, part(pilot.app, Chart)
        await settled(pilot)
        assert chart._plots[0]._picture is drawn
        live = observed(KEY, Endpoint.LIVE_SESSION_STATUS, HTTP_500, NOW)
        await heard(pilot, live)
        assert chart._plots[0]._picture is not drawn
        await until(pilot, lambda: part(pilot.app, Chart) != before)


async def test_plus_and_minus_zoom_strip_and_chart_and_arrows_move_them():
    async with opened(story(), (120, 40)) as pilot:
        await press(pilot, "4")
        assert part(pilot.app, StateStripLine).split()[-7] == "1h"
        seen = []
        for key in ("plus", "plus", "left", "right", "minus"):
            await press(pilot, key)
            seen.append(part(pilot.app, StateStripLine))
            chart = pilot.app.screen.query_one(Chart)
            window = pilot.app.screen.window_in_full()
            x_ranges = {plot._picture.x_range for plot in chart._plots}
            assert x_ranges == {(window.start, window.end)}
        assert [line.split()[-7] for line in seen] == ["30m", "15m", "15m", "15m", "30m"]
        assert seen[1] == seen[3] != seen[2]
        ends = [line.split()[-8] for line in seen]
        assert ends == ["20:27", "20:26", "20:19", "20:26", "20:27"]


def styled(app):
    """Every cell of the screen with its style, however the cells are put together."""
    strips = app.screen._compositor.render_strips()
    return [[(c, s.style) for s in strip for c in s.text] for strip in strips]


@pytest.mark.parametrize("key", "12345")
async def test_every_tab_takes_another_theme_while_it_is_open(key):
    async with opened(story()) as pilot:
        await press(pilot, key)
        pilot.app.use_theme(load("light"))
        await settled(pilot)
        await settled(pilot)
        restyled = styled(pilot.app)
        await press(pilot, "escape", "enter", key)
        assert styled(pilot.app) == restyled


async def test_a_chart_of_nothing_says_so():
    async with opened(one()) as pilot:
        await press(pilot, "4")
        assert "no polls in this time" in part(pilot.app, Chart)


async def test_the_diff_marks_what_changed_and_shows_both_bodies():
    polls = [answered(OPEN, NOW - 20, b'<a b="1"/>'), answered(FULL, NOW, b'<a b="2"/>')]
    async with opened(one(*polls)) as pilot:
        await press(pilot, "5")
        lines = [" ".join(line.split()) for line in lines_of(pilot, Difference)]
        assert lines[0] == "First bad 20:26:40 Last good 20:26:20, 20s earlier"
        assert "≠ allowed true false" in lines
        assert "outcome read read" in lines
        assert '-<a b="1"/>' in lines
        assert '+<a b="2"/>' in lines


async def test_the_diff_is_of_the_chosen_endpoint():
    async with opened(story()) as pilot:
        await press(pilot, "5", "down")
        assert "responseType" in part(pilot.app, Difference)
        await press(pilot, "up")
        assert "allowed" in part(pilot.app, Difference)


@pytest.mark.parametrize(
    ("polls", "words"),
    [
        ([], "No poll is known that was good or bad."),
        ([OPEN], "Good since 20:26:00 or longer"),
        ([FULL], "none is kept from before it"),
        ([OPEN, FULL, OPEN], "The newest poll is good again."),
    ],
)
async def test_the_diff_says_in_words_what_is_missing(polls, words):
    heard_so_far = [answered(outcome, NOW - 40 + n) for n, outcome in enumerate(polls)]
    async with opened(one(*heard_so_far)) as pilot:
        await press(pilot, "5")
        assert words in part(pilot.app, Difference)


async def test_a_search_follows_every_key_and_enter_keeps_it():
    body = b"<a>\n" + b"<b>wait</b>\n" * 3 + b"</a>"
    async with opened(one(answered(OPEN, body=body))) as pilot:
        await press(pilot, "slash", *"WAI")
        assert part(pilot.app, SearchLine).strip() == "WAI"
        assert "/WAI 1/3" in part(pilot.app, TabBar)
        await press(pilot, "x")
        assert "/WAIx 0/0" in part(pilot.app, TabBar)
        await press(pilot, "backspace", "enter")
        assert not pilot.app.screen.query_one(SearchLine).display
        assert "/WAI 1/3" in part(pilot.app, TabBar)
        for key, which in (("n", "2/3"), ("n", "3/3"), ("n", "1/3"), ("N", "3/3")):
            await press(pilot, key)
            assert f"/WAI {which}" in part(pilot.app, TabBar)


async def test_what_is_typed_in_one_breath_with_the_slash_is_searched():
    async with opened(one(answered(OPEN, body=b"<a>a/b</a>"))) as pilot:
        for key in ("slash", "slash", "b"):
            character = "/" if key == "slash" else key
            pilot.app.post_message(events.Key(key, character))
        await until(pilot, lambda: "//b 1/1" in part(pilot.app, TabBar))


async def test_escape_clears_the_search_before_it_leaves():
    async with opened(one(answered(OPEN))) as pilot:
        await press(pilot, "slash", "a", "escape")
        assert not pilot.app.screen.query_one(SearchLine).display
        assert "/a" not in part(pilot.app, TabBar)
        await press(pilot, "slash", "a", "enter", "escape")
        assert "/a" not in part(pilot.app, TabBar)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, WallScreen)


async def test_matches_are_brought_into_sight_and_marked():
    body = b"<a/>\n" * 200 + b"<needle/>\n" + b"<a/>\n" * 200
    async with opened(one(answered(OPEN, body=body))) as pilot:
        await press(pilot, "slash", *"needle", "enter")
        await until(pilot, lambda: "<needle/>" in lines_of(pilot, BodyView))
        view = pilot.app.screen.query_one(BodyView)
        styles = {
            segment.style
            for y in range(view.size.height)
            for segment in view.render_line(y)
            if segment.text == "needle"
        }
        assert styles == {pilot.app.board_theme.ui["cursor"]}


async def test_a_search_goes_on_in_the_next_answer():
    async with opened(one(answered(OPEN, body=b"<a>x</a>"))) as pilot:
        await press(pilot, "slash", "x", "enter")
        await heard(pilot, answered(OPEN, NOW + 1, b"<a>xx</a>"))
        assert "/x 1/2" in part(pilot.app, TabBar)


async def test_a_search_in_a_huge_body_finds_what_is_at_its_end():
    body = b"<a>1</a>\n" * 99_000 + b"<needle/>"
    async with opened(one(answered(OPEN, body=body))) as pilot:
        await press(pilot, "slash", *"needle", "enter")
        assert "/needle 1/1" in part(pilot.app, TabBar)


async def test_a_huge_body_is_complete_after_a_while():
    async with opened(one(answered(OPEN, body=b"<a/>\n" * 90_000))) as pilot:
        view = pilot.app.screen.query_one(BodyView)
        await until(pilot, lambda: view.virtual_size.height == 90_000)
        assert view.virtual_size.height < MOST_LINES


SEQUENCES = "\x1b[2J\x1b]0;title\x07\u202e\r\n\x00"


async def test_no_sequence_of_a_server_reaches_any_tab():
    hostile = ChatAllowed(None, raw_allowed=SEQUENCES)
    failure = Failure(HTTP_500.cause, SEQUENCES)
    bodies = (b"<a>" + SEQUENCES.encode() + b"</a>", SEQUENCES.encode())
    polls = [answered(OPEN, NOW - 9, bodies[0]), answered(hostile, NOW - 6, bodies[1])]
    polls += [answered(failure, NOW - 3, bodies[0])]
    async with opened(one(*polls)) as pilot:
        for key in "12345":
            await press(pilot, key, "down")
            picture(pilot.app)
            assert "title" in text_on(pilot.app) or key in "24"
