"""Which of what has just got worse calls somebody, by the alarms of it."""

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum

from wallboard.domain.alarm import Alarm, AlarmState, telling
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.snapshot import Snapshot
from wallboard.live_alarms import LATE_SECONDS
from wallboard.ui.app.worsening import QUIET_SECONDS, Worsening


class _Call(Enum):
    """What an alarm says about calling somebody."""

    NOW = "now"
    ONCE_RAISED = "once raised"
    NOBODY = "nobody"
    NO_ALARM = "no alarm"


class Calling:
    """Lets through what calls somebody: nothing handled, and what is pending once it is raised.

    Where there is no alarm, as the level is below that of alarms, the level alone calls.
    """

    def __init__(self) -> None:
        self._waiting: dict[Worsening, float | None] = {}
        """With what waits since when it is not pending, Unix time in seconds."""

    def of(self, worsenings: Iterable[Worsening], snapshot: Snapshot) -> list[Worsening]:
        """What calls by now, of these and of what waits; for every tick."""
        calling: list[Worsening] = []
        waiting, self._waiting = self._waiting, {}
        for one in dict.fromkeys([*waiting, *worsenings]):
            calls = {key: _call_of(key, one, snapshot) for key in one.keys}
            if now := _part(one, calls, _Call.NOW):
                calling.append(now)
            elif _Call.ONCE_RAISED in calls.values():
                self._waiting[one] = None
            elif one not in waiting and (alone := _part(one, calls, _Call.NO_ALARM)):
                calling.append(alone)
            else:
                self._keep_while_not_new(one, waiting.get(one), snapshot.at)
        return calling

    def _keep_while_not_new(self, one: Worsening, since: float | None, now: float) -> None:
        """Keep it for as long as it does not count as new when it gets worse again.

        Its alarm may also be behind: whoever records breaks an acknowledgement a little later, and
        says that the server is out of reach only after its first entry point was.
        """
        since = now if since is None else since
        if 0 <= now - since < QUIET_SECONDS:
            self._waiting[one] = since


def _part(one: Worsening, calls: dict[EntryPointKey, _Call], call: _Call) -> Worsening | None:
    """The part of it of which the alarms say this."""
    keys = tuple(key for key in one.keys if calls[key] is call)
    return replace(one, keys=keys) if keys else None


def _call_of(key: EntryPointKey, one: Worsening, snapshot: Snapshot) -> _Call:
    alarm = _alarm_of(key, one, snapshot)
    if alarm is None:
        return _Call.NO_ALARM
    if alarm.state.handled:
        return _Call.NOBODY
    overdue = alarm.is_overdue(snapshot.at, LATE_SECONDS)
    if alarm.state is AlarmState.UNACKNOWLEDGED or overdue:
        return _Call.NOW
    return _Call.ONCE_RAISED if alarm.holds else _Call.NO_ALARM


def _alarm_of(key: EntryPointKey, one: Worsening, snapshot: Snapshot) -> Alarm | None:
    """The alarm of an entry point, or of its server where that is out of reach."""
    alarms = snapshot.alarms
    server = alarms.get(AlarmKey(key.server))
    if one.outage and server and server.holds:
        return server
    own = alarms.get(AlarmKey.of(key))
    return telling(own, alarms) if own else None
