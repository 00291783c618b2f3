"""The alarms of the moment, as text and as JSON, whose shape is a promise to those who parse it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wallboard.domain.alarm import Alarm, AlarmState
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.foreign_text import safe
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.snapshot import EntryPointStatus, Snapshot
from wallboard.domain.time_span import span
from wallboard.report.words.alarms import (
    cause_words,
    count_words,
    counted,
    extra_words,
    state_values,
    user_of,
    verdict_words,
    was_words,
    whose_alarm,
)
from wallboard.report.words.figures import clock_in, iso, minute, times, zone_of
from wallboard.report.words.network import LOST
from wallboard.report.words.rows import whose
from wallboard.report.words.table import table

_HEADS = ("STATE", "SINCE", "FOR", "WHAT", "WHOSE", "WHO", "UNTIL", "WHY")


def exit_status(snapshot: Snapshot, alarms: Iterable[Alarm]) -> int:
    """0 where none stands, 1 where all are handled, 2 where somebody must look.

    3 where none stands for nothing is known.
    """
    states = {alarm.state for alarm in alarms}
    if any(state.needs_acknowledgement for state in states):
        return 2
    if states:
        return 1
    return 3 if why_unknown(snapshot) else 0


def why_unknown(snapshot: Snapshot) -> str:
    """Why nothing is known of the board: ``no data since 14:03``; empty if something is."""
    now = snapshot.at
    if snapshot.blind_since is not None:
        return f"{LOST} since {minute(snapshot.blind_since, now)}"
    policies = [status.policy for status in snapshot.entry_points.values()]
    probes = [one.next_probe_at or one.at for one in snapshot.unreachable]
    heard = [at for at in (snapshot.newest_at, *probes) if at is not None]
    if not heard:
        return "no data"
    late = now > max(heard) + max((policy.stale_after for policy in policies), default=0.0)
    return f"no data since {minute(max(heard), now)}" if late else ""


def alarm_lines(snapshot: Snapshot, alarms: list[Alarm]) -> Iterator[str]:
    """The lines on alarms, none with a line break."""
    zone = zone_of(snapshot.at)
    if why := why_unknown(snapshot):
        local = "" if alarms else f" LOCAL {zone}"
        yield f"{why[0].upper()}{why[1:]}{local}: alarms as they stood then."
    if not alarms:
        yield "No alarms."
        return
    yield count_words(counted(alarms)) or f"{len(alarms)} suppressed"
    yield ""
    names = names_of(snapshot)
    rows = [_cells(alarm, names, snapshot.at, zone) for alarm in alarms]
    heads = [f"SINCE, LOCAL {zone}" if head == "SINCE" else head for head in _HEADS]
    yield from table(heads, rows, right=frozenset({"FOR"}))


def alarms_json(snapshot: Snapshot, alarms: list[Alarm]) -> str:
    """The document as text, an alarm a line, in ASCII so that it cannot steer a terminal."""
    encode = json.JSONEncoder(allow_nan=False).encode
    counts = {str(state): count for state, count in counted(alarms).items()}
    lines = ",".join(f"\n  {encode(alarm_document(one, snapshot))}" for one in alarms)
    head = {
        "at": iso(snapshot.at),
        "known": not why_unknown(snapshot),
        **times("newest_at", snapshot.newest_at),
        **times("blind_since", snapshot.blind_since),
        "counts": counts,
    }
    return f'{encode(head)[:-1]},\n "alarms": [{lines}]}}'


def alarm_document(alarm: Alarm, snapshot: Snapshot) -> dict[str, Any]:
    """An alarm as plain values; what is not known is ``null``. The id of a server's is."""
    status = _status(alarm.key, snapshot)
    return {
        "server": alarm.key.server,
        "id": alarm.key.id,
        "name": status.entry_point.name if status else None,
        "group": status.entry_point.group or None if status else None,
        **state_values(alarm, snapshot.at),
    }


def alarm_values(key: EntryPointKey, snapshot: Snapshot) -> dict[str, Any] | None:
    """The alarm of an entry point, if it has one that is told: the same without whose it is."""
    alarm = snapshot.alarms.get(AlarmKey.of(key))
    if alarm is None or alarm.state is AlarmState.PENDING:
        return None
    return state_values(alarm, snapshot.at)


def names_of(snapshot: Snapshot) -> dict[AlarmKey, str]:
    """What the entry points of a board are called, as they came."""
    return {
        AlarmKey.of(key): whose(status.entry_point) for key, status in snapshot.entry_points.items()
    }


def _cells(alarm: Alarm, names: Mapping[AlarmKey, str], now: float, zone: str) -> list[str]:
    handling = alarm.shelf or alarm.acknowledgement
    since = alarm.onset or alarm.since
    return [
        str(alarm.state),
        clock_in(since, now, zone) if since else "",
        span((alarm.over_at or now) - since) if since else "",
        _what(alarm, now),
        whose_alarm(alarm.key, names),
        user_of(handling.who) if handling else "",
        clock_in(handling.until, now, zone) if handling else "",
        safe(handling.why if handling else alarm.suppressed_by),
    ]


def _what(alarm: Alarm, now: float) -> str:
    words = was_words(alarm, now) if alarm.over_at is not None else verdict_words(alarm)
    return ", ".join([words, *filter(None, [cause_words(alarm)]), *extra_words(alarm, now)])


def _status(key: AlarmKey, snapshot: Snapshot) -> EntryPointStatus | None:
    return snapshot.entry_points.get(key.entry_point) if key.entry_point else None
