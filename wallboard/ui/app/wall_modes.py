"""Keeps what a kiosk, a slow link, the alarm and the meter add to each picture."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from wallboard.board import Snapshot
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.policy import Level
from wallboard.settings import Settings
from wallboard.ui.app.alarm import FLASH_SECONDS, Alarm
from wallboard.ui.app.meter import Meter
from wallboard.ui.app.newly_worse import Arrival, Arrivals
from wallboard.ui.look.lite import refresh_seconds
from wallboard.ui.picture.view import Extras
from wallboard.ui.wall.rotation import is_left, is_paused

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
"""Actions that reach further than the picture, or that would leave a wall dead or lying."""


@runtime_checkable
class Walkable(Protocol):
    """A screen that goes by itself until somebody is at the keys."""

    def touched(self) -> None:
        """Leave the picture to whoever is at the keys."""


class Modes:
    """Told of every picture; asked what to show beside it."""

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
        self._arrivals = Arrivals()
        self._new: dict[EntryPointKey, float] = {}
        self._touched_at: float | None = None

    @property
    def kiosk(self) -> bool:
        """Whether the board hangs on a wall."""
        return self._current().kiosk

    def tick(self, snapshot: Snapshot, now: float) -> None:
        """Take in a picture; ``now`` is Unix time in seconds."""
        alarm = self._current().alarm
        if not (self.kiosk or alarm.bell or alarm.flash):
            return  # a board that calls nobody need not look through every entry point
        arrivals = self._arrivals.look(snapshot)
        self._alarm.hear(arrivals, now)
        self._note(arrivals, now)

    def touch(self, screen: object, now: float) -> None:
        """Take notice of somebody at the keys, who has seen what is new."""
        self._touched_at = now
        self._new.clear()
        if isinstance(screen, Walkable):
            screen.touched()

    def wall_is_due(self, now: float) -> bool:
        """Whether a kiosk must go back to its wall: nobody is there, or there is news."""
        if not self.kiosk:
            return False
        touched_at = self._touched_at
        return is_left(touched_at, now) or bool(self._new and not is_paused(touched_at, now))

    def allows(self, action: str) -> bool:
        """Whether a key may do this here."""
        return not self.kiosk or action not in OUTSIDE_THE_PICTURE

    def extras(self, now: float) -> Extras:
        """What to show beside the picture now."""
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
