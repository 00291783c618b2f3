"""Puts changes into incidents as they come: those of a recording, or of a living board."""

from operator import is_

from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.growing_incident import GrowingIncident
from wallboard.domain.incident import (
    NO_RULES,
    Incident,
    Rules,
    State,
    Whose,
    clear_seconds,
)
from wallboard.domain.observation import Cause
from wallboard.domain.outage import began_at
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.snapshot import Snapshot


class Incidents:
    """The incidents of changes that are given one after the other.

    A change costs the same however many came before it. What merely follows from the outage of a
    server is left out: the change of the server says it.
    """

    def __init__(self, rules: Rules = NO_RULES) -> None:
        """``rules`` say how long all must be well for an incident to be over."""
        self._rules = rules
        self._all: list[GrowingIncident] = []
        self._of: dict[Whose, GrowingIncident] = {}
        self._outages: dict[EntryPointKey, GrowingIncident] = {}
        self._verdicts: dict[EntryPointKey, Verdict] = {}
        self._of_server: dict[EntryPointKey, Verdict] = {}
        self._loose: dict[int, Change] = {}

    def begun(self, whose: Whose, state: State, at: float, *, seen: bool = False) -> None:
        """Say what is wrong already, before any change of it is given."""
        incident = self._new(whose, at, seen=seen)
        incident.put(whose, state, at)
        if not isinstance(whose, str):
            self._verdicts[whose] = state.verdict
            self._explain(incident, whose, at)

    def knows(self, whose: Whose) -> bool:
        """Whether anything was said of an entry point, or of a server by its name."""
        return whose in self._of or whose in self._verdicts

    def take(self, change: Change) -> None:
        """Put one more change where it belongs."""
        if change.of_server or change.after == Verdict.WAITING:
            if change.key and change.subject is Subject.VERDICT:
                self._take_of_server(change, change.key)
            return
        if change.key is None:
            self._take_server(change)
        elif change.subject is Subject.ENDPOINT:
            self._take_endpoint(change, change.key)
        else:
            self._take_judgement(change, change.key)

    def _take_of_server(self, change: Change, key: EntryPointKey) -> None:
        """Note what the change of a server stands for, which is no change of the incident."""
        self._of_server[key] = verdict = Verdict(change.after)
        incident = self._of.get(key)
        well = change.level < Level.WARNING and verdict is not Verdict.WAITING
        if incident and incident.key is None and well:
            # It failed by itself before the server was known to be down, and is back with it.
            incident.put(key, None, change.at)

    def found(self) -> tuple[Incident, ...]:
        """The incidents so far, in the order they began."""
        return tuple(sorted((one.value() for one in self._all), key=lambda one: one.at))

    def loose(self) -> tuple[Change, ...]:
        """The changes that belong to no incident, in the order they came."""
        return tuple(self._loose.values())

    def forget(self, before: float) -> None:
        """Drop the changes before a moment, and the incidents that have none left."""
        for one in self._all:
            one.forget(before)
        kept = {id(one) for one in self._all if one.changes or one.good_at is None}
        self._all = [one for one in self._all if id(one) in kept]
        self._of = {whose: one for whose, one in self._of.items() if id(one) in kept}
        self._outages = {key: one for key, one in self._outages.items() if id(one) in kept}
        self._loose = {id(c): c for c in self._loose.values() if c.at >= before}

    def _new(self, whose: Whose, at: float, *, seen: bool) -> GrowingIncident:
        incident = self._of[whose] = GrowingIncident(whose, at, seen=seen)
        self._all.append(incident)
        return incident

    def _take_server(self, change: Change) -> None:
        server, down = change.server, change.after != "ok"
        began = change.at if change.began is None else change.began
        incident = self._of.get(server)
        if incident is None or incident.over(change.at, self._rules):
            seen = down or change.lasted is None
            at = began if seen else change.at - (change.lasted or 0.0)
            incident = self._new(server, at, seen=seen)
            if not down:
                incident.put(server, _outage(change.before), at)
        if down:
            self._join_recent(incident, change.at)
        incident.add(change)
        incident.put(server, _outage(change.after) if down else None, began)

    def _join_recent(self, incident: GrowingIncident, at: float) -> None:
        """Have the outage of a server go back to what its entry points did just before it."""
        for whose, other in list(self._of.items()):
            if isinstance(whose, str) or whose.server != incident.server:
                continue
            since = at - clear_seconds(self._rules, whose)
            recent = other.at >= since and not other.over(at, self._rules)
            if other.key and recent and not other.of_queues_only:
                incident.join(other)
                self._of[whose] = incident
                self._all.remove(other)

    def _take_endpoint(self, change: Change, key: EntryPointKey) -> None:
        if incident := self._open(key, change.at):
            incident.add(change)
        else:
            self._loose[id(change)] = change

    def _take_judgement(self, change: Change, key: EntryPointKey) -> None:
        before = self._verdicts.get(key)
        # A change of level, which a calendar may bring to any verdict, does not name it.
        known = self._of_server.pop(key, before)
        verdict = Verdict(change.after) if change.subject is Subject.VERDICT else known
        self._verdicts[key] = verdict = verdict or Verdict.OPEN
        bad = change.level >= Level.WARNING
        incident = self._open(key, change.at)
        if incident is None or (incident.of_queues_only and verdict is not Verdict.OPEN):
            incident = self._of_outage(change, key, verdict) or incident
        if incident and incident.key is None and verdict is Verdict.OPEN:
            # The outage is over for it; that its queue is long is another matter.
            incident.add(change)
            incident.put(key, None, change.at)
            if not bad:
                return
            self._outages[key] = incident
            incident = self._new(key, change.at, seen=True)
        if incident is None and (incident := self._begins(change, key, before)):
            self._explain(incident, key, min(incident.at, change.at))
        if incident is None:
            self._loose[id(change)] = change
            return
        own = self._of.get(key)
        if own is not incident:
            if own:
                own.put(key, None, change.at)
                self._end_aftermath(own, key, change.at)
            self._explain(incident, key, change.at)
            self._of[key] = incident
        incident.add(change)
        state = State(verdict, change.level, change.cause, change.http_status)
        incident.put(key, state if bad else None, change.at)
        if not bad:
            self._end_aftermath(incident, key, change.at)

    def _end_aftermath(self, incident: GrowingIncident, key: EntryPointKey, at: float) -> None:
        """Have a queue that was long just after an outage, and is no more, belong to that.

        Its figures may even be those of the outage, which were not asked for again at once.
        """
        outage = self._outages.pop(key, None)
        brief = at - incident.at < clear_seconds(self._rules, key)
        if outage and brief and incident.of_queues_only and incident is not outage:
            outage.join(incident)
            self._all.remove(incident)
            if self._of.get(key) is incident:
                self._of[key] = outage

    def _begins(
        self, change: Change, key: EntryPointKey, before: Verdict | None
    ) -> GrowingIncident | None:
        """The incident that begins with a change, or that it is the first known change of."""
        was = _state_before(change)
        if before is None and was and change.lasted is not None:
            at = change.at - change.lasted
            incident = self._new(key, at, seen=False)
            incident.put(key, was, at)
            return incident
        if change.level >= Level.WARNING:
            return self._new(key, change.at, seen=change.before != Verdict.WAITING)
        return None

    def _explain(self, incident: GrowingIncident, key: EntryPointKey, at: float) -> None:
        """Have the endpoints that began to fail just before it belong to an incident."""
        found: list[Change] = []
        clear_for = clear_seconds(self._rules, key)
        for one in reversed(self._loose.values()):
            if one.at < at - clear_for:
                break
            if one.key == key and one.subject is Subject.ENDPOINT and one.after != "ok":
                found.append(one)
        for one in reversed(found):
            incident.add(self._loose.pop(id(one)))

    def _open(self, key: EntryPointKey, at: float) -> GrowingIncident | None:
        """The incident that an entry point has not been well for long enough to have left."""
        incident = self._of.get(key)
        return incident if incident and not incident.left(key, at, self._rules) else None

    def _of_outage(
        self, change: Change, key: EntryPointKey, verdict: Verdict
    ) -> GrowingIncident | None:
        """The incident of the server, for what an entry point is once that is back."""
        incident = self._of.get(key.server)
        if incident is None:
            return None
        recent = not incident.left(key.server, change.at, self._rules)
        of_it = change.before == Verdict.UNREACHABLE or (recent and verdict is not Verdict.OPEN)
        return incident if of_it else None


def _outage(cause: str) -> State:
    return State(Verdict.UNREACHABLE, Level.CRITICAL, Cause(cause))


def _state_before(change: Change) -> State | None:
    """What was wrong before a change of an entry point, as far as that says; or nothing."""
    if change.before == Verdict.WAITING:
        return None
    if change.subject is Subject.VERDICT:
        verdict = Verdict(change.before)
        state = State(verdict, verdict.default_level)
    else:
        level = next((one for one in Level if one.label == change.before), Level.OK)
        state = State(Verdict.OPEN, level)
    return state if state.level >= Level.WARNING else None


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
