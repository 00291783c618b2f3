"""Events of endpoints are folded below the change of verdict that they explain."""

import pytest
from boards import HTTP_500, NOW, made_board, observed
from walls import part, settled, text_on, wall

from wallboard.domain.change import Subject
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.reading import ChatAllowed
from wallboard.ui.events.event_words import folded

KEY = EntryPointKey("prod", 1000)


@pytest.fixture
def board():
    """A board on which an entry point closes as two of its endpoints begin to fail."""
    board = made_board(1)
    board.fold(observed(KEY, Endpoint.CHAT_ALLOWED, ChatAllowed(False, "other"), NOW + 8))
    board.fold(observed(KEY, Endpoint.CAPACITY, HTTP_500, NOW + 9, status=500))
    board.fold(observed(KEY, Endpoint.LIVE_SESSION_STATUS, HTTP_500, NOW + 9, status=500))
    return board


def test_what_a_verdict_explains_is_folded_and_what_it_does_not_stays(board):
    board.fold(observed(KEY, Endpoint.AGENT_AVAILABILITY, HTTP_500, NOW + 60, status=500))
    snapshot = board.snapshot(NOW + 61)
    newest_first = tuple(reversed(snapshot.events))
    shown, parts = folded(newest_first, snapshot.entry_points)
    alone = [event for event in shown if event.subject is Subject.ENDPOINT]
    assert [event.endpoint for event in alone if event.at > NOW] == [Endpoint.AGENT_AVAILABILITY]
    (head,) = [event for event in shown if event.at == NOW + 8]
    assert parts[id(head)] == 2
    assert len(shown) + sum(parts.values()) == len(newest_first)


async def test_one_key_unfolds_them_and_a_filter_finds_them(board):
    app = wall(board)
    app.clock.now = NOW + 10
    async with app.run_test(size=(120, 24)) as pilot:
        await settled(pilot)
        await pilot.press("e")
        await settled(pilot)
        rows = part(app, "EventList")
        assert "verdict +2" in rows
        assert "capacity" not in rows
        assert "z Endpoints" in text_on(app)
        await pilot.press("z")
        await settled(pilot)
        assert "capacity" in part(app, "EventList")
        await pilot.press("z", "slash", *"capacity", "enter")
        await settled(pilot)
        assert "capacity" in part(app, "EventList")
