"""What rings the bell and flashes the header: what has just got worse and calls somebody.

It must be certain that it is not the fault of this machine, and nobody may have it already.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from enum import Enum

from wallboard.domain.alarm import Alarm, AlarmState, covering_alarm
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.snapshot import EntryPointStatus, Snapshot
from wallboard.frozen import frozen
from wallboard.live_alarms import LATE_SECONDS
from wallboard.settings import AlarmSettings

QUIET_SECONDS = 60.0
"""An entry point that returns to a level within this time flaps, and does not count as new."""


@frozen
class Worsening:
    """Entry points that now have the worse ``level``: one, or all of a server in an ``outage``."""

    level: Level
    keys: tuple[EntryPointKey, ...]
    outage: bool = False


class NewlyWorse:
    """Finds what has just got worse by comparing each snapshot with the one before."""

    def __init__(self) -> None:
        self._before: Snapshot | None = None
        self._left: dict[tuple[EntryPointKey, Level], float] = {}
        self._outages: dict[tuple[str, Level], float] = {}

    def compare(self, snapshot: Snapshot) -> list[Worsening]:
        """What got worse since the last call; the first answers of an entry point never count."""
        before, self._before = self._before, snapshot
        if before is None or before.ranking == snapshot.ranking:
            return []
        self._forget(snapshot.at)
        singles: list[Worsening] = []
        outages: dict[tuple[str, Level], list[EntryPointKey]] = defaultdict(list)
        for was, status in _differing(before, snapshot):
            key, level = status.entry_point.key, status.judgement.level
            if level < was.judgement.level:
                self._leave(was, snapshot.at)
            elif level > was.judgement.level and (key, level) not in self._left:
                if status.judgement.verdict is Verdict.UNREACHABLE:
                    outages[key.server, level].append(key)
                else:
                    singles.append(Worsening(level, (key,)))
        return singles + list(self._new_outages(outages, snapshot.at))

    def _new_outages(
        self, outages: dict[tuple[str, Level], list[EntryPointKey]], at: float
    ) -> Iterator[Worsening]:
        """One arrival for a server, although its entry points may go out of reach one by one."""
        for (server, level), keys in outages.items():
            if (server, level) not in self._outages:
                self._outages[server, level] = at
                yield Worsening(level, tuple(keys), outage=True)

    def _leave(self, was: EntryPointStatus, at: float) -> None:
        for level in Level:
            if level <= was.judgement.level:
                self._left[was.entry_point.key, level] = at

    def _forget(self, now: float) -> None:
        self._left = {k: at for k, at in self._left.items() if 0 <= now - at < QUIET_SECONDS}
        self._outages = {k: at for k, at in self._outages.items() if 0 <= now - at < QUIET_SECONDS}


def _differing(
    before: Snapshot, after: Snapshot
) -> Iterator[tuple[EntryPointStatus, EntryPointStatus]]:
    for key, status in after.entry_points.items():
        was = before.entry_points.get(key)
        if was is None or was is status or was.judgement.verdict is Verdict.WAITING:
            continue
        yield was, status


DOUBT_SECONDS = 6.0
"""By then every other server has been missed too, and the witnesses have been asked."""


class Doubt:
    """Holds back servers that went out of reach, until it is clear that we have a network."""

    def __init__(self, has_witnesses: Callable[[], bool]) -> None:
        """Without witnesses nothing is in doubt."""
        self._has_witnesses = has_witnesses
        self._held: list[tuple[float, Worsening]] = []

    def certain(
        self, worsenings: Iterable[Worsening], snapshot: Snapshot, now: float
    ) -> list[Worsening]:
        """What is certain by now, of these and of what was held back; for every tick.

        ``now`` is Unix time in seconds.
        """
        doubtful: list[Worsening] = []
        certain: list[Worsening] = []
        for one in worsenings:
            (doubtful if one.outage and self._has_witnesses() else certain).append(one)
        held_back = {one.keys for _, one in self._held}
        self._held += [(now, one) for one in doubtful if one.keys not in held_back]
        if snapshot.blind_since is not None:
            return []
        held, self._held = self._held, []
        for at, one in held:
            if 0 <= now - at < DOUBT_SECONDS:
                self._held.append((at, one))
            elif _still_unreachable(one, snapshot):
                certain.append(one)
        return certain


def _still_unreachable(worsening: Worsening, snapshot: Snapshot) -> bool:
    statuses = (snapshot.entry_points.get(key) for key in worsening.keys)
    return any(one and one.judgement.verdict is Verdict.UNREACHABLE for one in statuses)


class _Call(Enum):
    """What an alarm says about calling somebody."""

    NOW = "now"
    ONCE_RAISED = "once raised"
    NOBODY = "nobody"
    NO_ALARM = "no alarm"


class UnhandledOnly:
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
    return covering_alarm(own, alarms) if own else None


BELL_SECONDS = 5.0
"""Least time between two rings; several worsenings within it ring once."""

FLASHES = 3
FLASH_SECONDS = 1.0
"""How long the header is inverted, and then normal."""


class Bell:
    """Rings the bell and flashes the header for the levels named in the config."""

    def __init__(
        self,
        current: Callable[[], AlarmSettings],
        ring: Callable[[], None],
        *,
        flash_seconds: Callable[[], float] = lambda: FLASH_SECONDS,
    ) -> None:
        """``current`` gives the settings, ``ring`` rings the bell once.

        ``flash_seconds`` gives how long the header is inverted, and then normal.
        """
        self._current = current
        self._ring = ring
        self._flash_seconds = flash_seconds
        self._wanted = False
        self._rang_at: float | None = None
        self._flashed_at: float | None = None

    def update(self, worsenings: Iterable[Worsening], now: float) -> None:
        """Ring and flash for what calls; for every tick. ``now`` is seconds on any clock."""
        settings = self._current()
        for worsening in worsenings:
            self._wanted = self._wanted or worsening.level in settings.bell
            if worsening.level in settings.flash:
                self._flashed_at = now
        if self._wanted and not _within(self._rang_at, now, BELL_SECONDS):
            self._wanted, self._rang_at = False, now
            self._ring()

    def inverted(self, now: float) -> bool:
        """Whether the header is inverted now."""
        if self._flashed_at is None:
            return False
        seconds = self._flash_seconds()
        if not _within(self._flashed_at, now, 2 * FLASHES * seconds):
            self._flashed_at = None
            return False
        return int((now - self._flashed_at) / seconds) % 2 == 0


def _within(at: float | None, now: float, seconds: float) -> bool:
    return at is not None and 0 <= now - at < seconds
