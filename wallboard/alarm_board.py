"""The alarms of a board: what its polls, the time and the rows of the ledger make of them.

It has no clock and no I/O. What happens by the rules is returned as rows, which are dated at the
moment at which it was due; applied to another board they give the same alarms.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from wallboard.alarm_timers import FLOOD_SECONDS, AlarmTimers, Rows, Watched
from wallboard.domain.alarm import (
    NEVER_ASKED,
    Alarm,
    AlarmRules,
    AlarmState,
    Condition,
    Truth,
    by_server,
)
from wallboard.domain.alarm_condition import (
    condition_of,
    confirmed_until,
    explanation,
    server_by_quorum,
    server_condition,
)
from wallboard.domain.alarm_step import is_explained, withdrawn
from wallboard.domain.blind import NETWORK_KINDS, NetworkState
from wallboard.domain.event import ClockSet, ExpectationChanged, RecordedBoard
from wallboard.domain.expectation import Conformity
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, moment
from wallboard.domain.observation import Failure, Observation, ServerStatus, shifted
from wallboard.domain.outage import began_at
from wallboard.domain.snapshot import EntryPointStatus, Folded


class AlarmBoard:
    """Judges the alarm of every server and entry point by what a board folds.

    Rows that are in the ledger already are applied before anything is folded. Without ``decides``
    alarms are raised and over by rows only, which another process writes.
    """

    def __init__(
        self, rules: Mapping[AlarmKey, AlarmRules], *, flood: int = 10, decides: bool = True
    ) -> None:
        """More than ``flood`` raises in ten minutes are a flood."""
        self.flood = flood
        self._timers = AlarmTimers((Alarm(*one) for one in rules.items()), decides=decides)
        self._watched = self._timers.watched
        self._points = self._by_server()
        self._recovering: dict[str, Watched] = {}
        self.network = NetworkState()
        """What the rows say of the network of whoever polls."""
        self._blind_since: float | None = None
        self._lost_since = math.inf
        self._seeing_since: float | None = None

    @property
    def alarms(self) -> Mapping[AlarmKey, Alarm]:
        """Every alarm that is not normal; one that did not change is the same object."""
        return self._timers.alarms

    @property
    def blind_since(self) -> float | None:
        """When this machine lost its own network, by the ledger; ``None`` while it has one."""
        return self._blind_since

    @property
    def decides(self) -> bool:
        """Whether alarms are raised and over by the rules here."""
        return self._timers.decides

    @decides.setter
    def decides(self, decides: bool) -> None:
        self._timers.decides = decides

    def newest_row(self, key: AlarmKey | None) -> float:
        """The latest date of the rows of an alarm, Unix time in seconds."""
        watched = self._watched.get(key) if key else None
        return watched.ledger.newest if watched else -math.inf

    def flooded(self, now: float) -> tuple[AlarmKey, ...]:
        """What was raised in the ten minutes before ``now`` if that is a flood, oldest first."""
        raised = self._timers.raised_since(now - FLOOD_SECONDS)
        return tuple(dict.fromkeys(raised)) if len(raised) > self.flood else ()

    def fold(self, folded: Folded) -> Rows:
        """Take what an event did that a board has folded; the rows of what that led to."""
        event = folded.event
        if isinstance(event, Observation):
            return self._polled(folded.statuses[0], event) if folded.statuses else ()
        if isinstance(event, ServerStatus):
            return self._judge_server(event, folded.statuses)
        if isinstance(event, RecordedBoard):
            return self._restored(event, folded.statuses)
        if isinstance(event, ExpectationChanged):
            return self._expect(event.at, folded.statuses)
        if isinstance(event, ClockSet):
            self._clock_set(event.by)
        return ()

    def see_elsewhere(
        self,
        at: float,
        points: Sequence[EntryPointStatus],
        servers: Mapping[str, Sequence[ServerStatus]],
    ) -> Rows:
        """Take what other places say from ``at`` on: of entry points, and of servers each.

        Only those are among them whose word counts.
        """
        rows: Rows = ()
        for name, seen in servers.items():
            if server := self._watched.get(AlarmKey(name)):
                said = server.said or ServerStatus(name, at)
                said = replace(said, at=max(at, said.at))
                rows += self._server_seen(server, said, tuple(seen), ())
        return rows + self._expect(at, points)

    def advance(self, now: float) -> Rows:
        """What happens by itself until ``now``; all events until then must have been folded."""
        return self._timers.advance(now)

    def apply(self, row: LedgerRow) -> Rows:
        """Take a row of the ledger that somebody else wrote, perhaps not for the first time.

        To go blind may lead to other rows.
        """
        if row.kind in NETWORK_KINDS:
            self.network.take(row)
            return self._look(row.at)
        if row.key and (watched := self._watched.get(row.key)):
            self._timers.apply(watched, row)
            self._note_recovery(watched)
        return ()

    def replace(self, rules: Mapping[AlarmKey, AlarmRules], edit: Folded, at: float) -> Rows:
        """Have these alarms from ``at`` on, after an edit that a board has folded.

        Those that remain go on by their new rules; those that do not are over.
        """
        rows = self.advance(at)
        for key in [key for key in self._watched if key not in rules]:
            gone = self._timers.remove(key)
            self._recovering.pop(key.server, None)
            rows += withdrawn(gone.alarm, at) if self.decides else ()
        for key, one in rules.items():
            if key not in self._watched:
                self._timers.add(Alarm(key, one))
            elif self._watched[key].alarm.rules != one:
                self._follow(self._watched[key], one, at)
        self._points = self._by_server()
        return rows + self._expect(at, edit.statuses)

    def _by_server(self) -> Mapping[str, Sequence[Watched]]:
        found: defaultdict[str, list[Watched]] = defaultdict(list)
        for key, watched in self._watched.items():
            if key.entry_point:
                found[key.server].append(watched)
        return found

    def _follow(self, watched: Watched, rules: AlarmRules, at: float) -> None:
        """Have an alarm go by other rules from ``at`` on."""
        alarm = watched.current
        at = max(at, alarm.at)
        self._timers.put(watched, replace(alarm, rules=rules, held=alarm.held_at(at), at=at))

    def _polled(self, status: EntryPointStatus, event: Observation) -> Rows:
        heard: Rows = ()
        if self._recovering and event.key.server in self._recovering:
            heard = self._answered(self._recovering[event.key.server], event)
        # As keys, that of an entry point and that of its alarm are the same.
        watched = self._watched.get(event.key)  # type: ignore[call-overload]
        if watched is None:
            return heard
        judgement = status.judgement
        if (
            judgement.verdict is watched.verdict
            and judgement.level is watched.level
            and status.places is None
            and (event.at <= watched.until or watched.calm)
        ):
            watched.until = confirmed_until(status)
            return heard
        return heard + self._judge(watched, status, event.at)

    def _judge(
        self, watched: Watched, status: EntryPointStatus, at: float, since: float | None = None
    ) -> Rows:
        """Have an alarm meet what the polls say, which has been so ``since`` then if known."""
        watched.expectation = status.expectation
        server = self._watched.get(AlarmKey(watched.alarm.key.server))
        if self._blind_since is not None or (server and server.covers):
            return ()
        rules = watched.alarm.rules
        condition = condition_of(status, at, rules.level, since, quorum=rules.quorum)
        rows = self._timers.meet(watched, condition)
        if condition.conclusive:
            watched.level, watched.verdict = status.judgement.level, status.judgement.verdict
        return rows

    def _expect(self, at: float, statuses: Sequence[EntryPointStatus]) -> Rows:
        """Judge anew from ``at`` on what was edited, or of which something else is expected."""
        rows: Rows = ()
        for status in statuses:
            if watched := self._watched.get(AlarmKey.of(status.entry_point.key)):
                rows += self._judge(watched, status, at)
        for name in dict.fromkeys(one.entry_point.key.server for one in statuses):
            server = self._watched.get(AlarmKey(name))
            if server and server.status and server.down and self._blind_since is None:
                now = replace(server.status, at=max(at, server.status.at))
                # What is true only by what is expected now has not been so for longer.
                rows += self._timers.meet(server, replace(self._condition(now), since=None))
                rows += self._suppress(now) if server.covers else ()
        return rows

    def _judge_server(self, status: ServerStatus, points: Sequence[EntryPointStatus]) -> Rows:
        server = self._watched.get(AlarmKey(status.server))
        if server is None:
            return ()
        if points:
            server.stale_after = points[0].policy.stale_after
        return self._server_seen(server, status, server.elsewhere, points)

    def _server_seen(
        self,
        server: Watched,
        here: ServerStatus,
        elsewhere: tuple[ServerStatus, ...],
        points: Sequence[EntryPointStatus],
    ) -> Rows:
        """Judge a server by what is said of it here and elsewhere; ``points`` are its own."""
        covered, server.said, server.elsewhere = server.covers, here, elsewhere
        server.status = status = server_by_quorum(here, elsewhere, server.alarm.rules.quorum)
        if self._blind_since is not None:
            return ()
        condition = self._condition(status)
        rows = self._timers.meet(server, condition)
        if server.covers:
            rows += self._suppress(status)
        elif covered:
            rows += self._ask_again(self._points[status.server], condition.at)
        for point in points if server.elsewhere else ():
            if watched := self._watched.get(AlarmKey.of(point.entry_point.key)):
                rows += self._judge(watched, point, status.at)
        self._note_recovery(server)
        return rows

    def _condition(self, status: ServerStatus) -> Condition:
        server = self._watched[AlarmKey(status.server)]
        points = [one.expectation for one in self._points[status.server]]
        level = server.alarm.rules.level
        condition = server_condition(status, server.stale_after, level, points)
        if condition.since is None or self._seeing_since is None:
            return condition
        return replace(condition, since=max(condition.since, self._seeing_since))

    def _suppress(self, status: ServerStatus) -> Rows:
        """Have the one alarm of a server out of reach stand for those of its entry points."""
        since = began_at(status)
        rows: Rows = ()
        for watched in self._points[status.server]:
            by = explanation(watched.expectation) or by_server(status.server)
            if watched.alarm.suppressed_by != by:
                rows += self._timers.explain(watched, moment(status.at), since, by)
        return rows

    def _ask_again(self, points: Sequence[Watched], at: float) -> Rows:
        """Go by what is asked from ``at`` on, when their server came back."""
        rows: Rows = ()
        for watched in points:
            by = explanation(watched.expectation)
            asked = Condition(at, Truth.INCONCLUSIVE, suppressed_by=by)
            rows += self._timers.meet(watched, asked)
        return rows

    def _note_recovery(self, server: Watched) -> None:
        """Look for answers of a server that is said to be out of reach and may not be."""
        key = server.alarm.key
        if key.id is None:
            if server.alarm.state is AlarmState.NORMAL or server.down:
                self._recovering.pop(key.server, None)
            else:
                self._recovering[key.server] = server

    def _answered(self, server: Watched, event: Observation) -> Rows:
        """An answer of any kind shows that its server is in reach."""
        if server.alarm.state is AlarmState.NORMAL:
            del self._recovering[event.key.server]
            return ()
        failed = isinstance(event.outcome, Failure) and event.outcome.cause.unreachable
        if failed or self._blind_since is not None:
            return ()
        at = moment(event.at)
        until = at + server.stale_after
        if server.alarm.condition.truth is Truth.FALSE and event.at <= server.until:
            server.until = until
            return ()
        return self._timers.meet(server, Condition(at, Truth.FALSE, until=until))

    def _restored(self, board: RecordedBoard, points: Sequence[EntryPointStatus]) -> Rows:
        """Begin anew with the conditions of a recorded board; what stands by the rows stands."""
        stale_after = {one.entry_point.key.server: one.policy.stale_after for one in points}
        for key, watched in self._watched.items():
            watched.status = watched.said = None
            watched.stale_after = stale_after.get(key.server, watched.stale_after)
            self._timers.put(watched, watched.alarm.unasked())
        for one in points:
            if point := self._watched.get(AlarmKey.of(one.entry_point.key)):
                point.expectation = one.expectation
        rows: Rows = ()
        for status in board.servers:
            rows += self._judge_server(status, ())
        for one in points:
            if point := self._watched.get(AlarmKey.of(one.entry_point.key)):
                since = one.onset.at if one.onset else None
                rows += self._judge(point, one, board.at, since)
        if self._blind_since is not None:
            rows += self._cover(max(board.at, self._blind_since))
        for watched in self._watched.values():
            self._note_recovery(watched)
        return rows

    def _clock_set(self, by: float) -> None:
        for watched in self._watched.values():
            watched.status = watched.status and watched.status.as_old_as_before(by)
            watched.said = watched.said and watched.said.as_old_as_before(by)
            self._timers.put(watched, watched.current.shifted(by))
        self._blind_since = shifted(self._blind_since, by)
        self._lost_since += by
        self._seeing_since = shifted(self._seeing_since, by)
        self._timers.clock_set(by)

    def _look(self, at: float) -> Rows:
        """Go by what the rows say of the network, at the date of the last of them."""
        since, until = self.network.blind_since, self.network.network_until
        if since is None or until is None:
            return self._see_again(at)
        before, self._blind_since, self._lost_since = self._blind_since, since, until
        return self._cover(since) if before is None else ()

    def _cover(self, at: float) -> Rows:
        """Have nothing be known from ``at`` on; what the loss of the network did is undone.

        Polls say something about this machine only. An alarm that stands for longer stands, and a
        server's goes on to stand for those of its entry points.
        """
        rows: Rows = ()
        servers = [one for key, one in self._watched.items() if key.entry_point is None]
        stand = {one.alarm.key.server for one in servers if self._covers_while_blind(one)}
        for server in servers:
            rows += self._explain_blind(server, at, server.alarm.suppressed_by)
            name = server.alarm.key.server
            for watched in self._points[name]:
                by = watched.alarm.suppressed_by
                if name in stand:
                    by = explanation(watched.expectation) or by_server(name)
                elif watched.alarm.condition is NEVER_ASKED or by == by_server(name):
                    by = _planned(watched)
                rows += self._explain_blind(watched, at, by)
        return rows

    def _explain_blind(self, watched: Watched, at: float, by: str) -> Rows:
        return self._timers.explain(watched, at, self._lost_since, by)

    def _covers_while_blind(self, server: Watched) -> bool:
        """Whether the alarm of a server stands for those of its entry points without a network."""
        alarm = server.alarm
        return server.covers and alarm.active and not is_explained(alarm, self._lost_since)

    def _see_again(self, at: float) -> Rows:
        if self._blind_since is None:
            return ()
        self._blind_since, self._seeing_since = None, at
        rows: Rows = ()
        for key, watched in self._watched.items():
            self._note_recovery(watched)
            if key.entry_point is None and not watched.covers:
                stood_for = by_server(key.server)
                points = self._points[key.server]
                rows += self._ask_again(
                    [one for one in points if one.alarm.suppressed_by == stood_for], at
                )
        return rows


def _planned(watched: Watched) -> str:
    """What explains an entry point of which nothing but its calendar is known."""
    alarm, expected = watched.alarm, watched.expectation.expected
    if expected is None or expected.open or alarm.active or alarm.holds:
        return explanation(watched.expectation)
    return explanation(watched.expectation) or Conformity.AS_SCHEDULED.value
