"""One entry point with a past: it was full twice, and one of its endpoints failed now and then."""

from math import sin

from boards import HTTP_500, NOW, observed

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.policy import Policy
from wallboard.domain.reading import (
    AgentAvailability,
    Capacity,
    ChatAllowed,
    CheckEligibility,
    LiveSessionStatus,
)

KEY = EntryPointKey("prod", 1000)


def story(rounds=200, *, good_again=False):
    """Rounds of polls ten seconds apart; the last twelve are bad unless it is good again."""
    board = Board([(EntryPoint(KEY, "Sales", "EMEA"), Policy())])
    for turn in range(rounds):
        at = NOW - (rounds - 1 - turn) * 10 - 2
        full = 90 <= turn < 120 or (turn >= rounds - 12 and not good_again)
        failed = turn % 37 == 5 or 60 < turn < 66
        wave = 1 + sin(turn / 20)
        wait, depth = round(40 * wave) + 90 * full, int(8 * wave) + 6 * full
        outcomes = (
            ChatAllowed(False, "queue_depth_reached") if full else ChatAllowed(True),
            CheckEligibility(2 if full else 0),
            HTTP_500 if failed else LiveSessionStatus(float(wait), depth),
            Capacity(0 if full else int(6 - 2 * wave)),
            AgentAvailability(True),
        )
        for number, (endpoint, outcome) in enumerate(zip(Endpoint, outcomes, strict=True)):
            status = 500 if outcome is HTTP_500 else 200
            board.fold(observed(KEY, endpoint, outcome, at + number / 10, status=status))
    return board
