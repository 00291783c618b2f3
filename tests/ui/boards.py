"""Boards made of given answers, for tests that need a picture that never changes."""

from copy import deepcopy
from functools import cache

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import (
    Cause,
    Failure,
    Observation,
    Request,
    Response,
    ServerStatus,
)
from wallboard.domain.policy import Policy
from wallboard.domain.reading import (
    AgentAvailability,
    Capacity,
    ChatAllowed,
    CheckEligibility,
    LiveSessionStatus,
)

NOW = 1_780_000_000.0
"""The moment at which every picture in the tests is taken, Unix time in seconds."""

NAMES = ("Sales", "Billing", "Support", "Returns", "Loans", "Cards", "Claims", "Travel", "Phones")
GROUPS = ("EMEA", "AMER", "APAC")
HEAD = (
    b"Content-Type: application/xml;charset=UTF-8\r\nContent-Length: 312\r\n"
    b"Date: Wed, 27 May 2026 20:26:40 GMT\r\nServer: Apache\r\n"
)
XML = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><{root} {attributes}'
    ' xmlns:ns5="http://jabber.org/protocol/httpbind" xmlns:ns2="http://bindings.egain.com/chat"'
    ' xmlns:ns4="jabber:client">{children}</{root}>'
)


def observed(key, endpoint, outcome, at, body=None, status=200):
    """An observation as the poller would publish it."""
    response = Response(status, "OK", HEAD, body if body is not None else xml_of(outcome))
    if isinstance(outcome, Failure) and outcome.cause.unreachable:
        response = None
    url = f"http://ece.example.com/system/egain/chat/entrypoint/{endpoint}/{key.id}"
    return Observation(
        key, endpoint, at, 0.012, outcome, Request("GET", url, (("Accept", "*/*"),)), response
    )


def xml_of(outcome):
    """A body that says what the outcome says."""
    match outcome:
        case ChatAllowed(allowed=allowed, reason=reason):
            words = f'allowed="{str(allowed).lower()}"' + (f' reason="{reason}"' if reason else "")
            text = XML.format(root="chatAllowed", attributes=words, children="")
        case CheckEligibility(response_type=response_type):
            words = f'responseType="{response_type}"'
            text = XML.format(root="checkEligibility", attributes=words, children="")
        case LiveSessionStatus(wait_seconds=wait, queue_depth=depth):
            children = (
                f"<ns2:waitTime>{wait}</ns2:waitTime><ns2:queueDepth>{depth}</ns2:queueDepth>"
            )
            text = XML.format(root="sessionStatus", attributes="", children=children)
        case Capacity(count=count):
            children = f"<ns2:count>{count}</ns2:count>"
            text = XML.format(root="availableSlots", attributes="", children=children)
        case AgentAvailability(available=available):
            words = f'available="{str(available).lower()}"'
            text = XML.format(root="agentAvailability", attributes=words, children="")
        case _:
            text = "<html><body>Internal error</body></html>"
    return text.encode()


REFUSED = Failure(Cause.REFUSED, "ece.example.com refused the connection: is the service running?")
HTTP_500 = Failure(Cause.HTTP, "HTTP 500: the server could not look it up.")

TILES = (
    # chatAllowed, checkEligibility, wait, queue depth, slots
    (ChatAllowed(True), CheckEligibility(0), 3.0, 1, 4),
    (ChatAllowed(False, "queue_depth_reached"), CheckEligibility(2), 412.0, 31, 0),
    (ChatAllowed(False, "agent_not_available"), CheckEligibility(1), 0.0, 0, 0),
    (ChatAllowed(False, "service_not_running"), CheckEligibility(1), 0.0, 0, 0),
    (ChatAllowed(False, "invalid_entry_point"), HTTP_500, None, None, None),
    (ChatAllowed(False, "entry_point_inactive"), CheckEligibility(0), 0.0, 0, 3),
    (ChatAllowed(False, "other"), CheckEligibility(0), 12.0, 2, 1),
    (ChatAllowed(None, raw_allowed="maybe"), CheckEligibility(None, raw="7"), 9.0, 1, 2),
    (REFUSED, REFUSED, None, None, None),
    (HTTP_500, Failure(Cause.WRONG_ROOT, "The root is <html>."), 31.0, 4, 2),
    (HTTP_500, CheckEligibility(0), 75.0, 6, 1),
    (ChatAllowed(True), CheckEligibility(1, lenient=True), 340.0, 14, 0),
)


def made_board(count=12, *, rounds=24, server="prod", interval=10.0):
    """A board on which every verdict is seen, after some rounds of polls that end at ``NOW``."""
    return deepcopy(_made_once(count, rounds, server, interval))


@cache
def _made_once(count, rounds, server, interval):
    entry_points = [
        EntryPoint(EntryPointKey(server, 1000 + n), NAMES[n % len(NAMES)], GROUPS[n % len(GROUPS)])
        for n in range(count)
    ]
    policy = Policy(interval=interval)
    board = Board([(entry_point, policy) for entry_point in entry_points])
    for turn in range(rounds):
        at = NOW - (rounds - 1 - turn) * interval - 2.0
        for n, entry_point in enumerate(entry_points):
            poll(board, entry_point.key, n, turn, at)
    return board


def poll(board, key, n, turn, at):
    """One round of polls of one entry point, with a wait that goes up and down."""
    chat_allowed, eligibility, wait, depth, slots = TILES[n % len(TILES)]
    wave = (1, 0.8, 0.5, 0.3, 0.2, 0.4, 0.7, 0.9)[(turn + n) % 8]
    live = HTTP_500 if wait is None or (turn + n) % 11 == 3 else None
    board.fold(observed(key, Endpoint.CHAT_ALLOWED, chat_allowed, at, status=_status(chat_allowed)))
    board.fold(
        observed(key, Endpoint.CHECK_ELIGIBILITY, eligibility, at, status=_status(eligibility))
    )
    reading = live or LiveSessionStatus(float(round(wait * wave)), depth)
    unreachable = REFUSED if chat_allowed is REFUSED else None
    board.fold(observed(key, Endpoint.LIVE_SESSION_STATUS, unreachable or reading, at))
    capacity = HTTP_500 if slots is None else Capacity(slots)
    board.fold(observed(key, Endpoint.CAPACITY, unreachable or capacity, at))
    agents = AgentAvailability(bool(slots))
    board.fold(observed(key, Endpoint.AGENT_AVAILABILITY, unreachable or agents, at))


def outage(server="prod", at=NOW):
    """The server cannot be reached for half a minute."""
    return ServerStatus(server, at, REFUSED, since=at - 30, next_probe_at=at + 8)


def _status(outcome):
    return 500 if outcome is HTTP_500 else 200
