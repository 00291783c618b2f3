"""What changed while nobody looked: by the focus of the terminal, and a key through it."""

from boards import NOW, observed, outage
from textual import events
from walls import part, settled, text_on, wall

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.policy import Policy
from wallboard.domain.reading import ChatAllowed
from wallboard.ui.events.events_screen import EventsScreen
from wallboard.ui.screen.banner import Banner, Passing

OPEN, CLOSED = ChatAllowed(True), ChatAllowed(False, "agent_not_available")
KEYS = [EntryPointKey("prod", 1000 + n) for n in range(4)]


def told(app, n, outcome):
    """An entry point answers after ten seconds more."""
    app.clock.now += 10
    app.board.fold(observed(KEYS[n], Endpoint.CHAT_ALLOWED, outcome, app.clock.now))


def open_board():
    endpoints = (Endpoint.CHAT_ALLOWED,)
    points = [EntryPoint(key, f"Name {key.id}", endpoints=endpoints) for key in KEYS]
    board = Board([(point, Policy(interval=600.0)) for point in points])
    for key in KEYS:
        board.fold(observed(key, Endpoint.CHAT_ALLOWED, OPEN, NOW - 2))
    return board


async def left(pilot):
    pilot.app.post_message(events.AppBlur())
    await settled(pilot)


async def back(pilot):
    pilot.app.post_message(events.AppFocus())
    await settled(pilot)


async def test_who_comes_back_is_told_how_much_changed_and_goes_through_it():
    app = wall(open_board())
    async with app.run_test(size=(100, 30)) as pilot:
        told(app, 0, CLOSED)
        await left(pilot)
        told(app, 2, CLOSED)
        told(app, 3, CLOSED)
        told(app, 2, OPEN)
        await settled(pilot)
        assert "since you looked" not in text_on(app)
        await back(pilot)
        assert part(app, Banner).startswith(" 3 changes since you looked (20:2")
        assert "C: go through" in part(app, Banner)
        for place, key, words in (
            ("1 of 3", KEYS[2], "Name 1002: OPEN → NO AGENTS"),
            ("2 of 3", KEYS[3], "Name 1003: OPEN → NO AGENTS"),
            ("3 of 3", KEYS[2], "Name 1002: NO AGENTS → OPEN"),
        ):
            await pilot.press("C")
            await settled(pilot)
            assert place in part(app, Passing)
            assert words in part(app, Passing)
            assert app.selected() == key
        assert "since you looked" not in part(app, Banner)
        await pilot.press("C")
        await settled(pilot)
        assert "Nothing has changed since you looked." in part(app, Passing)


async def test_from_any_screen_the_key_leads_to_the_wall():
    app = wall(open_board())
    async with app.run_test(size=(100, 30)) as pilot:
        await left(pilot)
        told(app, 1, CLOSED)
        await back(pilot)
        await pilot.press("e")
        await settled(pilot)
        assert isinstance(app.screen, EventsScreen)
        assert "1 change since you looked" in part(app, Banner)
        await pilot.press("C")
        await settled(pilot)
        assert len(app.screen_stack) == 1
        assert app.selected() == KEYS[1]


async def test_a_server_counts_once_and_a_change_of_one_endpoint_does_not():
    app = wall(open_board())
    async with app.run_test(size=(100, 30)) as pilot:
        await left(pilot)
        app.clock.now += 60
        app.board.fold(outage(at=app.clock.now))
        await back(pilot)
        assert "1 change since you looked" in part(app, Banner)
        await pilot.press("C")
        await settled(pilot)
        assert "prod: answers → refused" in part(app, Passing)


async def test_nothing_is_said_where_nothing_changed_and_x_forgets_the_rest():
    app = wall(open_board())
    async with app.run_test(size=(100, 30)) as pilot:
        await back(pilot)
        await left(pilot)
        await left(pilot)
        await back(pilot)
        assert "since you looked" not in text_on(app)
        await left(pilot)
        told(app, 1, CLOSED)
        await back(pilot)
        assert "1 change since you looked" in text_on(app)
        await pilot.press("x")
        await settled(pilot)
        assert "since you looked" not in text_on(app)
