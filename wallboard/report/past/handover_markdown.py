"""A handover as Markdown for a ticket, a mail or a chat; it reads as plain text too.

Nothing that a server or a config said can act: not on a terminal, and not as Markdown.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from wallboard.domain.alarm import Alarm
from wallboard.domain.change import Change
from wallboard.domain.endpoint import EntryPoint, EntryPointKey
from wallboard.domain.foreign_text import safe
from wallboard.domain.incident import NO_RULES, Incident, Rules
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.policy import WORST_FIRST, Verdict
from wallboard.domain.time_span import span
from wallboard.recorder.ledger.reader import rows_of_recording
from wallboard.recorder.recording import Recording
from wallboard.report.past.handover import AsPlanned, Handover, read_handover
from wallboard.report.past.history import gap_words, outage_words, share, window_words
from wallboard.report.past.past import Window, window_of
from wallboard.report.words.alarms import verdict_words, was_words, whose_alarm
from wallboard.report.words.changes import lasted, state_word
from wallboard.report.words.figures import figure, moment_in, moments, wait, zone_of
from wallboard.report.words.incidents import (
    handled_words,
    lasting_words,
    phases_words,
    points_words,
)
from wallboard.report.words.redaction import prose
from wallboard.report.words.rows import who

MOST_CHANGES = 200
"""Shown of what changed; beyond that nobody reads on."""

MOST_NOTES = 50
MOST_INCIDENTS = 100
MOST_OF_ONE = 6
"""Changes that are shown of one incident, for it is read on a phone; the JSON has all."""

MOST_PLANNED = 20
LEFT_OPEN = ", open outside hours"
MOST_CHANGERS = 10
MOST_OUTAGES = 10
MOST_WAITS = 10

_MORE_MARKDOWN = re.compile(r"[_~\]>#@$]|:(?=//)|(?<=[wW]{3})\.")
"""What makes emphasis, links and mentions of text, beyond what every report escapes."""


SHIFT_SECONDS = 8 * 3600.0

MOST_CHANGES_READ = 20_000
"""A shift with more than these changes begins later."""


def read_shift(path: Path, until: float, rules: Rules = NO_RULES) -> str:
    """The report of the eight hours up to a moment, from a recording and the rules of its alarms.

    Raises ``RecordingError``.
    """
    with Recording.open(path) as recording:
        since = recording.since_newest(MOST_CHANGES_READ, until - SHIFT_SECONDS, until)
        spans = recording.recorded_spans()
        window = window_of(since, until, spans, gap_seconds=recording.gap_seconds)
        ledger = rows_of_recording(path, since)
        return handover_markdown(read_handover(recording, window, ledger, rules, path=path))


def handover_markdown(handover: Handover) -> str:
    """The whole report, ending with a line break."""
    parts = [
        f"# Shift report: {_text(handover.title)}",
        window_words(handover.window) + ".",
        *_unrecorded(handover),
        *_wrong(handover),
        *_alarms(handover),
        *_notes(handover),
        *_incidents(handover),
        *_changes(handover),
        *_outages(handover),
        *_waits(handover),
        *_times(handover),
    ]
    return "\n\n".join(parts) + "\n"


def _alarms(handover: Handover) -> Iterator[str]:
    if not handover.alarms:
        return
    end, zone = handover.window.until, _zone(handover)
    names = {AlarmKey.of(key): _named(key, handover.names) for key in handover.names}
    yield "## Alarms at the end"
    heads = ["UTC", f"LOCAL {zone}", "of", "alarm", "what", "who", "until (UTC)", "why"]
    yield _table(heads, [_alarm(alarm, names, end, zone) for alarm in handover.alarms])


def _alarm(alarm: Alarm, names: Mapping[AlarmKey, str], end: float, zone: str) -> list[str]:
    handling, since = alarm.shelf or alarm.acknowledgement, alarm.onset or alarm.since
    lasts = handling is not None and handling.until < math.inf
    return [
        *(moments(since, zone) if since else ("", "")),
        names.get(alarm.key) or f"server {_text(alarm.key.server)}",
        str(alarm.state),
        _text(was_words(alarm, end) if alarm.over_at is not None else verdict_words(alarm)),
        _text(safe(handling.who)) if handling else "",
        moments(handling.until, zone)[0] if handling and lasts else "",
        _text(safe(handling.why if handling else alarm.suppressed_by)),
    ]


def _unrecorded(handover: Handover) -> Iterator[str]:
    gaps = handover.window.unrecorded
    if gaps:
        yield "No data recorded:"
        yield _items([gap_words(gap, _zone(handover)) for gap in gaps])
    if handover.blind:
        yield "This machine had no network; that nothing could be reached then says nothing:"
        yield _items([gap_words(gap, _zone(handover)) for gap in handover.blind])


def _wrong(handover: Handover) -> Iterator[str]:
    end, zone = handover.window.until, _zone(handover)
    yield "## Open problems"
    if handover.window.ends_unrecorded:
        yield "The end of this period was not recorded; this is the last known state."
    down = {status.server for status in handover.servers_down}
    servers = []
    for status in handover.servers_down:
        count = sum(wrong.entry_point.key.server == status.server for wrong in handover.wrong)
        why = status.failure.message if status.failure else ""
        servers.append(
            f"server {_text(status.server)}: unreachable{_since(status.since, end, zone)}, "
            f"{count} entry point{'' if count == 1 else 's'}: {_text(why)}"
        )
    if servers:
        yield _items(servers)
    wrong = [one for one in handover.wrong if one.entry_point.key.server not in down]
    if wrong:
        rows = [
            [
                one.level.label,
                _who(one.entry_point),
                one.verdict.label,
                *_begun(one.since, end, zone),
                _text(one.why),
            ]
            for one in wrong
        ]
        heads = ["level", "entry point", "verdict", "since UTC", f"LOCAL {zone}", "for", "why"]
        yield _table(heads, rows)
    if handover.failing:
        yield "Failing endpoints:"
        yield _items(
            [
                f"{_who(one.entry_point)} {one.endpoint}{_since(one.since, end, zone)}: "
                + _text(one.failure.message.removeprefix(f"{one.endpoint}: "))
                for one in handover.failing
            ]
        )
    if not (servers or wrong or handover.failing):
        yield "None."
    if planned := [_planned(one) for one in handover.as_planned[:MOST_PLANNED]]:
        more = len(handover.as_planned) - len(planned)
        yield "As planned, and no problems:"
        yield _items(planned + ([f"and {more:,} more"] if more else []))


def _planned(one: AsPlanned) -> str:
    return f"{_who(one.entry_point)} {one.verdict.label}: {_text(one.words)}"


def _notes(handover: Handover) -> Iterator[str]:
    notes, zone = handover.notes[-MOST_NOTES:], _zone(handover)
    if not notes:
        return
    yield "## Notes"
    if len(handover.notes) > MOST_NOTES:
        before = len(handover.notes) - MOST_NOTES
        yield f"The last {MOST_NOTES}; {before:,} earlier ones are left out."
    whose = {AlarmKey.of(key): _named(key, handover.names) for key in handover.names}
    yield _table(
        ["UTC", f"LOCAL {zone}", "on", "by", "note"],
        [
            [
                *moments(row.at, zone),
                whose.get(row.key) or _text(whose_alarm(row.key, {})) if row.key else "the board",
                _text(row.who),
                _text(row.text),
            ]
            for row in notes
        ],
    )


def _incidents(handover: Handover) -> Iterator[str]:
    """The incidents, each with the last of its changes below it."""
    yield "## Incidents"
    incidents = handover.incidents
    if len(incidents) > MOST_INCIDENTS:
        before = len(incidents) - MOST_INCIDENTS
        yield f"The last {MOST_INCIDENTS}; {before:,} earlier ones are left out."
    told = [_incident(incident, handover) for incident in incidents[-MOST_INCIDENTS:]]
    yield "\n".join(line for lines in told for line in lines) if told else "None."
    if handover.minor:
        what = "1 more was" if handover.minor == 1 else f"{handover.minor:,} more were"
        yield f"{what} of a long wait, a long queue or few slots only."


def _incident(incident: Incident, handover: Handover) -> Iterator[str]:
    names, end, zone = handover.names, handover.window.until, _zone(handover)
    if incident.key is None:
        count = points_words(len(incident.covers(names)))
        whose = f"server {_text(incident.server)}, {count}"
    else:
        whose = _named(incident.key, names)
    left_open = LEFT_OPEN if incident in handover.left_open else ""
    lasting = lasting_words(incident, end) + (", ongoing" if incident.stands else "")
    handled = handled_words(incident)
    yield (
        f"- {moment_in(incident.at, zone)} {whose}: {incident.level.label}, {lasting}:"
        f" {_text(phases_words(incident.phases) + left_open)}"
        + (f"; {_text(handled)}" if handled else "")
    )
    reported = set(map(id, handover.events))
    changes = [one for one in incident.changes if id(one) in reported]
    for change in changes[:MOST_OF_ONE]:
        subject = _subject(change, names) + ": " if change.key != incident.key else ""
        what = change.summary.partition(". ")[0].removesuffix(".")
        why = f": {_text(what)}" if what else ""
        yield (
            f"  - {_time_in(change.at, incident.at, zone)} {subject}"
            f"{_text(state_word(change.before, change.subject))} →"
            f" {_text(state_word(change.after, change.subject))}{why}"
        )
    if len(changes) > MOST_OF_ONE:
        yield f"  - and {len(changes) - MOST_OF_ONE:,} more"


def _time_in(at: float, after: float, zone: str) -> str:
    """The moment of a change of an incident, without its date if that is the incident's."""
    day, words = moments(after, zone)[0].partition(" ")[0], moment_in(at, zone)
    return words.removeprefix(f"{day} ")


def _changes(handover: Handover) -> Iterator[str]:
    """What belongs to no incident."""
    names, zone = handover.names, _zone(handover)
    told = {id(change) for incident in handover.incidents for change in incident.changes}
    loose = [change for change in handover.events if id(change) not in told]
    if not loose and not handover.level_changes:
        return
    yield "## Other changes"
    if len(loose) > MOST_CHANGES:
        yield f"The last {MOST_CHANGES}; {len(loose) - MOST_CHANGES:,} earlier ones are left out."
    if loose:
        heads = ["UTC", f"LOCAL {zone}", "entry point", "from", "to", "lasted", "why"]
        yield _table(heads, [_change(change, names, zone) for change in loose[-MOST_CHANGES:]])
    if handover.level_changes:
        yield "Changes of level only (wait, queue, slots):"
        most = handover.level_changes[:MOST_CHANGERS]
        yield _items([f"{_named(key, names)}: {count:,}" for key, count in most])
        yield from _more(handover.level_changes, MOST_CHANGERS, "with fewer changes")


def _zone(handover: Handover) -> str:
    return zone_of(handover.window.until)


def _named(key: EntryPointKey, names: dict[EntryPointKey, EntryPoint]) -> str:
    return _who(names[key]) if key in names else f"{key.id}, {_text(key.server)}"


def _subject(change: Change, names: dict[EntryPointKey, EntryPoint]) -> str:
    return _named(change.key, names) if change.key else f"server {_text(change.server)}"


def _change(change: Change, names: dict[EntryPointKey, EntryPoint], zone: str) -> list[str]:
    return [
        *moments(change.at, zone),
        _subject(change, names),
        _text(state_word(change.before, change.subject)),
        _text(state_word(change.after, change.subject)),
        lasted(change),
        _text(change.summary),
    ]


def _outages(handover: Handover) -> Iterator[str]:
    yield "## Longest outages"
    names, zone = handover.names, _zone(handover)
    longest = handover.outages[:MOST_OUTAGES]
    rows = [f"{_who(names[outage.key])}: {outage_words(outage, zone)}" for outage in longest]
    yield _items(rows) if rows else _no_outage(handover.window)
    yield from _more(handover.outages, MOST_OUTAGES, "shorter ones")


def _no_outage(window: Window) -> str:
    if not window.recorded:
        return "No data recorded."
    if window.unrecorded:
        return "None in the recorded time."
    return "None: chats were possible all the time."


def _waits(handover: Handover) -> Iterator[str]:
    yield "## Longest waits"
    names, zone = handover.names, _zone(handover)
    rows = [
        f"{_who(names[key])}: {wait(worst.seconds)} at {moment_in(worst.at, zone)}, "
        f"queue {figure(worst.queue_depth)}"
        for key, worst in handover.waits[:MOST_WAITS]
        if worst.seconds > 0
    ]
    yield _items(rows) if rows else "No waits recorded."


def _times(handover: Handover) -> Iterator[str]:
    yield "## Time in each verdict"
    recorded = handover.window.recorded_seconds
    spent = {past.entry_point.key: past.verdict_seconds for past in handover.pasts}
    found = {verdict for seconds in spent.values() for verdict in seconds}
    if not found:
        yield "No data recorded."
        return
    columns = [Verdict.OPEN, *(v for v in WORST_FIRST if v is not Verdict.OPEN)]
    columns = [verdict for verdict in columns if verdict in found]
    heads = ["entry point", *(verdict.label for verdict in columns)]
    rows = [
        [_who(past.entry_point)]
        + [_time(spent[past.entry_point.key].get(verdict), recorded) for verdict in columns]
        for past in handover.pasts
    ]
    yield _table(heads, rows)


def _time(seconds: float | None, of: float) -> str:
    return "" if seconds is None else f"{span(seconds)} ({share(seconds, of)})"


def _more(found: Sequence[object], shown: int, what: str) -> Iterator[str]:
    if len(found) > shown:
        yield f"And {len(found) - shown:,} {what}."


def _begun(since: float | None, end: float, zone: str) -> tuple[str, str, str]:
    if since is None:
        return "unknown", "", ""
    return (*moments(since, zone), span(max(0.0, end - since)))


def _since(since: float | None, end: float, zone: str) -> str:
    if since is None:
        return ""
    return f" since {moment_in(since, zone)}, for {span(max(0.0, end - since))}"


def _who(entry_point: EntryPoint) -> str:
    return f"{_text(who(entry_point))}, {_text(entry_point.key.server)}"


def _text(text: str) -> str:
    """Foreign text as nothing but text, also where addresses become links by themselves."""
    return _MORE_MARKDOWN.sub(r"\\\g<0>", prose(text))


def _items(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
