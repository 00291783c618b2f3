"""The events: every change across the board in its incident, newest first."""

from dataclasses import replace

import pytest
from boards import HTTP_500, NOW, REFUSED, observed
from walls import Clock, part, picture, settled, text_on, until, wall, words_of

from wallboard.board import Board
from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.incidents import BoardIncidents
from wallboard.domain.observation import Cause, ServerStatus
from wallboard.domain.policy import Level, Policy, Verdict
from wallboard.domain.reading import Capacity, ChatAllowed
from wallboard.feeds import FeedStatus
from wallboard.query import parse
from wallboard.report.words.changes import CAUSE_WORDS, after_words, before_words
from wallboard.ui.drilldown.drilldown_screen import DrillDownScreen
from wallboard.ui.events.event_list import EventList
from wallboard.ui.events.event_rows import Wanted, rows_of
from wallboard.ui.events.events_screen import EventsScreen
from wallboard.ui.wall.wall_screen import WallScreen

SMALL, LARGE = (80, 24), (200, 50)
OPEN, FULL = ChatAllowed(True), ChatAllowed(False, "queue_depth_reached")
NO_AGENTS = ChatAllowed(False, "agent_not_available")


def key(number):
    return EntryPointKey("prod", number)


def board(names=("Sales", "Billing", "Support")):
    """Entry points from 1000 on that are open, having been heard for the first time."""
    entry_points = [EntryPoint(key(1000 + n), name, "EMEA") for n, name in enumerate(names)]
    made = Board([(entry_point, Policy(interval=1200.0)) for entry_point in entry_points])
    for entry_point in entry_points:
        say(made, entry_point.key.id, OPEN, NOW - 3600)
    return made


def say(board, number, outcome, at, endpoint=Endpoint.CHAT_ALLOWED):
    status = 500 if outcome is HTTP_500 else 200
    board.fold(observed(key(number), endpoint, outcome, at, status=status))


def told_board():
    """Five events: full, no agents, a failing endpoint, and a server that goes and comes."""
    made = board()
    say(made, 1000, FULL, NOW - 300)
    say(made, 1001, NO_AGENTS, NOW - 200)
    say(made, 1002, Capacity(3), NOW - 150, Endpoint.CAPACITY)
    say(made, 1002, HTTP_500, NOW - 100, Endpoint.CAPACITY)
    made.fold(ServerStatus("prod", NOW - 50, REFUSED, since=NOW - 50))
    made.fold(ServerStatus("prod", NOW - 20, None, since=NOW - 20))
    return made


def restless_board(count):
    """A board on which the first entry point has changed ``count`` times."""
    made = board()
    for turn in range(count):
        say(made, 1000, FULL if turn % 2 == 0 else OPEN, NOW - 2 * count + 2 * turn)
    return made


def lines_of(app):
    return part(app, EventList).splitlines()


def changes_of(rows):
    """The changes that are lines, newest first."""
    return sorted((row.change for row in rows if row.change), key=lambda change: -change.at)


def found(made, text, *, faults_only=False):
    """What the events that a query chooses are about, newest first."""
    snapshot, known = made.snapshot(NOW), BoardIncidents()
    known.follow(snapshot)
    wanted = Wanted(parse(text), faults_only, everything=True)
    rows = rows_of(known.incidents, known.loose, snapshot.entry_points, NOW, wanted)
    return [
        f"{event.key.id if event.key else event.server} {event.after}" for event in changes_of(rows)
    ]


EVERY = [
    "prod ok",
    "prod refused",
    "1002 http",
    "1001 agent_not_available",
    "1000 queue_depth_reached",
]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", EVERY),
        ("sales", ["1000 queue_depth_reached"]),
        ("SALES full", ["1000 queue_depth_reached"]),
        ("sales agents", []),
        ("http", ["1002 http"]),
        ("refused", ["prod ok", "prod refused"]),
        ("connection", ["prod refused"]),
        ("capacity", ["1002 http"]),
        ("verdict:full", ["1000 queue_depth_reached"]),
        ("level:critical", ["prod refused", "1001 agent_not_available"]),
        ("group:emea", EVERY[2:]),
        ("server:prod", EVERY),
        ("id:1000-1001", EVERY[3:]),
        ("!emea", EVERY[:2]),
        ("! sales", EVERY[:4]),
        ("sales,billing", EVERY[3:]),
        ("^bill", ["1001 agent_not_available"]),
        ("nonsense", []),
    ],
)
def test_a_query_is_held_against_the_entry_point_as_the_event_left_it(text, wanted):
    assert found(told_board(), text) == wanted


def test_an_event_keeps_its_verdict_when_the_entry_point_has_another_by_now():
    made = told_board()
    say(made, 1000, OPEN, NOW - 10)
    assert found(made, "verdict:full") == ["1000 queue_depth_reached"]
    assert found(made, "verdict:open sales") == ["1000 open"]


def test_faults_only_is_what_led_to_a_level_that_is_not_ok():
    made = told_board()
    say(made, 1000, OPEN, NOW - 10)
    assert found(made, "", faults_only=True) == [EVERY[1], *EVERY[3:]]


def test_an_entry_point_that_left_the_board_keeps_its_events():
    made = told_board()
    made.replace([(EntryPoint(key(1001), "Billing"), Policy())], NOW)
    assert found(made, "") == EVERY
    assert found(made, "id:1000 full") == ["1000 queue_depth_reached"]


def event(subject, before, after):
    return Change(NOW, key(1000), "prod", subject, before, after, Level.OK)


@pytest.mark.parametrize("verdict", Verdict)
def test_a_verdict_is_said_as_on_its_tile(verdict):
    change = event(Subject.VERDICT, verdict, verdict)
    assert before_words(change) == after_words(change) == verdict.label


@pytest.mark.parametrize("subject", [Subject.ENDPOINT, Subject.SERVER])
def test_a_cause_is_said_in_words_that_fit_beside_the_verdicts(subject):
    longest = max(len(verdict.label) for verdict in Verdict)
    for cause in Cause:
        words = after_words(event(subject, "ok", cause))
        assert words == CAUSE_WORDS[cause]
        assert len(words) <= longest
    assert after_words(event(subject, Cause.TIMEOUT, "ok")) == "answers"


@pytest.mark.parametrize("level", Level)
def test_a_level_is_said_in_the_word_of_every_report(level):
    assert after_words(event(Subject.LEVEL, "ok", level.label)) == level.label


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
async def test_every_event_says_when_who_what_from_to_and_how_long(size):
    app = wall(told_board())
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("e", "Z")
        await settled(pilot)
        assert isinstance(app.screen, EventsScreen)
        _, back, gone, failed, _, agents, _, full = lines_of(app)[:8]
        assert "20:23:20    Billing 1001" in agents
        assert "NO AGENTS" in agents
        assert "56m40s" in agents
        assert "20:21:40    Sales 1000" in full
        assert "QUEUE FULL" in full
        assert "capacity" in failed
        assert "answers →  HTTP 500" in failed
        assert "server prod" in gone
        assert "answers →  refused" in gone
        assert "refused →  answers" in back
        assert "30s" in back


async def test_an_event_of_another_day_has_its_date():
    made = board()
    say(made, 1000, FULL, NOW - 86_400)
    app = wall(made)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("e")
        await settled(pilot)
        assert "27 May 20:26:40" in lines_of(app)[0]
        assert "QUEUE FULL" in lines_of(app)[0]


async def test_two_servers_are_told_apart():
    keys = [EntryPointKey("north", 1), EntryPointKey("south", 1)]
    made = Board([(EntryPoint(one, "Sales"), Policy()) for one in keys])
    for outcome, at in ((OPEN, NOW - 60), (FULL, NOW - 30)):
        for one in keys:
            made.fold(observed(one, Endpoint.CHAT_ALLOWED, outcome, at))
    app = wall(made)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("e")
        await settled(pilot)
        assert "south/Sales 1" in lines_of(app)[0]
        assert "north/Sales 1" in lines_of(app)[1]
        await pilot.resize_terminal(*LARGE)
        await settled(pilot)
        assert " south " in lines_of(app)[0]
        assert " SERVER " in text_on(app)


async def test_a_board_on_which_nothing_changed_says_so():
    app = wall(board())
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("e")
        await settled(pilot)
        assert "No changes since the board was started." in lines_of(app)[0]
        await pilot.press("down", "end", "pageup", "enter", "home", "y")
        await settled(pilot)
        assert isinstance(app.screen, EventsScreen)


async def test_enter_opens_the_entry_point_and_escape_comes_back_to_the_event():
    app = wall(told_board())
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("e", "Z", "end", "enter")
        await until(pilot, lambda: isinstance(app.screen, DrillDownScreen))
        assert app.screen.key == key(1000)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, EventsScreen))
        assert app.screen.list.chosen.key == key(1000)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, WallScreen))


async def test_e_on_the_drill_down_goes_back_to_events_that_are_already_open():
    app = wall(told_board())
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("e", "Z", "end", "enter")
        await until(pilot, lambda: isinstance(app.screen, DrillDownScreen))
        depth = len(app.screen_stack)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, EventsScreen))
        assert len(app.screen_stack) == depth - 1
        await pilot.press("e")
        assert len(app.screen_stack) == depth - 1


async def test_the_event_of_a_whole_server_opens_nothing_and_says_so():
    app = wall(told_board())
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("e", "Z", "down", "enter")
        await settled(pilot)
        assert isinstance(app.screen, EventsScreen)
        assert "oncerns the whole server prod" in text_on(app)


async def test_an_entry_point_that_left_the_board_cannot_be_opened():
    made = told_board()
    made.replace([(EntryPoint(key(1001), "Billing"), Policy())], NOW)
    app = wall(made)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("e", "Z", "end", "enter")
        await settled(pilot)
        assert isinstance(app.screen, EventsScreen)
        assert "no longer on the board" in text_on(app)


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (["down"], 1),
        (["j", "j", "k"], 1),
        (["up"], 0),
        (["end"], 100),
        (["end", "down"], 100),
        (["end", "home"], 0),
        (["pagedown", "pageup"], 0),
        (["end", "pageup", "pagedown"], 100),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
async def test_keys_choose_an_event_and_it_is_in_sight(keys, place):
    app = wall(restless_board(100))
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("e", "Z", *keys)
        await settled(pilot)
        listed = app.screen.list
        assert listed.chosen is app.screen.rows[place]
        marked = [y for y, line in enumerate(lines_of(app)) if line.startswith("▶")]
        assert marked == [place - listed.scroll_offset.y]


async def test_new_events_come_in_on_top_while_the_chosen_one_stays_on_its_line():
    made = restless_board(100)
    app = wall(made)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("e", "Z", *["down"] * 40)
        await settled(pilot)
        chosen, before = app.screen.list.chosen, lines_of(app)
        for turn in range(7):
            say(made, 1001, FULL if turn % 2 == 0 else OPEN, NOW + turn)
        await settled(pilot)
        assert app.screen.list.chosen.mark == chosen.mark == app.screen.rows[48].mark
        assert lines_of(app) == before
        await pilot.press("home")
        await settled(pilot)
        assert "Billing" in lines_of(app)[0]


async def test_a_choice_that_was_never_moved_stays_with_the_newest():
    made = restless_board(10)
    app = wall(made)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("e")
        await settled(pilot)
        say(made, 1001, FULL, NOW + 1)
        await settled(pilot)
        assert app.screen.list.chosen.key == key(1001)
        assert "Billing" in lines_of(app)[0]


async def test_a_chosen_event_that_is_filtered_away_gives_way_to_the_one_before_it_in_time():
    app = wall(told_board())
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("e", "down", "down")
        chosen = app.screen.list.chosen
        await pilot.press("slash", *"verdict:")
        await pilot.press(*"full", "enter")
        await settled(pilot)
        assert app.screen.list.chosen.key == key(1000)
        await pilot.press("escape")
        await settled(pilot)
        assert app.screen.list.chosen.mark == chosen.mark


async def test_the_filter_is_live_counted_and_left_by_escape():
    app = wall(told_board())
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("e", "slash", *"sales")
        await settled(pilot)
        assert "1 of 5" in text_on(app)
        assert len([line for line in lines_of(app) if line.strip(" ▁")]) == 2
        await pilot.press("enter")
        await settled(pilot)
        assert "/sales" in text_on(app)
        await pilot.press("slash", "x", "escape")
        await settled(pilot)
        assert "1 of 5" in text_on(app)
        await pilot.press("escape")
        await settled(pilot)
        assert " of 5" not in text_on(app)
        assert isinstance(app.screen, EventsScreen)


async def test_f_shows_faults_only_and_a_filter_that_nothing_matches_says_so():
    made = told_board()
    app = wall(made)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("e", "f")
        await settled(pilot)
        assert "faults only" in text_on(app)
        assert "3 of 5" in text_on(app)
        await pilot.press("slash", *"no[zq]", "enter")
        await settled(pilot)
        assert "Nothing matches /no[zq]. Esc shows all events." in text_on(app)
        assert "0 of 5" in text_on(app)
        await pilot.press("enter", "down")
        await pilot.press("escape")
        await settled(pilot)
        assert "5 events" in text_on(app)


async def test_a_filter_follows_what_comes_in():
    made = told_board()
    app = wall(made)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("e", "slash", *"verdict:full", "enter")
        await settled(pilot)
        say(made, 1001, FULL, NOW + 1)
        say(made, 1002, NO_AGENTS, NOW + 2)
        await settled(pilot)
        assert [event.key.id for event in changes_of(app.screen.rows)] == [1001, 1000]


async def test_a_frozen_picture_gets_no_new_events():
    made = told_board()
    app = wall(made)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("e", "Z", "space")
        say(made, 1002, FULL, NOW + 1)
        await settled(pilot)
        assert len(changes_of(app.screen.rows)) == 5
        await pilot.press("space")
        await settled(pilot)
        assert len(changes_of(app.screen.rows)) == 6


async def test_a_click_chooses_and_a_second_one_opens():
    app = wall(told_board())
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("e", "Z")
        await settled(pilot)
        await pilot.click(EventList, offset=(10, 5))
        await settled(pilot)
        assert app.screen.list.chosen.key == key(1001)
        await pilot.click(EventList, offset=(10, 12))
        assert app.screen.list.chosen.key == key(1001)
        await pilot.double_click(EventList, offset=(10, 5))
        await until(pilot, lambda: isinstance(app.screen, DrillDownScreen))


async def test_of_two_thousand_events_only_the_lines_in_sight_are_drawn(monkeypatch):
    app = wall(restless_board(2500))
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("e", "Z", "end")
        await settled(pilot)
        assert len(changes_of(app.screen.rows)) == 2000
        drawn = []
        render = EventList.render_line
        monkeypatch.setattr(
            EventList, "render_line", lambda self, y: drawn.append(y) or render(self, y)
        )
        await pilot.press("pageup")
        await settled(pilot)
        assert drawn
        assert set(drawn) <= set(range(SMALL[1]))


async def test_hostile_names_are_shown_safely_and_every_line_has_its_width():
    names = ("\x1b[31mred", "a\nb", "日本語の窓口のとても長い名前です", "\u202eabc", "[red]x[/]")
    made = board(names)
    for number in range(len(names)):
        say(made, 1000 + number, FULL, NOW - 5)
    app = wall(made)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("e")
        for size in (SMALL, LARGE, (120, 40), (59, 20), (40, 10), (28, 9)):
            await pilot.resize_terminal(*size)
            await settled(pilot)
            strips = app.screen._compositor.render_strips()
            assert {strip.cell_length for strip in strips} == {size[0]}
            assert "1004" in text_on(app) or size[0] < 40
            picture(app)


async def test_r_asks_for_the_entry_point_of_the_chosen_event():
    asked = []

    class Feed:
        status = FeedStatus()

        async def run(self, publish, board):
            import asyncio

            await asyncio.Event().wait()

        def check_clock(self):
            pass

        def poll_now(self, entry_point):
            asked.append(entry_point)

    app = wall(told_board(), make_feed=lambda _: Feed())
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: app.live.running)
        await pilot.press("e", "end", "r")
        await pilot.press("home", "r")
        assert asked == [key(1000)]


async def test_what_is_copied_is_what_brought_the_event():
    made = told_board()
    say(made, 1000, OPEN, NOW - 1)
    app = wall(made, clock=Clock(NOW))
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("e", "Z", "end")
        evidence = app.screen.evidence()
        assert evidence.status.entry_point.key == key(1000)
        assert evidence.observation.outcome == FULL
        await pilot.press("home", "down")
        assert app.screen.evidence() is None
        await pilot.press("y")
        await settled(pilot)
        assert "Nothing to copy" in text_on(app)


async def test_another_theme_does_not_move_the_choice():
    from wallboard.ui.look import theme as themes

    app = wall(told_board())
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("e", "down")
        chosen = app.screen.list.chosen
        app.use_theme(replace(themes.load("light")))
        await settled(pilot)
        assert app.screen.list.chosen is chosen
        assert any("ENTRY POINT" in line for line in words_of(app, ".heads"))
