"""The selected entry points of a board, as a view of what the whole board folds."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from wallboard.domain.alarm import Alarm
from wallboard.domain.change import Change
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import ClockSet, RecordedBoard
from wallboard.domain.ledger_row import AlarmKey, LedgerRow
from wallboard.domain.observation import Observation, ServerStatus
from wallboard.domain.polls import Traffic
from wallboard.domain.snapshot import Folded, Snapshot, newest_poll

Alarms = Mapping[AlarmKey, Alarm]
Rows = tuple[LedgerRow, ...]


class SelectedBoard:
    """Reduces snapshots of a board, and what an event did to it, to some of its entry points."""

    def __init__(self, keys: Iterable[EntryPointKey]) -> None:
        """``keys`` are the selected entry points in the order of the board."""
        self._traffic = Traffic()
        self.select(keys)

    def select(self, keys: Iterable[EntryPointKey]) -> None:
        """Have other entry points selected from now on."""
        self._keys = dict.fromkeys(keys)
        self._servers = {key.server for key in self._keys}
        self._events: tuple[tuple[Change, ...], tuple[Change, ...]] = ((), ())
        self._alarms: tuple[Alarms, Alarms] = ({}, {})
        self._ledger: tuple[Rows, Rows] = ((), ())

    def folded(self, folded: Folded) -> Folded:
        """What an event did to the selected entry points and to their servers."""
        event = folded.event
        if isinstance(event, Observation):
            if event.key not in self._keys:
                return Folded(event)
            self._traffic.add(event.at)
        elif isinstance(event, ServerStatus):
            if event.server not in self._servers:
                return Folded(event)
        elif isinstance(event, RecordedBoard):
            self._traffic = Traffic()
        elif isinstance(event, ClockSet):
            self._traffic.clock_set(event.by)
        return replace(
            folded,
            statuses=tuple(one for one in folded.statuses if one.entry_point.key in self._keys),
            changes=tuple(filter(self._has, folded.changes)),
        )

    def snapshot(self, whole: Snapshot) -> Snapshot:
        """The selected entry points of a snapshot of the whole board."""
        entry_points = {
            key: whole.entry_points[key] for key in self._keys if key in whole.entry_points
        }
        if whole.events is not self._events[0]:
            self._events = (whole.events, tuple(filter(self._has, whole.events)))
        return replace(
            whole,
            entry_points=MappingProxyType(entry_points),
            verdicts=MappingProxyType(
                Counter(one.judgement.verdict for one in entry_points.values())
            ),
            servers=MappingProxyType(
                {name: one for name, one in whole.servers.items() if name in self._servers}
            ),
            polls_per_minute=self._traffic.count(whole.at),
            newest_at=newest_poll(entry_points.values(), whole.at),
            events=self._events[1],
            alarms=self._alarms_of(whole),
            ledger=self._ledger_of(whole),
        )

    def _alarms_of(self, whole: Snapshot) -> Alarms:
        """The alarms of the selected entry points and of their servers."""
        if whole.alarms is not self._alarms[0]:
            found = {key: one for key, one in whole.alarms.items() if self._has_alarm(key)}
            self._alarms = (whole.alarms, MappingProxyType(found))
        return self._alarms[1]

    def _ledger_of(self, whole: Snapshot) -> Rows:
        """What the ledger says of them and of the whole board."""
        if whole.ledger is not self._ledger[0]:
            found = tuple(
                row for row in whole.ledger if row.key is None or self._has_alarm(row.key)
            )
            self._ledger = (whole.ledger, found)
        return self._ledger[1]

    def _has_alarm(self, key: AlarmKey) -> bool:
        if point := key.entry_point:
            return point in self._keys
        return key.server in self._servers

    def _has(self, change: Change) -> bool:
        return change.key in self._keys if change.key else change.server in self._servers
