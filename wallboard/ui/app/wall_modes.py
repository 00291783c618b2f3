"""What a kiosk, the alarm and the meter add to each view, and what has just got worse."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, runtime_checkable

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.snapshot import EntryPointStatus, Snapshot
from wallboard.frozen import frozen
from wallboard.settings import AlarmSettings, Settings
from wallboard.ui.look.lite import refresh_seconds
from wallboard.ui.picture.view import Extras
from wallboard.ui.wall.rotation import is_left, is_paused

QUIET_SECONDS = 60.0
"""What left a level and comes back within this time is not new: it flaps."""


@frozen
class Arrival:
    """Entry points that got worse together and now have ``level``: one, or many of one server."""

    level: Level
    keys: tuple[EntryPointKey, ...]


class NewlyWorse:
    """Remembers the last view, and which entry points left a level recently."""

    def __init__(self) -> None:
        self._before: Snapshot | None = None
        self._left: dict[tuple[EntryPointKey, Level], float] = {}
        self._outages: dict[tuple[str, Level], float] = {}

    def look(self, snapshot: Snapshot) -> list[Arrival]:
        """What got worse since the last look; the first answers of an entry point never count."""
        before, self._before = self._before, snapshot
        if before is None or before.ranking == snapshot.ranking:
            return []
        self._forget(snapshot.at)
        singles: list[Arrival] = []
        outages: dict[tuple[str, Level], list[EntryPointKey]] = defaultdict(list)
        for was, status in _differing(before, snapshot):
            key, level = status.entry_point.key, status.judgement.level
            if level < was.judgement.level:
                self._leave(was, snapshot.at)
            elif level > was.judgement.level and (key, level) not in self._left:
                if status.judgement.verdict is Verdict.UNREACHABLE:
                    outages[key.server, level].append(key)
                else:
                    singles.append(Arrival(level, (key,)))
        return singles + list(self._new_outages(outages, snapshot.at))

    def _new_outages(
        self, outages: dict[tuple[str, Level], list[EntryPointKey]], at: float
    ) -> Iterator[Arrival]:
        """One arrival for a server, although its entry points may go out of reach one by one."""
        for (server, level), keys in outages.items():
            if (server, level) not in self._outages:
                self._outages[server, level] = at
                yield Arrival(level, tuple(keys))

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


BELL_SECONDS = 5.0
"""Between two rings; what arrives between them rings once."""

FLASHES = 3
FLASH_SECONDS = 1.0
"""How long the header stands inverted, and then as it was."""


class Alarm:
    """Rings and flashes for the levels the config names; for none unless it does."""

    def __init__(
        self,
        current: Callable[[], AlarmSettings],
        ring: Callable[[], None],
        *,
        flash_seconds: Callable[[], float] = lambda: FLASH_SECONDS,
    ) -> None:
        """``current`` gives the settings, ``ring`` rings the bell once.

        ``flash_seconds`` gives how long the header stands inverted, and then as it was.
        """
        self._current = current
        self._ring = ring
        self._flash_seconds = flash_seconds
        self._wanted = False
        self._rang_at: float | None = None
        self._flashed_at: float | None = None

    def hear(self, arrivals: Iterable[Arrival], now: float) -> None:
        """Take in what got worse, on every tick; ``now`` is seconds on any clock."""
        settings = self._current()
        for arrival in arrivals:
            self._wanted = self._wanted or arrival.level in settings.bell
            if arrival.level in settings.flash:
                self._flashed_at = now
        if self._wanted and not _within(self._rang_at, now, BELL_SECONDS):
            self._wanted, self._rang_at = False, now
            self._ring()

    def inverted(self, now: float) -> bool:
        """Whether the header stands inverted at this moment."""
        if self._flashed_at is None:
            return False
        seconds = self._flash_seconds()
        if not _within(self._flashed_at, now, 2 * FLASHES * seconds):
            self._flashed_at = None
            return False
        return int((now - self._flashed_at) / seconds) % 2 == 0


def _within(at: float | None, now: float, seconds: float) -> bool:
    return at is not None and 0 <= now - at < seconds


WINDOW_SECONDS = 5.0
"""The span of each average, and how long a figure stands."""


class Meter:
    """Kilobytes a second, a new figure for each window that has passed.

    It measures also while it is off, so that there is a figure as soon as it is switched on.
    """

    def __init__(self, bytes_sent: Callable[[], int]) -> None:
        """``bytes_sent`` gives the bytes the terminal has taken so far."""
        self._bytes_sent = bytes_sent
        self._begun: tuple[float, int] | None = None
        self._kilobytes = 0.0
        self.on = False

    def turn(self) -> None:
        """Switch it on or off."""
        self.on = not self.on

    def words(self, now: float) -> str:
        """The figure, such as ``1.2 KB/s``; empty while it is off. ``now`` is seconds."""
        self._measure(now)
        return f"{self._kilobytes:.1f} KB/s" if self.on else ""

    def _measure(self, now: float) -> None:
        if self._begun is None or now < self._begun[0]:
            self._begun = (now, self._bytes_sent())
            return
        at, sent = self._begun
        if now - at >= WINDOW_SECONDS:
            total = self._bytes_sent()
            self._kilobytes = (total - sent) / (now - at) / 1000
            self._begun = (now, total)


NEW_SECONDS = 60.0
"""How long an entry point counts as newly critical, unless a key is pressed."""

OUTSIDE_THE_PICTURE = frozenset(
    {
        "poll_now",
        "freeze",
        "go_to",
        "change",
        "interval",
        "play",
        "speed",
        "go_live",
        "go_end",
        "copy_body",
        "copy_curl",
        "copy_bundle",
        "quit",
        "suspend_process",
        "survey",
        "doctor",
    }
)
"""Actions that reach further than the view, or that would leave a wall dead or lying."""


@runtime_checkable
class Walkable(Protocol):
    """A screen that goes by itself until somebody is at the keys."""

    def touched(self) -> None:
        """Note that somebody pressed a key."""


class WallModes:
    """Follows every view, and gives what to show beside it."""

    def __init__(
        self,
        current: Callable[[], Settings],
        ring: Callable[[], None],
        bytes_sent: Callable[[], int],
    ) -> None:
        """``current`` gives the settings, which an edit of the config may exchange."""
        self._current = current
        self.meter = Meter(bytes_sent)
        self._alarm = Alarm(
            lambda: current().alarm,
            ring,
            flash_seconds=lambda: max(FLASH_SECONDS, refresh_seconds(current())),
        )
        self._newly_worse = NewlyWorse()
        self._new: dict[EntryPointKey, float] = {}
        self._touched_at: float | None = None

    @property
    def kiosk(self) -> bool:
        """Whether the board hangs on a wall."""
        return self._current().kiosk

    def tick(self, snapshot: Snapshot, now: float) -> None:
        """Follow a view; ``now`` is Unix time in seconds."""
        alarm = self._current().alarm
        if not (self.kiosk or alarm.bell or alarm.flash):
            return  # a board that calls nobody need not look through every entry point
        arrivals = self._newly_worse.look(snapshot)
        self._alarm.hear(arrivals, now)
        self._note(arrivals, now)

    def touch(self, screen: object, now: float) -> None:
        """Take notice of somebody at the keys, who has seen what is new."""
        self._touched_at = now
        self._new.clear()
        if isinstance(screen, Walkable):
            screen.touched()

    def wall_is_due(self, now: float) -> bool:
        """Whether a kiosk must return to its wall: it was left alone, or there is news."""
        if not self.kiosk:
            return False
        touched_at = self._touched_at
        return is_left(touched_at, now) or bool(self._new and not is_paused(touched_at, now))

    def allows(self, action: str) -> bool:
        """Whether a key may do this here."""
        return not self.kiosk or action not in OUTSIDE_THE_PICTURE

    def extras(self, now: float) -> Extras:
        """What to show beside the view now."""
        return Extras(
            kiosk=self.kiosk,
            lite=self._current().lite,
            inverted=self._alarm.inverted(now),
            traffic=self.meter.words(now),
            newly_critical=tuple(self._new),
            touched_at=self._touched_at,
        )

    def _note(self, arrivals: list[Arrival], now: float) -> None:
        self._new = {key: at for key, at in self._new.items() if 0 <= now - at < NEW_SECONDS}
        for arrival in arrivals:
            if arrival.level is Level.CRITICAL:
                self._new.update(dict.fromkeys(arrival.keys[:1], now))
