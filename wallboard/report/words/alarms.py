"""Alarms in words: what each is, who has it and until when, and how many there are."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wallboard.domain.alarm import Alarm, AlarmState, Handling
from wallboard.domain.endpoint import Contact
from wallboard.domain.foreign_text import safe
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.policy import Verdict
from wallboard.domain.time_span import span
from wallboard.report.words.changes import CAUSE_WORDS
from wallboard.report.words.figures import age, clock, minute, times
from wallboard.report.words.notices import OUTCOMES, notice_words, notices_about

_MINUTE = 60.0
NOBODY_LOOKED = "nobody looked"
SHORT_STATES = {
    AlarmState.UNACKNOWLEDGED: "new",
    AlarmState.RETURNED: "returned",
    AlarmState.ACKNOWLEDGED: "acked",
    AlarmState.SHELVED: "shelved",
}
"""The states that are counted, in the order and in the words in which they are told."""


def counted(alarms: Iterable[Alarm]) -> dict[AlarmState, int]:
    """How many alarms there are in each state that is counted; those without any are left out."""
    counts = dict.fromkeys(SHORT_STATES, 0)
    for alarm in alarms:
        if alarm.state in counts:
            counts[alarm.state] += 1
    return {state: count for state, count in counts.items() if count}


def count_words(counts: Mapping[AlarmState, int]) -> str:
    """``2 new · 1 acked · 1 shelved``; nothing without alarms."""
    return " · ".join(f"{count} {SHORT_STATES[state]}" for state, count in counts.items())


def user_of(who: str) -> str:
    """The name in ``anna@jump1``, safe to show."""
    return safe(who.partition("@")[0] or who)


def whose_alarm(key: AlarmKey | None, names: Mapping[AlarmKey, str]) -> str:
    """Whose alarm it is, safe to show: ``Sales (prod 1000)``, ``server prod``, ``the board``."""
    if key is None:
        return "the board"
    if key.id is None:
        return f"server {safe(key.server)}"
    return safe(names.get(key) or f"{key.id} ({key.server})")


def verdict_words(alarm: Alarm) -> str:
    """The worst verdict since it was raised, ``UNREACHABLE`` for a server."""
    return _label(alarm.key, alarm.verdict or alarm.condition.verdict)


def _label(key: AlarmKey, verdict: str) -> str:
    if key.id is None:
        return Verdict.UNREACHABLE.label
    return Verdict(verdict).label if verdict in set(Verdict) else safe(verdict).upper()


def cause_words(alarm: Alarm) -> str:
    """Why a server is out of reach; nothing for an entry point."""
    cause = alarm.verdict or alarm.condition.verdict
    return next((words for one, words in CAUSE_WORDS.items() if one == cause), "")


def was_words(alarm: Alarm, now: float, *, verdict: str = "") -> str:
    """What a returned one was, and when: ``was SERVICE DOWN 02:10–02:31``, ``02:10 for 45s``."""
    start, end = alarm.onset or alarm.since, alarm.over_at or alarm.since
    when = f"{minute(start, now)}–{minute(end, start)}"
    if end - start < _MINUTE:
        when = f"{minute(start, now)} for {span(end - start)}"
    return f"was {verdict or verdict_words(alarm)} {when}"


def extra_words(alarm: Alarm, now: float) -> Iterator[str]:
    """Remarks on an alarm that stands: that it chatters, that it is more than a day old."""
    if alarm.chattering:
        yield "chattering"
    if alarm.is_old(now):
        yield "over 24h"


def sentence(alarm: Alarm, now: float) -> str:
    """All there is to say of an alarm, on one line."""
    return ", ".join([_state_words(alarm, now), *extra_words(alarm, now)])


def _state_words(alarm: Alarm, now: float) -> str:
    match alarm.state:
        case AlarmState.PENDING:
            return f"alarm pending {span(alarm.held_at(now))} of {span(alarm.rules.raise_for)}"
        case AlarmState.ACKNOWLEDGED if alarm.acknowledgement:
            return f"acknowledged {handling_words(alarm.acknowledgement, now)}"
        case AlarmState.SHELVED if alarm.shelf:
            return f"shelved {handling_words(alarm.shelf, now)}"
        case AlarmState.RETURNED:
            return f"returned: {was_words(alarm, now)}, {NOBODY_LOOKED}"
        case AlarmState.SUPPRESSED:
            return f"suppressed: {safe(alarm.suppressed_by)}"
        case _:
            return f"{alarm.state}{_since(alarm, now)}"


def _since(alarm: Alarm, now: float) -> str:
    if alarm.raised_at is None:
        return ""
    return f", raised {clock(alarm.raised_at, now)} ({age(now - alarm.raised_at)} ago)"


def handling_words(handling: Handling, now: float) -> str:
    """``by anna@jump1 02:12:10 until 10:12:10: restarting it``."""
    who = safe(handling.who) or "somebody"
    until = f" until {clock(handling.until, now)}" if handling.until < float("inf") else ""
    why = f": {safe(handling.why)}" if handling.why else ""
    return f"by {who} {clock(handling.at, now)}{until}{why}"


def contact_words(contact: Contact) -> str:
    """``runbook https://… · owner Anna · phone 4711``; nothing where nothing is known."""
    facts = {"runbook": contact.runbook, "owner": contact.owner, "phone": contact.phone}
    return " · ".join(f"{name} {safe(value)}" for name, value in facts.items() if value)


_ROW_WORDS = {
    RowKind.RAISED: "alarm raised",
    RowKind.WORSENED: "alarm worse",
    RowKind.RETURNED: "alarm over, nobody looked",
    RowKind.CLEARED: "alarm over",
    RowKind.UNACKNOWLEDGED: "acknowledgement ended",
    RowKind.UNSHELVED: "shelf ended",
    RowKind.CHATTERING: "alarm chatters",
    RowKind.QUIET: "alarm quiet again",
    RowKind.BLIND: "this machine lost its network",
    RowKind.SEEING: "this machine has its network again",
}


def rows_about(key: AlarmKey, rows: Iterable[LedgerRow]) -> tuple[LedgerRow, ...]:
    """The rows of an entry point, of its server, and the notes on the whole board, oldest first."""
    whole, rows = (key, AlarmKey(key.server)), tuple(rows)
    found = [
        row
        for row in rows
        if row.kind not in OUTCOMES
        and (row.key in whole or (row.key is None and row.kind is RowKind.NOTE))
    ]
    return tuple(sorted([*found, *notices_about(whole, rows)], key=lambda row: row.at))


def row_words(row: LedgerRow, now: float) -> str:
    """What a row of the ledger says: ``acknowledged by anna@jump1: restarting it``.

    One of a server, or of the whole board, says so first.
    """
    if row.kind in OUTCOMES:
        return notice_words(row)
    words = _ROW_WORDS.get(row.kind, str(row.kind))
    if row.kind in {RowKind.RAISED, RowKind.WORSENED} and row.key and row.verdict:
        words += f": {_label(row.key, row.verdict)}"
    by = f" by {safe(row.who)}" if row.who else ""
    until = ""
    if row.kind is RowKind.SHELVED and row.until is not None:
        until = f" until {minute(row.until, now)}"
    text = f": {safe(row.text)}" if row.text else ""
    return f"{_whole(row)}{words}{by}{until}{text}"


def _whole(row: LedgerRow) -> str:
    if row.key is None:
        return "board: " if row.kind is RowKind.NOTE else ""
    return f"server {safe(row.key.server)}: " if row.key.id is None else ""


_ORDER = tuple(SHORT_STATES)


def listed(alarms: Iterable[Alarm]) -> list[Alarm]:
    """The alarms that are told: what must be looked at first, each kind newest first.

    One that is pending is none yet.
    """
    found = [one for one in alarms if one.state is not AlarmState.PENDING]
    return sorted(found, key=lambda one: (_place(one), -(one.raised_at or one.since or 0.0)))


def state_values(alarm: Alarm, now: float) -> dict[str, Any]:
    """How an alarm stands as plain values, without whose it is; ``None`` is what is not known."""
    return {
        "state": str(alarm.state),
        "verdict": (alarm.verdict or alarm.condition.verdict) or None,
        "level": alarm.level.label if alarm.level is not None else None,
        **times("onset", alarm.onset),
        **times("raised_at", alarm.raised_at),
        **times("over_at", alarm.over_at),
        "acknowledged": _handling_document(alarm.acknowledgement),
        "shelved": _handling_document(alarm.shelf),
        "suppressed_by": alarm.suppressed_by or None,
        "chattering": alarm.chattering,
        "old": alarm.is_old(now),
    }


def _place(alarm: Alarm) -> int:
    return _ORDER.index(alarm.state) if alarm.state in _ORDER else len(_ORDER)


def _handling_document(handling: Handling | None) -> dict[str, Any] | None:
    if handling is None:
        return None
    return {
        **times("at", handling.at),
        "who": handling.who,
        "why": handling.why or None,
        **times("until", handling.until),
    }
