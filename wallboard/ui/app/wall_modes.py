"""What a kiosk, the bell and the meter add to each view."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.policy import Level
from wallboard.domain.snapshot import Snapshot
from wallboard.settings import Settings
from wallboard.ui.app.bell import FLASH_SECONDS, Bell, Doubt, NewlyWorse, UnhandledOnly, Worsening
from wallboard.ui.look.lite import refresh_seconds
from wallboard.ui.picture.view import Extras
from wallboard.ui.wall.rotation import is_idle, is_paused

NOT_IN_A_KIOSK = frozenset(
    {
        "poll_now",
        "acknowledge",
        "acknowledge_all",
        "shelve",
        "note",
        "freeze",
        "unfreeze",
        "go_to",
        "change",
        "interval",
        "play",
        "pause",
        "speed",
        "go_live",
        "go_end",
        "copy_body",
        "copy_curl",
        "copy_bundle",
        "quit",
        "quit_anywhere",
        "suspend_process",
        "survey",
        "handover",
        "doctor",
    }
)
"""Actions that do more than change the view, or would leave a kiosk stopped or out of date."""

WINDOW_SECONDS = 5.0
"""The window of each average."""


class Meter:
    """Kilobytes a second sent to the terminal, averaged over each window.

    It measures also while hidden, so that there is a figure as soon as it is shown.
    """

    def __init__(self, bytes_sent: Callable[[], int]) -> None:
        """``bytes_sent`` gives the bytes the terminal has taken so far."""
        self._bytes_sent = bytes_sent
        self._begun: tuple[float, int] | None = None
        self._kilobytes = 0.0
        self.on = False

    def toggle(self) -> None:
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


@runtime_checkable
class Rotating(Protocol):
    """A screen that turns its pages until a key is pressed."""

    def key_pressed(self) -> None:
        """Hold the page after a key press."""


class WallModes:
    """Keeps the state of kiosk, bell and meter, and gives each view its extras."""

    def __init__(
        self,
        current: Callable[[], Settings],
        ring: Callable[[], None],
        bytes_sent: Callable[[], int],
    ) -> None:
        """``current`` gives the settings, which an edit of the config may exchange."""
        self._current = current
        self.meter = Meter(bytes_sent)
        self._bell = Bell(
            lambda: current().alarm,
            ring,
            flash_seconds=lambda: max(FLASH_SECONDS, refresh_seconds(current())),
        )
        self._newly_worse = NewlyWorse()
        self._doubt = Doubt(lambda: bool(current().alarm.witness))
        self._unhandled_only = UnhandledOnly()
        self._new: dict[EntryPointKey, float] = {}
        self._last_key_at: float | None = None

    @property
    def kiosk(self) -> bool:
        """Whether the board is a kiosk."""
        return self._current().kiosk

    def tick(self, snapshot: Snapshot, now: float) -> None:
        """Look for what calls somebody; ``now`` is Unix time in seconds."""
        alarm = self._current().alarm
        if not (self.kiosk or alarm.bell or alarm.flash):
            return  # nothing to ring, flash or mark
        certain = self._doubt.certain(self._newly_worse.compare(snapshot), snapshot, now)
        calling = self._unhandled_only.of(certain, snapshot)
        self._bell.update(calling, now)
        self._note(calling, now)

    def key_pressed(self, screen: object, now: float) -> None:
        """Note a key press: what is newly critical has been seen."""
        self._last_key_at = now
        self._new.clear()
        if isinstance(screen, Rotating):
            screen.key_pressed()

    def wall_is_due(self, now: float) -> bool:
        """Whether a kiosk must return to its wall: nobody uses it, or something became critical."""
        if not self.kiosk:
            return False
        last_key_at = self._last_key_at
        return is_idle(last_key_at, now) or bool(self._new and not is_paused(last_key_at, now))

    def allows(self, action: str) -> bool:
        """Whether an action is allowed on this board."""
        return not self.kiosk or action not in NOT_IN_A_KIOSK

    def extras(self, now: float) -> Extras:
        """What these modes add to the view now."""
        return Extras(
            kiosk=self.kiosk,
            lite=self._current().lite,
            inverted=self._bell.inverted(now),
            traffic=self.meter.words(now),
            last_key_at=self._last_key_at,
        )

    def _note(self, worsenings: list[Worsening], now: float) -> None:
        self._new = {key: at for key, at in self._new.items() if 0 <= now - at < NEW_SECONDS}
        for worsening in worsenings:
            if worsening.level is Level.CRITICAL:
                self._new.update(dict.fromkeys(worsening.keys[:1], now))
