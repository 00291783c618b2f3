"""The incidents of a recorded window, and what was wrong already when it began."""

from collections.abc import Iterable, Sequence

from wallboard.domain.change import Change
from wallboard.domain.event import RecordedStatus
from wallboard.domain.incident import NO_RULES, Incident, Rules, State, annotated
from wallboard.domain.incidents import Incidents
from wallboard.domain.ledger_row import LedgerRow
from wallboard.domain.observation import ServerStatus
from wallboard.domain.outage import began_at
from wallboard.domain.policy import Level, Verdict
from wallboard.frozen import frozen


@frozen
class FoundIncidents:
    """The incidents in the order they began, and the changes that belong to none."""

    incidents: tuple[Incident, ...] = ()
    loose: tuple[Change, ...] = ()


def incidents_of(
    changes: Iterable[Change],
    servers: Iterable[ServerStatus],
    entry_points: Iterable[RecordedStatus],
    ledger: Sequence[LedgerRow] = (),
    rules: Rules = NO_RULES,
) -> FoundIncidents:
    """The incidents of changes in the order of time, with what people did about them.

    ``servers`` and ``entry_points`` are as they were before the first of them, ``ledger`` are the
    rows from then on, and ``rules`` say when an incident is over.
    """
    found = Incidents(rules)
    down = set()
    for server in servers:
        if server.failure:
            down.add(server.server)
            state = State(Verdict.UNREACHABLE, Level.CRITICAL, server.failure.cause)
            found.begun(server.server, state, began_at(server), seen=True)
    for one in entry_points:
        at, seen = _began(one)
        if at is None or not one.verdict or not one.level or one.key.server in down:
            continue
        if one.verdict is not Verdict.WAITING:
            found.begun(one.key, State(one.verdict, one.level), at, seen=seen)
    for change in changes:
        found.take(change)
    return FoundIncidents(annotated(found.found(), ledger, rules), found.loose())


def _began(one: RecordedStatus) -> tuple[float | None, bool]:
    if one.onset:
        return one.onset.at, one.onset.seen
    return one.since, False
