"""A shift with everything in it that a recording has to tell again."""

import random
from collections.abc import Iterator

from recorder.recordings import SERVER, START, poll

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Cause, Failure, Observation, ServerStatus

AWAY = Failure(Cause.REFUSED, "nothing listens there")
SLOW = Failure(Cause.TIMEOUT, "no answer in 5 s")
IDS = (1000, 1001, 1002)


def shift(rounds: int, *, every: float = 10.0) -> Iterator[Observation | ServerStatus]:
    """Rounds of polls of three entry points: quiet, busy, failing, contradicting, unreachable."""
    chance = random.Random(1)
    waits = dict.fromkeys(IDS, 20)
    for number in range(rounds):
        at = number * every
        begun_at = START + (number - number % 60 + 40) * every
        if number % 60 == 40:
            yield ServerStatus(SERVER, begun_at, AWAY, begun_at, begun_at + 5)
        if 40 <= number % 60 < 46:
            yield ServerStatus(SERVER, START + at + 1, AWAY, begun_at, START + at + 11)
            continue
        if number % 60 == 46:
            yield ServerStatus(SERVER, START + at)
        for place, id_ in enumerate(IDS):
            moment = at + 0.2 + place * 0.31
            closed = number % 50 in range(20, 25)
            if chance.random() < 0.3:
                waits[id_] = max(0, waits[id_] + chance.randrange(-40, 60))
            yield from _round(id_, moment, closed, number, waits[id_], chance)


def _round(id_, at, closed, number, wait, chance) -> Iterator[Observation]:
    said = 'false" reason="agent_not_available' if closed else "true"
    if id_ == 1001 and number % 30 in range(10, 13):
        yield poll(Endpoint.CHAT_ALLOWED, at, failure=SLOW, id=id_, elapsed=5.0)
    else:
        yield poll(Endpoint.CHAT_ALLOWED, at, said, id=id_)
    contradicts = id_ == 1002 and number % 40 in range(5, 12)
    yield poll(Endpoint.CHECK_ELIGIBILITY, at + 0.01, 1 if closed or contradicts else 0, id=id_)
    yield poll(Endpoint.LIVE_SESSION_STATUS, at + 0.02, wait, wait // 10, id=id_)
    yield poll(Endpoint.CAPACITY, at + 0.03, chance.randrange(4), id=id_)
    broken = b"<html><title>Login</title></html>"
    if id_ == 1000 and number % 45 == 7:
        failure = Failure(Cause.HTTP, "it answered 500")
        yield poll(Endpoint.AGENT_AVAILABILITY, at + 0.04, failure=failure, body=broken, id=id_)
    else:
        yield poll(Endpoint.AGENT_AVAILABILITY, at + 0.04, "true", id=id_)
