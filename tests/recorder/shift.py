"""A short recorded shift: an outage with the body that caused it, a server that was away, a gap."""

from recorder.recordings import SERVER, START, board_of, poll, record

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.observation import Cause, Failure, ServerStatus

ENTRY_POINTS = board_of(1000, 1001, 1002)
BROKEN = EntryPointKey(SERVER, 1001)
ROUND = 10.0
ROUNDS = 60

WENT_BAD, GOOD_AGAIN = 20, 32
"""Rounds between which nobody can start a chat at ``BROKEN``."""

AWAY, BACK = 45, 48
"""Rounds between which the server cannot be reached."""

BAD_BODY = b'<chatAllowed allowed="false" reason="agent_not_available"/>'

GAP = 3600.0
LATER_ROUNDS = 6
END = START + ROUNDS * ROUND + GAP + (LATER_ROUNDS - 1) * ROUND
REFUSED = Failure(Cause.REFUSED, "ece.example.com refused the connection: is the service running?")


def at_round(number: int) -> float:
    """When the first entry point is polled in a round, Unix time in seconds."""
    return START + number * ROUND


BAD_AT, GOOD_AT = at_round(WENT_BAD) + 1.0, at_round(GOOD_AGAIN) + 1.0
AWAY_AT, BACK_AT = at_round(AWAY), at_round(BACK)


def shift_events():
    """Everything that was heard, in order."""
    for number in range(ROUNDS):
        at = number * ROUND
        if number in (AWAY, BACK):
            failure = REFUSED if number == AWAY else None
            yield ServerStatus(SERVER, START + at, failure, since=START + at)
        if not AWAY <= number < BACK:
            yield from _round(at, bad=WENT_BAD <= number < GOOD_AGAIN, depth=number % 7)
    for number in range(LATER_ROUNDS):
        yield from _round(ROUNDS * ROUND + GAP + number * ROUND, bad=False, depth=1)


def _round(at, *, bad, depth):
    for place, id_ in enumerate((1000, 1001, 1002)):
        when, broken = at + place, bad and id_ == BROKEN.id
        body = BAD_BODY if broken else None
        yield poll(Endpoint.CHAT_ALLOWED, when, "true", id=id_, body=body)
        yield poll(Endpoint.CHECK_ELIGIBILITY, when + 0.1, 1 if broken else 0, id=id_)
        yield poll(Endpoint.LIVE_SESSION_STATUS, when + 0.2, 3, depth, id=id_)
        yield poll(Endpoint.CAPACITY, when + 0.3, 0 if broken else 4, id=id_)
        yield poll(Endpoint.AGENT_AVAILABILITY, when + 0.4, "true", id=id_)


def recorded_shift(path, **options):
    """The recording of that shift."""
    record(path, shift_events(), entry_points=ENTRY_POINTS, title="Shift", **options)
    return path
