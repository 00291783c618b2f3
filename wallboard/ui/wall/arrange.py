"""Filters, sorts and groups the entry points of the wall."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from wallboard.domain.alarm import Alarm, AlarmState, covering_alarm
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.snapshot import EntryPointStatus, Snapshot
from wallboard.frozen import frozen
from wallboard.query import Query
from wallboard.ui.picture.arrangement import Arrangement

UNGROUPED = "no group"
SORTS = ("worst", "name", "id", "wait", "queue", "changed")
VOLATILE_SORTS = frozenset({"wait", "queue", "changed"})
"""Orders that can change without a change of verdict."""


@frozen
class Section:
    """A group of entry points in display order; one section without a name if not grouped.

    ``verdicts`` are the counts for its heading, without those of which there is no data.
    """

    name: str
    keys: tuple[EntryPointKey, ...]
    verdicts: Mapping[Verdict, int]
    no_data: int = 0
    folded: bool = False

    @property
    def shown(self) -> tuple[EntryPointKey, ...]:
        """The entry points, or none while folded."""
        return () if self.folded else self.keys


def arrange(snapshot: Snapshot, view: Arrangement, query: Query) -> tuple[Section, ...]:
    """The sections of the wall: filtered, sorted, then grouped, groups by name.

    Unacknowledged alarms are first, then acknowledged ones, then what has returned; where the alarm
    of a server stands for those of its entry points, they are where it would be.
    """
    statuses = list(snapshot.entry_points.values())
    now = snapshot.at
    if query or view.faults_only or view.handled_hidden:
        statuses = [s for s in statuses if _wanted(s, view, query, snapshot)]
    sort_key = _SORT_KEYS[view.sort]
    statuses.sort(key=lambda status: sort_key(status, now), reverse=view.descending)
    if view.sort in _FIGURES:
        figure = attrgetter(_FIGURES[view.sort])
        statuses.sort(key=lambda status: figure(status.judgement) is None)
    if snapshot.alarms:
        statuses.sort(key=lambda status: alarm_place(covering_alarm_of(status, snapshot)))
    if view.grouping == "none":
        return (Section("", _keys_of(statuses), {}),) if statuses else ()
    groups: dict[str, list[EntryPointStatus]] = {}
    for status in statuses:
        groups.setdefault(_group_of(status, view.grouping), []).append(status)
    names = sorted(groups, key=lambda name: (name == UNGROUPED, name.casefold()))
    return tuple(_section(name, groups[name], now, folded=name in view.folded) for name in names)


def _section(
    name: str, statuses: Sequence[EntryPointStatus], now: float, *, folded: bool
) -> Section:
    known = [s.judgement.verdict for s in statuses if not s.judgement.unconfirmed(now)]
    no_data = len(statuses) - len(known)
    return Section(name, _keys_of(statuses), Counter(known), no_data, folded)


def _keys_of(statuses: Iterable[EntryPointStatus]) -> tuple[EntryPointKey, ...]:
    return tuple(map(attrgetter("state.entry_point.key"), statuses))


def alarm_of(status: EntryPointStatus, snapshot: Snapshot) -> Alarm | None:
    """The alarm of an entry point, unless that is normal."""
    return snapshot.alarms.get(AlarmKey.of(status.entry_point.key))


def covering_alarm_of(status: EntryPointStatus, snapshot: Snapshot) -> Alarm | None:
    """The same, or that of its server, while that stands for it."""
    alarm = alarm_of(status, snapshot)
    return covering_alarm(alarm, snapshot.alarms) if alarm else None


_PLACES = {AlarmState.UNACKNOWLEDGED: 0, AlarmState.ACKNOWLEDGED: 1, AlarmState.RETURNED: 2}
LAST_PLACE = len(_PLACES)


def alarm_place(alarm: Alarm | None) -> int:
    """Where an alarm stands: unacknowledged, acknowledged, returned, then all the rest."""
    return _PLACES.get(alarm.state, LAST_PLACE) if alarm else LAST_PLACE


class AlarmOrder:
    """What of all alarms decides what stands where; looked at anew when one changed."""

    def __init__(self) -> None:
        self._alarms: object = None
        self._states: tuple[tuple[AlarmKey, AlarmState, bool], ...] = ()

    def of(self, snapshot: Snapshot) -> object:
        """Differs when an alarm changes its state, or that of a server begins to stand for it."""
        if snapshot.alarms is not self._alarms:
            self._alarms = snapshot.alarms
            self._states = tuple(
                (key, alarm.state, alarm.covered_by_server)
                for key, alarm in snapshot.alarms.items()
            )
        return self._states


def unacknowledged(snapshot: Snapshot) -> tuple[EntryPointKey, ...]:
    """The entry points whose alarm nobody has acknowledged while its condition lasts.

    That of their server counts, while it stands for theirs.
    """
    alarms = snapshot.alarms
    return tuple(
        key.entry_point
        for key, alarm in alarms.items()
        if key.entry_point and covering_alarm(alarm, alarms).state is AlarmState.UNACKNOWLEDGED
    )


def is_fault(status: EntryPointStatus, now: float, alarm: Alarm | None = None) -> bool:
    """Whether it was polled and its level is not OK or out of date, or its alarm calls."""
    judgement = status.judgement
    if alarm and alarm.state.needs_acknowledgement:
        return True
    return judgement.level_at(now) is not Level.OK and judgement.verdict is not Verdict.WAITING


def _wanted(status: EntryPointStatus, view: Arrangement, query: Query, snapshot: Snapshot) -> bool:
    covering_alarm, now = covering_alarm_of(status, snapshot), snapshot.at
    if view.faults_only and not is_fault(status, now, covering_alarm):
        return False
    if view.handled_hidden and covering_alarm and covering_alarm.state.handled:
        return False
    return not query or query.matches(status, now, alarm_of(status, snapshot))


def _group_of(status: EntryPointStatus, grouping: str) -> str:
    if grouping == "server":
        return status.entry_point.key.server
    return status.entry_point.group or UNGROUPED


_SORT_KEYS: Mapping[str, Callable[[EntryPointStatus, float], Any]] = {
    "worst": lambda status, now: status.judgement.rank_at(now),
    "name": lambda status, _: (status.entry_point.name.casefold(), status.entry_point.key),
    "id": lambda status, _: (status.entry_point.key.id, status.entry_point.key.server),
    "wait": lambda status, _: -(status.judgement.wait_seconds or 0.0),
    "queue": lambda status, _: -(status.judgement.queue_depth or 0),
    "changed": lambda status, _: -(status.since or 0.0),
}

_FIGURES = {"wait": "wait_seconds", "queue": "queue_depth"}
"""Figures that may be unknown; such entry points come last in either direction."""
