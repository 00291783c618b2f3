"""The incidents of a living board, from the events that its snapshots have."""

from operator import is_

from wallboard.domain.change import Change
from wallboard.domain.incident import NO_RULES, Incident, Rules, State
from wallboard.domain.incidents import Incidents
from wallboard.domain.outage import began_at
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.snapshot import Snapshot


class BoardIncidents:
    """Follows the snapshots of one board; only what is new in one is gone through.

    ``incidents`` are in the order they began, ``loose`` the events that belong to none. What is
    wrong without an event, since it was so when the board was started, is an incident, too.
    """

    def __init__(self) -> None:
        self.incidents: tuple[Incident, ...] = ()
        self.loose: tuple[Change, ...] = ()
        self._rules = NO_RULES
        self._growing = Incidents()
        self._events: tuple[Change, ...] = ()
        self._seen: object = None

    def follow(self, snapshot: Snapshot, rules: Rules = NO_RULES) -> bool:
        """Take in a snapshot; whether anything is new."""
        events, seen = snapshot.events, (snapshot.ranking, len(snapshot.entry_points))
        same = rules == self._rules
        if same and events is self._events and seen == self._seen:
            return False
        new = _added(self._events, events) if same else None
        if new is None:
            self._growing, new = Incidents(rules), events
        for change in new:
            self._growing.take(change)
        if events and self._events and events[0] is not self._events[0]:
            self._growing.forget(events[0].at)
        self._rules, self._events, self._seen = rules, events, seen
        self._begin_unseen(snapshot)
        self.incidents, self.loose = self._growing.found(), self._growing.loose()
        return True

    def _begin_unseen(self, snapshot: Snapshot) -> None:
        down = {}
        for server in snapshot.unreachable:
            down[server.server] = server
            if server.failure and not self._growing.knows(server.server):
                state = State(Verdict.UNREACHABLE, Level.CRITICAL, server.failure.cause)
                self._growing.begun(server.server, state, began_at(server))
        for key, status in snapshot.entry_points.items():
            judgement, onset = status.judgement, status.onset
            wrong = judgement.level >= Level.WARNING and judgement.verdict is not Verdict.WAITING
            if wrong and onset and key.server not in down and not self._growing.knows(key):
                state = State(judgement.verdict, judgement.level, judgement.cause)
                self._growing.begun(key, state, onset.at, seen=onset.seen)


def _added(before: tuple[Change, ...], events: tuple[Change, ...]) -> tuple[Change, ...] | None:
    """The events that are new at the end, if all others are as before or were the oldest."""
    if not before:
        return events
    gone = next((n for n, one in enumerate(before) if events and one is events[0]), None)
    if gone is None:
        return None
    kept = len(before) - gone
    same = len(events) >= kept and all(map(is_, before[gone:], events))
    return events[kept:] if same else None
