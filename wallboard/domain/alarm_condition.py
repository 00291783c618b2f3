"""What the polls say about the conditions of alarms."""

import math
from collections.abc import Sequence

from wallboard.domain.alarm import Condition, Truth
from wallboard.domain.expectation import Conformity, Expectation, conformity, level_by
from wallboard.domain.judgement import WITHOUT_READING
from wallboard.domain.ledger_row import moment
from wallboard.domain.observation import ServerStatus
from wallboard.domain.outage import began_at
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.snapshot import EntryPointStatus


def condition_of(
    status: EntryPointStatus,
    at: float,
    level: Level,
    since: float | None = None,
    *,
    quorum: int = 1,
) -> Condition:
    """The condition of the alarm of an entry point at ``at``, which is raised from ``level`` on.

    Where several places poll it is true if ``quorum`` of them say so, or all that can say anything
    if these are fewer. ``since`` is when it became so, where that is known to be earlier. It is
    inconclusive while nothing was asked yet, and once what it rests on is out of date.
    """
    at = moment(at)
    counting = _counting(status, at)
    if not counting:
        judgement, truth, until = status.judgement, Truth.INCONCLUSIVE, math.inf
    else:
        # The level that so many reach, or are beyond.
        worst_first = sorted(counting, key=lambda one: -one.judgement.level)
        judgement = worst_first[min(quorum, len(counting)) - 1].judgement
        truth = Truth.TRUE if judgement.level >= level else Truth.FALSE
        until = min(map(confirmed_until, counting))
    by = explanation(status.expectation, judgement.verdict)
    return Condition(at, truth, judgement.level, judgement.verdict.value, until, by, since)


def _counting(status: EntryPointStatus, at: float) -> list[EntryPointStatus]:
    """The entry point as each place sees it whose word counts, this one first."""
    if status.places is None:
        return [status] if _is_conclusive(status, at) else []
    others = [one.status for one in status.places.others if one.silent_since is None]
    # The alarm of the server tells of those that cannot reach it.
    return [one for one in (status, *others) if _is_conclusive(one, at) and not _is_of_server(one)]


def _is_conclusive(status: EntryPointStatus, at: float) -> bool:
    judgement = status.judgement
    waits = judgement.verdict is Verdict.WAITING or judgement.unconfirmed(at)
    return not waits and confirmed_until(status) >= at


def _is_of_server(status: EntryPointStatus) -> bool:
    """Whether it was not asked, as its server is out of reach."""
    judgement = status.judgement
    return judgement.verdict is Verdict.UNREACHABLE and judgement.decided_by is None


def explanation(expectation: Expectation, verdict: Verdict | None = None) -> str:
    """What explains a verdict, a maintenance or a calendar; the former explains any."""
    if expectation.maintenance:
        return f"{Conformity.MAINTENANCE}: {expectation.maintenance.reason}"
    if verdict and conformity(verdict, expectation) is Conformity.AS_SCHEDULED:
        return Conformity.AS_SCHEDULED.value
    return ""


def confirmed_until(status: EntryPointStatus) -> float:
    """Until when the verdict on an entry point holds if no other poll confirms it, Unix time."""
    judgement = status.judgement
    rests_on_reading = judgement.verdict not in WITHOUT_READING
    until = judgement.fresh_until if rests_on_reading else status.known_until
    return -math.inf if until is None else until


def server_by_quorum(
    here: ServerStatus, elsewhere: Sequence[ServerStatus], quorum: int
) -> ServerStatus:
    """What holds of a server, by this place and all others whose word counts.

    It is out of reach if it is so for ``quorum`` of them, or for all if these are fewer, and has
    been since it is for so many.
    """
    seen = (here, *elsewhere)
    failing = sorted((one for one in seen if one.failure), key=began_at)
    needed = min(quorum, len(seen))
    if len(failing) >= needed:
        return failing[needed - 1]
    return here if here.failure is None else ServerStatus(here.server, here.at)


def server_condition(
    status: ServerStatus, stale_after: float, level: Level, points: Sequence[Expectation]
) -> Condition:
    """The condition of the alarm of a server: whether it is out of reach.

    That is critical, except while all of its entry points are outside hours; a maintenance of all
    explains it. ``stale_after`` is how many seconds after the next probe should have been it is
    unknown, and the alarm is raised from ``level`` on.
    """
    at = moment(status.at)
    if not status.failure:
        return Condition(at, Truth.FALSE, until=at + stale_after)
    levels = (level_by(one, Verdict.UNREACHABLE, Level.CRITICAL) for one in points)
    awake = any(found is Level.CRITICAL for found in levels) or not points
    maintained = bool(points) and all(one.maintenance for one in points)
    reached = Level.CRITICAL if awake or maintained else Level.WARNING
    return Condition(
        at,
        Truth.TRUE if reached >= level else Truth.FALSE,
        reached,
        status.failure.cause.value,
        (status.next_probe_at or status.at) + stale_after,
        explanation(points[0]) if maintained else "",
        moment(began_at(status)),
    )
