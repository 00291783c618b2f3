"""Figures that no server should give: every tab of the drill-down and the events draw them."""

import math

import pytest
from boards import NOW, observed
from walls import settled, text_on, wall

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.policy import Policy
from wallboard.domain.reading import Capacity, ChatAllowed, LiveSessionStatus

KEY = EntryPointKey("prod", 1000)
WAITS = (math.inf, -math.inf, math.nan, -1.0, 5e-324, 1e9, 1e308)
ROOMY = (100, 30)
COUNTS = (0, -1, -(10**18), 10**18)


def board_of(statuses):
    """A board of one entry point that gave these waits and counts, a poll each."""
    board = Board([(EntryPoint(KEY, "Sales"), Policy())])
    for place, (wait, count) in enumerate(statuses):
        at = NOW - 10 * (len(statuses) - place)
        for endpoint, outcome in (
            (Endpoint.CHAT_ALLOWED, ChatAllowed(True)),
            (Endpoint.LIVE_SESSION_STATUS, LiveSessionStatus(wait, count)),
            (Endpoint.CAPACITY, Capacity(count)),
        ):
            board.fold(observed(KEY, endpoint, outcome, at))
    return board


@pytest.mark.parametrize("size", [ROOMY, (40, 12)], ids=str)
@pytest.mark.parametrize(
    ("wait", "count", "shown"),
    [
        (math.inf, 0, "wait –"),
        (1e308, -1, "wait >999d"),
        (5e-324, -(10**18), "wait 0s"),
        (-1.0, 10**18, "Sales"),
    ],
)
async def test_any_figures_are_drawn_in_every_tab_and_in_the_events(size, wait, count, shown):
    odd = [(wait, count) for wait in WAITS for count in COUNTS]
    app = wall(board_of([(3.0, 1), *odd, (5.0, 1), (wait, count)]))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        for key in ("1", "down", "down", "2", "3", "4", "5"):
            await pilot.press(key)
            await settled(pilot)
            assert (shown if size == ROOMY else "Sales") in text_on(app)
        await pilot.press("escape", "e")
        await settled(pilot)
        assert "Sales" in text_on(app)
        assert app.messages.texts == ()
