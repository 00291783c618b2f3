"""What the terminal shows outside of its text: the window's title, the taskbar, the desktop."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import inf

from wallboard.domain.alarm import Alarm, AlarmState
from wallboard.domain.foreign_text import brief
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.snapshot import Snapshot
from wallboard.report.words.alarms import SHORT_STATES, counted, verdict_words
from wallboard.report.words.network import LOST
from wallboard.settings import AlarmSettings
from wallboard.ui.look import desktop_notice
from wallboard.ui.look.multiplexer import multiplexer
from wallboard.ui.look.terminal_program import Terminal, terminal_program, version_of
from wallboard.ui.picture.view import View
from wallboard.ui.screen.header import SHORT_LEVELS, WORD, Counter
from wallboard.ui.screen.header_words import silent_seconds

MOST_TITLE = 120

KEEP_TITLE = "\x1b[22;2t"
RESTORE_TITLE = "\x1b]2;\x07\x1b[23;2t"
"""Keep the title that is there, and have it back; a terminal without a stack of them has none."""

_WITH_TITLE = re.compile(
    r"xterm|tmux|screen|rxvt|foot|alacritty|kitty|ghostty|wezterm|konsole|vte|gnome|putty|mintty"
    r"|contour|iterm|st(-|$)"
)
"""Others, such as the console of Linux, may print what they do not know."""


def has_title(environ: Mapping[str, str]) -> bool:
    """Whether this terminal has a title, or at least takes the sequence silently."""
    return _WITH_TITLE.match(environ.get("TERM", "")) is not None


def title_sequence(text: str) -> str:
    """The sequence that sets the title; a multiplexer takes it as that of its own window."""
    return f"\x1b]2;{brief(text, MOST_TITLE)}\x07"


# The error colour of the tab and the taskbar, by OSC 9;4.
TASKBAR_ERROR = "\x1b]9;4;2;100\x07"
TASKBAR_CLEAR = "\x1b]9;4;0;0\x07"

TASKBAR_SECONDS = 5.0
"""How often it is said again: Ghostty takes it back after fifteen seconds."""

# To many terminals each OSC 9 is a message for the desktop: it is only sent to those that are known
# to take this one for what it is, and never through a multiplexer.
_WITH_TASKBAR = frozenset({Terminal.GHOSTTY, Terminal.WEZTERM, Terminal.WINDOWS, Terminal.CONEMU})
_TASKBAR_SINCE = {Terminal.VTE: (79,), Terminal.ITERM: (3, 6, 6)}
"""Before these versions it was swallowed, or shown as a message."""


def has_taskbar(environ: Mapping[str, str]) -> bool:
    """Whether this terminal is known to show it."""
    if multiplexer(environ):
        return False
    terminal = terminal_program(environ)
    since = _TASKBAR_SINCE.get(terminal)
    return terminal in _WITH_TASKBAR or (
        since is not None and version_of(terminal, environ) >= since
    )


NOTICE_SECONDS = 10.0
"""Least time between two messages on the desktop; what comes meanwhile is said in one."""

MOST_NAMED = 3
"""Alarms that a message names; of the others it says how many there are."""


def title_of(view: View, levels: Mapping[Level, int]) -> str:
    """``2 CRIT 1 new – wallboard``; ``levels`` counts the entry points at each level."""
    return f"{_state(view, levels)} – {view.title}"


def _state(view: View, levels: Mapping[Level, int]) -> str:
    snapshot = view.snapshot
    if view.replay_position:
        return WORD
    if snapshot.blind_since is not None:
        return LOST.upper()
    if silent_seconds(view) is not None:
        return "NO DATA"
    if snapshot.verdicts.get(Verdict.WAITING) == len(snapshot.entry_points):
        return "WAITING"
    worst = max(levels, default=Level.OK)
    words = SHORT_LEVELS[worst] if worst is Level.OK else f"{levels[worst]} {SHORT_LEVELS[worst]}"
    new = counted(snapshot.alarms.values()).get(AlarmState.UNACKNOWLEDGED)
    return f"{words} {new} {SHORT_STATES[AlarmState.UNACKNOWLEDGED]}" if new else words


def unacknowledged(snapshot: Snapshot) -> Iterator[Alarm]:
    """The alarms that nobody has taken up and whose condition still holds."""
    for alarm in snapshot.alarms.values():
        if alarm.state is AlarmState.UNACKNOWLEDGED:
            yield alarm


class NewAlarms:
    """Finds the alarms that became unacknowledged since the look before."""

    def __init__(self) -> None:
        self._known: dict[AlarmKey, float | None] | None = None

    def of(self, snapshot: Snapshot) -> list[Alarm]:
        """What is new; what stands at the first look is not."""
        standing = {alarm.key: alarm.onset for alarm in unacknowledged(snapshot)}
        before, self._known = self._known, standing
        if before is None or standing.keys() <= before.keys():
            return []
        return [snapshot.alarms[key] for key in standing if key not in before]


class Desktop:
    """Keeps title, taskbar and desktop in step with the board; sends only what differs."""

    def __init__(
        self,
        settings: Callable[[], AlarmSettings],
        send: Callable[[str], object],
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """``settings`` are those of now; ``send`` sends a sequence that draws nothing."""
        self._settings = settings
        self._send = send
        self._environ = environ
        self._has_title = has_title(environ)
        self._has_taskbar = has_taskbar(environ)
        self._counter = Counter()
        self._new_alarms = NewAlarms()
        self._unannounced: dict[AlarmKey, str] = {}
        self._announced_at = -inf
        self.forget()

    @property
    def setup(self) -> str:
        """What to send before anything else, when the terminal is set up."""
        return KEEP_TITLE if self._has_title else ""

    @property
    def restore(self) -> str:
        """What to send when it is given back."""
        back = RESTORE_TITLE if self._has_title else ""
        return (TASKBAR_CLEAR if self._has_taskbar else "") + back

    def forget(self) -> None:
        """Send everything again: the terminal was given back meanwhile."""
        self._title = ""
        self._error_said_at: float | None = None

    def update(self, view: View) -> None:
        """Say what this view says, if anything differs; to be called at each tick."""
        if self._has_title:
            self._counter.count(view)
            title = title_of(view, self._counter.levels)
            if title != self._title:
                self._title = title
                self._send(title_sequence(title))
        if view.replay_position:
            return
        if self._has_taskbar:
            self._colour(view)
        self._announce(view)

    def _colour(self, view: View) -> None:
        """Show the error colour while a critical alarm is unacknowledged."""
        error = any(alarm.level is Level.CRITICAL for alarm in unacknowledged(view.snapshot))
        said_at = self._error_said_at
        if not error:
            self._error_said_at = None
            if said_at is not None:
                self._send(TASKBAR_CLEAR)
        elif said_at is None or not 0 <= view.now - said_at < TASKBAR_SECONDS:
            self._error_said_at = view.now
            self._send(TASKBAR_ERROR)

    def _announce(self, view: View) -> None:
        """Announce new alarms on the desktop, of several at once in one message."""
        for alarm in self._new_alarms.of(view.snapshot):
            self._unannounced[alarm.key] = _words(alarm, view.snapshot)
        asked = self._settings().desktop
        if asked is False:
            self._unannounced.clear()
        if not self._unannounced or 0 <= view.now - self._announced_at < NOTICE_SECONDS:
            return
        text = _together(self._unannounced.values())
        self._unannounced.clear()
        self._announced_at = view.now
        sequence = desktop_notice.desktop_sequence(asked, self._environ)
        self._send(desktop_notice.desktop_notice(view.title, text, sequence, self._environ))


def _words(alarm: Alarm, snapshot: Snapshot) -> str:
    """``SERVICE DOWN Sales`` or ``UNREACHABLE prod``."""
    key = alarm.key.entry_point
    status = snapshot.entry_points.get(key) if key else None
    return f"{verdict_words(alarm)} {status.entry_point.name if status else alarm.key.server}"


def _together(texts: Iterable[str]) -> str:
    """``3 new alarms: …``, or the only one."""
    said = list(texts)
    if len(said) == 1:
        return said[0]
    more = len(said) - MOST_NAMED
    rest = f" and {more} more" if more > 0 else ""
    return f"{len(said)} new alarms: {', '.join(said[:MOST_NAMED])}{rest}"
