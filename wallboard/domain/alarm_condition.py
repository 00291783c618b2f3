"""What the polls say about the conditions of alarms."""

import math

from wallboard.domain.alarm import Condition, Truth
from wallboard.domain.ledger_row import moment
from wallboard.domain.observation import ServerStatus
from wallboard.domain.outage import began_at
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.domain.verdict import WITHOUT_READING


def condition_of(
    status: EntryPointStatus, at: float, level: Level, since: float | None = None
) -> Condition:
    """The condition of the alarm of an entry point at ``at``, which is raised from ``level`` on.

    ``since`` is when it became so, where that is known to be earlier. It is inconclusive while
    nothing was asked yet, and once what it rests on is out of date.
    """
    at = moment(at)
    judgement, until = status.judgement, confirmed_until(status)
    truth = Truth.TRUE if judgement.level >= level else Truth.FALSE
    if judgement.verdict is Verdict.WAITING or judgement.unconfirmed(at) or until < at:
        truth, until = Truth.INCONCLUSIVE, math.inf
    return Condition(at, truth, judgement.level, judgement.verdict.value, until, since=since)


def confirmed_until(status: EntryPointStatus) -> float:
    """Until when the verdict on an entry point holds if no other poll confirms it, Unix time."""
    judgement = status.judgement
    rests_on_reading = judgement.verdict not in WITHOUT_READING
    until = judgement.fresh_until if rests_on_reading else status.known_until
    return -math.inf if until is None else until


def server_condition(status: ServerStatus, stale_after: float) -> Condition:
    """The condition of the alarm of a server: whether it is out of reach.

    ``stale_after`` is how many seconds after the next probe should have been it is unknown.
    """
    at = moment(status.at)
    if not status.failure:
        return Condition(at, Truth.FALSE, until=at + stale_after)
    return Condition(
        at,
        Truth.TRUE,
        Level.CRITICAL,
        status.failure.cause.value,
        (status.next_probe_at or status.at) + stale_after,
        since=moment(began_at(status)),
    )
