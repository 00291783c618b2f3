"""Events are folded below their incident, and those of endpoints below the verdict they explain."""

import pytest
from boards import HTTP_500, NOW, REFUSED, made_board, observed
from walls import part, settled, text_on, wall

from wallboard.domain.change import Subject, explained
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.observation import ServerStatus
from wallboard.domain.reading import ChatAllowed

KEY, OTHER = EntryPointKey("prod", 1000), EntryPointKey("prod", 1001)


@pytest.fixture
def board():
    """A board on which an entry point closes as two of its endpoints begin to fail."""
    board = made_board(2)
    board.fold(observed(KEY, Endpoint.CHAT_ALLOWED, ChatAllowed(False, "other"), NOW + 8))
    board.fold(observed(KEY, Endpoint.CAPACITY, HTTP_500, NOW + 9, status=500))
    board.fold(observed(KEY, Endpoint.LIVE_SESSION_STATUS, HTTP_500, NOW + 9, status=500))
    return board


def test_what_a_verdict_explains_is_folded_and_what_it_does_not_stays(board):
    board.fold(observed(KEY, Endpoint.AGENT_AVAILABILITY, HTTP_500, NOW + 60, status=500))
    snapshot = board.snapshot(NOW + 61)
    newest_first = tuple(reversed(snapshot.events))
    interval = snapshot.entry_points[KEY].policy.interval
    shown, parts = explained(newest_first, lambda _: interval)
    alone = [event for event in shown if event.subject is Subject.ENDPOINT]
    assert [event.endpoint for event in alone if event.at > NOW] == [Endpoint.AGENT_AVAILABILITY]
    (head,) = [event for event in shown if event.at == NOW + 8]
    assert len(parts[id(head)]) == 2
    assert len(shown) + sum(map(len, parts.values())) == len(newest_first)


async def test_an_incident_opens_to_its_changes_and_they_to_those_of_endpoints(board):
    app = wall(board)
    app.clock.now = NOW + 10
    async with app.run_test(size=(120, 24)) as pilot:
        await settled(pilot)
        await pilot.press("e")
        await settled(pilot)
        first = part(app, "EventList").splitlines()[0]
        assert "▸ Sales 1000" in first
        assert "CLOSED" in first
        assert "verdict" not in part(app, "EventList").splitlines()[1]
        assert "Enter shows its" in text_on(app)
        await pilot.press("enter")
        await settled(pilot)
        assert "verdict +2" in part(app, "EventList")
        assert "capacity" not in part(app, "EventList")
        await pilot.press("down", "right")
        await settled(pilot)
        assert "capacity" in part(app, "EventList")
        await pilot.press("down", "left", "left", "left", "left")
        await settled(pilot)
        assert "verdict" not in part(app, "EventList").splitlines()[1]
        assert app.screen.list.chosen.incident.key == KEY


async def test_one_key_opens_all_and_a_filter_finds_what_is_folded(board):
    app = wall(board)
    app.clock.now = NOW + 10
    async with app.run_test(size=(120, 24)) as pilot:
        await settled(pilot)
        await pilot.press("e")
        await settled(pilot)
        assert "Z Open all" in text_on(app)
        await pilot.press("Z")
        await settled(pilot)
        assert "capacity" in part(app, "EventList")
        await pilot.press("Z", "slash", *"capacity", "enter")
        await settled(pilot)
        assert "capacity" in part(app, "EventList")


async def test_of_all_that_is_open_one_can_be_closed(board):
    board.fold(observed(OTHER, Endpoint.CHAT_ALLOWED, ChatAllowed(False, "other"), NOW + 5))
    app = wall(board)
    app.clock.now = NOW + 10
    async with app.run_test(size=(120, 24)) as pilot:
        await settled(pilot)
        await pilot.press("e", "Z", "enter")
        await settled(pilot)
        first, other = (row for row in app.screen.rows if row.key and row.incident)
        assert (first.unfolded, other.unfolded) == (False, True)


async def test_what_is_chosen_stays_while_its_incident_grows(board):
    app = wall(board)
    app.clock.now = NOW + 10
    async with app.run_test(size=(120, 24)) as pilot:
        await settled(pilot)
        await pilot.press("e", "enter", "down")
        await settled(pilot)
        chosen = app.screen.list.chosen
        board.fold(observed(KEY, Endpoint.CHAT_ALLOWED, ChatAllowed(True), NOW + 11))
        board.fold(observed(OTHER, Endpoint.CHAT_ALLOWED, ChatAllowed(False, "other"), NOW + 12))
        await settled(pilot)
        assert app.screen.list.chosen.mark == chosen.mark
        assert app.screen.list.chosen.change is chosen.change


async def test_an_incident_of_a_server_says_how_many_it_covers_and_takes_in_what_came_before(board):
    app = wall(board)
    app.clock.now = NOW + 20
    async with app.run_test(size=(120, 24)) as pilot:
        await settled(pilot)
        await pilot.press("e", "down")
        board.fold(ServerStatus("prod", NOW + 12, REFUSED, since=NOW + 11))
        await settled(pilot)
        (row,) = [row for row in app.screen.rows if row.incident and row.incident.key is None]
        assert row.at == NOW + 8
        line = next(x for x in part(app, "EventList").splitlines() if "server prod" in x)
        assert "×2" in line
        assert "CLOSED 3s →  refused" in line
        board.fold(ServerStatus("prod", NOW + 18, None))
        await settled(pilot)
        assert "refused 7s" in part(app, "EventList")


@pytest.mark.parametrize("size", [(28, 9), (40, 12), (59, 20), (80, 24), (200, 50)])
async def test_an_incident_is_told_at_every_size(board, size):
    app = wall(board)
    app.clock.now = NOW + 10
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("e")
        await settled(pilot)
        line = part(app, "EventList").splitlines()[0]
        assert "1000" in line or "Sal" in line or size[0] < 40
        assert "◆" in line
        assert "2s" in line or size[0] < 40
        assert "local time" in text_on(app) or size[0] < 40
