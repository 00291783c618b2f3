"""What a tile, a line or a banner shows of an alarm."""

from collections.abc import Iterator
from typing import NamedTuple

from rich.cells import cell_len

from wallboard.domain.alarm import Alarm, AlarmState, Handling
from wallboard.report.words.alarms import (
    NOBODY_LOOKED,
    extra_words,
    user_of,
    verdict_words,
    was_words,
)
from wallboard.report.words.figures import minute
from wallboard.ui.look.glyphs import Glyphs
from wallboard.ui.look.text import safe
from wallboard.ui.widgets.status_words import SHORT_LABELS


class AlarmMark(NamedTuple):
    """The sign of an alarm and its words in ever shorter forms.

    ``state`` is that of the alarm, ``inverted`` says that it blinks right now, and ``planned`` that
    the words are only of what is expected of the entry point.
    """

    sign: str = ""
    forms: tuple[str, ...] = ()
    state: AlarmState = AlarmState.NORMAL
    inverted: bool = False
    planned: bool = False

    @property
    def returned(self) -> bool:
        """Whether the words are of what it was."""
        return self.state is AlarmState.RETURNED

    @property
    def loud(self) -> bool:
        """Whether it must be seen before all that somebody has in hand or that is over."""
        return self.state is AlarmState.UNACKNOWLEDGED

    def words(self, room: int) -> str:
        """The longest form that fits; nothing if none does."""
        return next((form for form in self.forms if cell_len(form) <= room), "")

    def shortened(self, room: int) -> str:
        """The same, or the shortest form, which does not fit."""
        return self.words(room) or "".join(self.forms[-1:])


NO_ALARM = AlarmMark()

WALL_SECONDS, KIOSK_SECONDS = 2.0, 10.0
"""How long a new alarm is inverted on a wall, once, and how long it blinks in a kiosk."""
BLINK_SECONDS = 0.5
"""Of a kiosk's blink; twice that is a whole one, and three a second are the most anybody bears."""


def mark_of(
    alarm: Alarm | None, now: float, glyphs: Glyphs, planned: tuple[str, ...] = ()
) -> AlarmMark:
    """The mark of an alarm that does not blink.

    ``planned`` is what is expected of its entry point, in ever shorter forms: the cause of an alarm
    that is suppressed by it, and else one more thing to say where there is room.
    """
    if alarm is None or alarm.state not in glyphs.alarm:
        return AlarmMark(forms=planned, planned=True) if planned else NO_ALARM
    if planned and alarm.state is AlarmState.SUPPRESSED and not alarm.covered_by_server:
        return AlarmMark(glyphs.alarm[alarm.state], planned, planned=True)
    forms, extra = list(_forms(alarm, now)), ", ".join(extra_words(alarm, now))
    if extra and alarm.state is AlarmState.UNACKNOWLEDGED:
        forms = [f"{forms[0]}, {extra}", extra]
    elif extra:
        forms = [*(f"{form}, {extra}" for form in forms), *forms]
    if planned and forms:
        of_new = planned[:1] if alarm.state is AlarmState.UNACKNOWLEDGED else ()
        forms = [f"{forms[0]}, {planned[0]}", *of_new, *forms]
    return AlarmMark(glyphs.alarm[alarm.state], tuple(forms), alarm.state)


def is_inverted(alarm: Alarm, now: float, *, kiosk: bool) -> bool:
    """Whether a new alarm stands out right now: once on a wall, on and off in a kiosk."""
    if alarm.state is not AlarmState.UNACKNOWLEDGED or alarm.raised_at is None:
        return False
    since = now - alarm.raised_at
    if not kiosk:
        return 0 <= since < WALL_SECONDS
    return 0 <= since < KIOSK_SECONDS and int(since / BLINK_SECONDS) % 2 == 0


def _forms(alarm: Alarm, now: float) -> Iterator[str]:
    match alarm.state:
        case AlarmState.UNACKNOWLEDGED:
            yield "unacknowledged"
        case AlarmState.ACKNOWLEDGED if alarm.acknowledgement:
            yield from _handled_by(alarm.acknowledgement, "")
            yield user_of(alarm.acknowledgement.who)
        case AlarmState.SHELVED if alarm.shelf:
            until = f"until {minute(alarm.shelf.until, now)}"
            yield from _handled_by(alarm.shelf, f" {until}")
            yield until
        case AlarmState.RETURNED:
            was = was_words(alarm, now)
            yield from (f"{was}, {NOBODY_LOOKED}", was)
            short = _short_verdict(alarm)
            start = minute(alarm.onset or alarm.since, now)
            yield from (was_words(alarm, now, verdict=short), f"was {short} {start}")
            yield f"was {short}"
        case AlarmState.SUPPRESSED:
            yield from (f"suppressed: {safe(alarm.suppressed_by)}", safe(alarm.suppressed_by))


def _handled_by(handling: Handling, until: str) -> Iterator[str]:
    words = f"by {user_of(handling.who)}{until}"
    if handling.why:
        yield f"{words}: {safe(handling.why)}"
    yield words


def _short_verdict(alarm: Alarm) -> str:
    words = verdict_words(alarm)
    return next((short for one, short in SHORT_LABELS.items() if one.label == words), words)
