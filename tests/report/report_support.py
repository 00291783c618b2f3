"""Boards made of a few events, at one fixed moment."""

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import Cause, Failure, Observation, Request, Response
from wallboard.domain.policy import Policy
from wallboard.domain.reading import (
    AgentAvailability,
    Capacity,
    ChatAllowed,
    CheckEligibility,
    LiveSessionStatus,
)

NOW = 1_767_225_600.0  # 2026-01-01 00:00 UTC
TIMEOUT = Failure(Cause.TIMEOUT, "No answer within 5 s.")

OPEN = {
    Endpoint.CHAT_ALLOWED: ChatAllowed(True),
    Endpoint.CHECK_ELIGIBILITY: CheckEligibility(0),
    Endpoint.LIVE_SESSION_STATUS: LiveSessionStatus(12.0, 3),
    Endpoint.CAPACITY: Capacity(4),
    Endpoint.AGENT_AVAILABILITY: AgentAvailability(True),
}
NO_AGENTS = {
    **OPEN,
    Endpoint.CHAT_ALLOWED: ChatAllowed(False, "agent_not_available"),
    Endpoint.CHECK_ELIGIBILITY: CheckEligibility(1),
}
FULL = {
    **OPEN,
    Endpoint.CHAT_ALLOWED: ChatAllowed(False, "queue_depth_reached"),
    Endpoint.CHECK_ELIGIBILITY: CheckEligibility(2),
}


def entry_point(number, name="", server="prod", group=""):
    return EntryPoint(EntryPointKey(server, number), name or str(number), group)


def board_of(*entry_points: EntryPoint, interval=10.0):
    return Board([(one, Policy(interval)) for one in entry_points])


def tell(board, one, facts, at=NOW):
    """One poll of each endpoint in ``facts``; what each did to the board."""
    return [
        board.fold(
            Observation(
                key=one.key,
                endpoint=endpoint,
                at=at,
                elapsed_seconds=0.0123,
                outcome=outcome,
                request=Request("GET", "http://127.0.0.1/"),
                response=None
                if isinstance(outcome, Failure)
                else Response(200, "OK", b"", b"<a/>"),
            )
        )
        for endpoint, outcome in facts.items()
    ]


def lines_of(text, word):
    return [line for line in text.splitlines() if word in line]
