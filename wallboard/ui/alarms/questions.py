"""The questions asked before an alarm is acknowledged or shelved, or a note is written."""

import time
from collections.abc import Mapping, Sequence

from wallboard.domain.alarm import Alarm, AlarmState
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.snapshot import Snapshot
from wallboard.domain.time_span import span
from wallboard.parse_time import FORMS_TO_COME, MomentError, moment_to_come
from wallboard.report.words.alarms import (
    cause_words,
    handling_words,
    sentence,
    verdict_words,
)
from wallboard.report.words.figures import age, clock
from wallboard.ui.alarms.ask_screen import Question, Understood
from wallboard.ui.look.text import safe

OFFERED_SHELVES = ("15m", "1h", "4h")
MOST_NAMES = 4
"""Names of alarms that are listed; of more there is the number."""

Keys = Sequence[AlarmKey]


def name_of(key: AlarmKey, snapshot: Snapshot) -> str:
    """The name of an entry point with its id, or of a server, safe to show."""
    point = key.entry_point
    status = snapshot.entry_points.get(point) if point else None
    if status is None:
        return f"server {safe(key.server)}" if key.id is None else str(key.id)
    name = safe(status.entry_point.name)
    return name if name == str(key.id) else f"{name} ({key.id})"


def answering_for(keys: Keys, snapshot: Snapshot) -> tuple[AlarmKey, ...]:
    """The same, with the alarm of a server in place of those that it suppresses."""
    found: dict[AlarmKey, None] = {}
    for key in keys:
        alarm, server = snapshot.alarms.get(key), AlarmKey(key.server)
        above = snapshot.alarms.get(server)
        suppressed = alarm is not None and alarm.state is AlarmState.SUPPRESSED
        found[server if suppressed and above and above.stands else key] = None
    return tuple(found)


def waiting(keys: Keys, alarms: Mapping[AlarmKey, Alarm]) -> tuple[AlarmKey, ...]:
    """Those that somebody can acknowledge."""
    return tuple(key for key in keys if key in alarms and alarms[key].state.needs_acknowledgement)


def why_not_acknowledge(keys: Keys, snapshot: Snapshot, now: float) -> str:
    """Why none of these can be acknowledged; at least one."""
    if len(keys) > 1:
        return "Nothing to acknowledge: none of these alarms is unacknowledged."
    (key,) = keys
    name, alarm = name_of(key, snapshot), snapshot.alarms.get(key)
    if alarm is None:
        return f"Nothing to acknowledge: {name} has no alarm."
    return f"Nothing to acknowledge: {name}: {sentence(alarm, now)}."


def acknowledge(
    keys: Keys, snapshot: Snapshot, reasons: Sequence[str], *, everything: bool = False
) -> Question:
    """Asks why these are acknowledged; ``everything`` if they are all that is shown."""
    shown = " that are shown" if everything else ""
    return Question(
        paragraphs=(_title("Acknowledge", keys, snapshot, shown), *_standing(keys, snapshot)),
        yes="Acknowledge",
        placeholder="reason: restarting it, called the owner…",
        understand=_reason,
        offers=tuple(reasons),
    )


def shelve_until(keys: Keys, snapshot: Snapshot, now: float) -> Question:
    """Asks until when these are shelved."""

    def understand(text: str) -> Understood:
        try:
            until = moment_to_come(text, now)
        except MomentError as error:
            words = safe(str(error)) if text else FORMS_TO_COME
            return Understood(words, good=False)
        return Understood(f"until {until_words(until, now)}, for {span(until - now)}")

    return Question(
        paragraphs=(
            _title("Shelve", keys, snapshot),
            f"{_covers(keys, snapshot)} A shelved alarm calls nobody until the shelf ends.",
        ),
        yes="Next",
        placeholder="until when",
        understand=understand,
        offers=OFFERED_SHELVES,
    )


def _covers(keys: Keys, snapshot: Snapshot) -> str:
    stand = sum(key in snapshot.alarms and snapshot.alarms[key].stands for key in keys)
    if len(keys) == 1:
        return f"Covers 1 alarm, which {'stands' if stand else 'does not stand'} now."
    return f"Covers {len(keys)} alarms, of which {stand or 'none'} stand{'s' * (stand == 1)} now."


def shelf_end(text: str, now: float) -> float:
    """When a shelf ends by an answer to ``shelve_until``, Unix time in seconds."""
    return moment_to_come(text, now)


def shelve_why(
    keys: Keys, snapshot: Snapshot, until: float, now: float, reasons: Sequence[str]
) -> Question:
    """Asks why these are shelved until then."""
    return Question(
        paragraphs=(_title("Shelve", keys, snapshot, f" until {until_words(until, now)}"),),
        yes="Shelve",
        placeholder="reason: moving to the new cluster…",
        understand=_reason,
        offers=tuple(reasons),
    )


def note(key: AlarmKey | None, snapshot: Snapshot) -> Question:
    """Asks for a note on an entry point or a server, or on the whole board."""
    about = name_of(key, snapshot) if key else "the whole board"
    return Question(
        paragraphs=(f"Note on {about}", "Everybody reads it on the timeline and in the handover."),
        yes="Write",
        placeholder="note",
        understand=lambda text: Understood("" if text else "Write a word at least.", bool(text)),
    )


def unshelve(keys: Keys, snapshot: Snapshot) -> tuple[str, ...]:
    """The question before a shelf is ended, in paragraphs."""
    shelf = snapshot.alarms[keys[0]].shelf
    words = f"Shelved {handling_words(shelf, snapshot.at)}." if shelf and len(keys) == 1 else ""
    asked = f"{_title('End the shelf of', keys, snapshot)}?"
    return (asked, words, "If its condition is true, it is raised anew.")


def acknowledged_words(keys: Keys, snapshot: Snapshot) -> str:
    """What was done, for whoever did it."""
    return f"{_title('Acknowledged', keys, snapshot)}."


def shelved_words(keys: Keys, snapshot: Snapshot, until: float, now: float) -> str:
    """The same of a shelf."""
    return f"{_title('Shelved', keys, snapshot)} until {until_words(until, now)}."


def unshelved_words(keys: Keys, snapshot: Snapshot) -> str:
    """The same of the end of a shelf."""
    return f"{_title('Ended the shelf of', keys, snapshot)}."


def until_words(until: float, now: float) -> str:
    """When a shelf ends: ``15:00:00``, with the day where that is another one."""
    moment, today = time.localtime(until), time.localtime(now)
    return clock(until, now) if moment[:3] == today[:3] else time.strftime("%a %d %b %H:%M", moment)


def _reason(text: str) -> Understood:
    if text:
        return Understood()
    return Understood("Say why, in a word at least.", good=False)


def _title(verb: str, keys: Keys, snapshot: Snapshot, rest: str = "") -> str:
    if len(keys) > 1:
        return f"{verb} {len(keys)} alarms{rest}"
    return f"{verb} {name_of(keys[0], snapshot)}{rest}"


def _standing(keys: Keys, snapshot: Snapshot) -> tuple[str, ...]:
    """What one alarm is, or the names of several."""
    if len(keys) > 1:
        names = [name_of(key, snapshot) for key in keys[:MOST_NAMES]]
        more = [f"{len(keys) - MOST_NAMES} more"] if len(keys) > MOST_NAMES else []
        return (", ".join([*names, *more]) + ".",)
    alarm = snapshot.alarms[keys[0]]
    raised = f" {age(snapshot.at - alarm.raised_at)} ago" if alarm.raised_at is not None else ""
    words = [f"{verdict_words(alarm)}, raised{raised}."]
    if alarm.key.id is None:
        cause, covered = cause_words(alarm), _covered(alarm.key.server, snapshot.entry_points)
        words = [f"{verdict_words(alarm)}{f' ({cause})' if cause else ''}, raised{raised}."]
        words.append(f"It stands for {covered} entry point{'' if covered == 1 else 's'}.")
    if alarm.state is AlarmState.RETURNED:
        words.append("It is over already; acknowledged, it goes.")
    return (" ".join(words),)


def _covered(server: str, keys: Mapping[EntryPointKey, object]) -> int:
    return sum(key.server == server for key in keys)
