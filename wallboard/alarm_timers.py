"""Alarms and their timers: one is looked at when it meets a condition or when something is due."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from types import MappingProxyType

from wallboard.domain.alarm import Alarm, AlarmState, Condition, Truth
from wallboard.domain.alarm_fold import AlarmLedger
from wallboard.domain.alarm_step import (
    Step,
    advanced,
    covered,
    explained,
    gone_stale,
    judged,
    next_due,
    seen,
)
from wallboard.domain.expectation import NOTHING_EXPECTED, Expectation
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.observation import ServerStatus
from wallboard.domain.policy import Level, Verdict

FLOOD_SECONDS = 600.0
"""How long a raise counts towards a flood."""

MOST_RAISES = 10_000
"""Raises of the last ten minutes that are kept."""

Rows = tuple[LedgerRow, ...]


@dataclass(slots=True, eq=False)
class Watched:
    """One alarm, and what must be known for its next poll. All times are Unix seconds.

    Its condition holds ``until`` then, which later polls have moved on. ``level`` and ``verdict``
    are what the last poll said, if that was conclusive. Where it is ``calm``, false and normal, a
    poll that says the same again changes nothing however late it comes. ``expectation`` is what was
    expected of the entry point. ``status`` is what holds of a server, by what was ``said`` of it
    here and ``elsewhere``, and ``stale_after`` how many seconds an answer of it holds. ``due`` is
    when something happens by itself.
    """

    alarm: Alarm
    until: float = math.inf
    level: Level | None = None
    verdict: Verdict | None = None
    calm: bool = False
    expectation: Expectation = NOTHING_EXPECTED
    status: ServerStatus | None = None
    said: ServerStatus | None = None
    elsewhere: tuple[ServerStatus, ...] = ()
    stale_after: float = 30.0
    due: float = math.inf
    ledger: AlarmLedger = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = AlarmLedger(self.alarm)

    @property
    def down(self) -> bool:
        """Whether it is the alarm of a server that is out of reach."""
        return self.status is not None and self.status.failure is not None

    @property
    def covers(self) -> bool:
        """Whether it is that of a server that no place reaches: then nobody asks entry points."""
        seen = (self.said, *self.elsewhere)
        return self.down and all(one is not None and one.failure for one in seen)

    @property
    def current(self) -> Alarm:
        """The alarm, with its condition as far as it is confirmed by now."""
        condition = self.alarm.condition
        if condition.until == self.until:
            return self.alarm
        return replace(self.alarm, condition=replace(condition, until=self.until))


class AlarmTimers:
    """Some alarms, those of them that are not normal, and what is due when."""

    def __init__(self, alarms: Iterable[Alarm], *, decides: bool) -> None:
        """Without ``decides`` nothing happens by itself, nor is anything raised or over."""
        self.watched = {alarm.key: Watched(alarm) for alarm in alarms}
        self._decides = decides
        self._due: list[tuple[float, str, int]] = []
        self._alarms: dict[AlarmKey, Alarm] = {}
        self._shown: Mapping[AlarmKey, Alarm] | None = None
        self._raises: dict[tuple[float, AlarmKey], None] = {}

    @property
    def alarms(self) -> Mapping[AlarmKey, Alarm]:
        """Every alarm that is not normal; one that did not change is the same object."""
        if self._shown is None:
            self._shown = MappingProxyType(self._alarms.copy())
        return self._shown

    @property
    def decides(self) -> bool:
        """Whether anything happens by itself."""
        return self._decides

    @decides.setter
    def decides(self, decides: bool) -> None:
        self._decides = decides
        self.reschedule()

    def raised_since(self, at: float) -> tuple[AlarmKey, ...]:
        """What was raised after ``at``, oldest first, some perhaps several times."""
        since = sorted((one for one in self._raises if one[0] > at), key=lambda one: one[0])
        return tuple(key for _, key in since)

    def meet(self, watched: Watched, condition: Condition) -> Rows:
        """Have an alarm meet a new condition."""
        alarm = watched.current
        return self._take(
            watched, judged(alarm, condition) if self._decides else (seen(alarm, condition), ())
        )

    def explain(self, watched: Watched, at: float, since: float, by: str = "") -> Rows:
        """Have an outage explain an alarm, as ``explained`` says."""
        alarm = watched.current
        return self._take(
            watched,
            explained(alarm, at, since, by)
            if self._decides
            else (covered(alarm, at, since, by), ()),
        )

    def apply(self, watched: Watched, row: LedgerRow) -> None:
        """Do to an alarm what a row says that somebody else wrote."""
        before = watched.current
        after = watched.ledger.take(before, row)
        if after is not before:
            self.put(watched, after)
            if row.kind is RowKind.RAISED:
                self._note_raise(row)

    def put(self, watched: Watched, alarm: Alarm) -> None:
        """Have another alarm in place of one with the same key."""
        self._take(watched, (alarm, ()))

    def add(self, alarm: Alarm) -> None:
        """Watch one more alarm."""
        self.watched[alarm.key] = Watched(alarm)

    def remove(self, key: AlarmKey) -> Watched:
        """Watch an alarm no longer."""
        self._alarms.pop(key, None)
        self._shown = None
        return self.watched.pop(key)

    def advance(self, now: float) -> Rows:
        """What happens by itself until ``now``, in the order of time."""
        rows: list[LedgerRow] = []
        while self._due and self._due[0][0] <= now:
            at, server, number = heappop(self._due)
            watched = self.watched.get(AlarmKey(server, None if number < 0 else number))
            if watched and watched.due == at:
                watched.due = math.inf
                rows += self._take(watched, advanced(watched.current, now))
                if watched.due <= at:
                    # By rows of a clock that was wrong it did not happen yet.
                    watched.due = math.inf
        for watched in [self.watched[key] for key in self._alarms]:
            if watched.until < now:
                alarm = watched.current
                self.put(watched, seen(alarm, gone_stale(alarm.condition)))
        return tuple(sorted(rows, key=lambda row: row.at))

    def clock_set(self, by: float) -> None:
        """Go by a clock that was put forward ``by`` seconds, or back; alarms are shifted by now."""
        self._raises = {(at + by, key): None for at, key in self._raises}
        for watched in self.watched.values():
            watched.ledger.settle(watched.alarm)
        self.reschedule()

    def reschedule(self) -> None:
        """Find out anew what is due when."""
        self._due.clear()
        for watched in self.watched.values():
            watched.due = math.inf
            self._schedule(watched)

    def _take(self, watched: Watched, step: Step) -> Rows:
        alarm, rows = watched.ledger.note_applied(*step) if step[1] else step
        watched.alarm, watched.until = alarm, alarm.condition.until
        if not alarm.condition.conclusive:
            watched.verdict = None
        normal = alarm.state is AlarmState.NORMAL
        watched.calm = normal and alarm.condition.truth is Truth.FALSE
        if not normal:
            self._alarms[alarm.key] = alarm
            self._shown = None
        elif self._alarms.pop(alarm.key, None):
            self._shown = None
        for row in rows:
            if row.kind is RowKind.RAISED:
                self._note_raise(row)
        self._schedule(watched)
        return rows

    def _note_raise(self, row: LedgerRow) -> None:
        if row.key:
            self._raises[row.at, row.key] = None
        if len(self._raises) > MOST_RAISES:
            del self._raises[next(iter(self._raises))]

    def _schedule(self, watched: Watched) -> None:
        due = next_due(watched.alarm) if self._decides else None
        at = due[0] if due else math.inf
        if at != watched.due:
            watched.due = at
            if at < math.inf:
                server, number = watched.alarm.key
                # A server comes before its entry points.
                heappush(self._due, (at, server, -1 if number is None else number))
