"""The words of a notice, short enough for a phone. No channel has words of its own."""

from datetime import datetime
from typing import Any

from wallboard.domain.foreign_text import brief
from wallboard.domain.time_span import span
from wallboard.notices.notice import Notice, NoticeAlarm, Phase

MOST_NAME = 80
MOST_TITLE = 200
MOST_LISTED = 20
"""Alarms that a notice lists; it says how many more there are."""


def title(notice: Notice) -> str:
    """What it is about on one line: ``CRITICAL Billing US (prod): SERVICE DOWN``."""
    first = notice.alarms[0]
    what = _heading(notice, first)
    if len(notice.alarms) > 1:
        what = f"{notice.level.label.upper()} {len(notice.alarms)} alarms on {notice.board}"
        if notice.phase is Phase.OVER:
            what = f"OVER {len(notice.alarms)} alarms on {notice.board}"
    return brief(f"TEST {what}" if notice.test else what, MOST_TITLE)


def text(notice: Notice) -> str:
    """All of it in lines: what, since when, why, how many others, who, runbook, how to look."""
    return "\n".join(lines(notice))


def lines(notice: Notice) -> list[str]:
    """The same, line by line, without the title."""
    first, flood = notice.alarms[0], len(notice.alarms) > 1
    found = []
    if notice.test:
        found.append("This is a test of the channel. Nothing is wrong.")
    if flood:
        found += [_listed(one, notice) for one in notice.alarms[:MOST_LISTED]]
        if more := len(notice.alarms) - MOST_LISTED:
            found += [f"… and {more} more"] if more > 0 else []
    else:
        found += _about(first, notice)
    if notice.others:
        found.append(f"{notice.others} other alarm{'s' * (notice.others > 1)} on {notice.board}")
    if not flood:
        found += _whom(first)
    if notice.look:
        found.append(f"Look: {brief(notice.look)}")
    return found


def document(notice: Notice) -> dict[str, Any]:
    """The notice as JSON, which webhooks and commands are given: see docs/alarms.md."""
    return {
        "id": notice.id,
        "thread": notice.thread,
        "phase": notice.phase.value,
        "test": notice.test,
        "at": iso(notice.at),
        "board": notice.board,
        "title": title(notice),
        "text": text(notice),
        "level": notice.level.label,
        "others": notice.others,
        "look": notice.look,
        "alarms": [alarm_document(one) for one in notice.alarms],
    }


def alarm_document(alarm: NoticeAlarm) -> dict[str, Any]:
    """One alarm as JSON; what is not known is ``null``."""
    return {
        "server": alarm.key.server,
        "entry_point": alarm.key.id,
        "name": name_of(alarm),
        "group": alarm.group or None,
        "level": alarm.level.label,
        "verdict": alarm.verdict,
        "reason": alarm.reason or None,
        "since": iso(alarm.since),
        "over_at": None if alarm.over_at is None else iso(alarm.over_at),
        "acknowledged_by": alarm.acknowledged_by or None,
        "why": alarm.why or None,
        "runbook": alarm.runbook or None,
        "owner": alarm.owner or None,
        "phone": alarm.phone or None,
    }


def name_of(alarm: NoticeAlarm) -> str:
    """The name of the entry point or the server, on one line."""
    return brief(alarm.name, MOST_NAME)


def iso(at: float) -> str:
    """A moment as ISO 8601 with the zone of this machine."""
    return datetime.fromtimestamp(at).astimezone().isoformat(timespec="seconds")


def clock(at: float) -> str:
    """A moment for people, with its zone: ``02:10 CET``."""
    return datetime.fromtimestamp(at).astimezone().strftime("%H:%M %Z")


def _heading(notice: Notice, alarm: NoticeAlarm) -> str:
    whose = name_of(alarm)
    if alarm.key.id is not None:
        whose = f"{whose} ({brief(alarm.key.server, MOST_NAME)})"
    match notice.phase:
        case Phase.RAISE:
            return f"{alarm.level.label.upper()} {whose}: {alarm.verdict}"
        case Phase.REMIND:
            return f"STILL {alarm.level.label.upper()} {whose}: {alarm.verdict}"
        case Phase.ACKNOWLEDGE:
            return f"ACKNOWLEDGED {whose}: {alarm.verdict}"
        case Phase.OVER:
            return f"OVER {whose}: was {alarm.verdict}"


def _about(alarm: NoticeAlarm, notice: Notice) -> list[str]:
    end = alarm.over_at if notice.phase is Phase.OVER else None
    until = notice.at if end is None else end
    lasted = span(until - alarm.since)
    when = f"Since {clock(alarm.since)} ({lasted})"
    if end is not None:
        when = f"{clock(alarm.since)} to {clock(end)} ({lasted})"
    found = [when]
    if alarm.reason:
        found.append(f"Reason: {brief(alarm.reason)}")
    if alarm.acknowledged_by:
        why = f": {brief(alarm.why)}" if alarm.why else ""
        found.append(f"Acknowledged by {brief(alarm.acknowledged_by)}{why}")
    return found


def _listed(alarm: NoticeAlarm, notice: Notice) -> str:
    where = "" if alarm.key.id is None else f" ({brief(alarm.key.server, MOST_NAME)})"
    return f"{name_of(alarm)}{where}: {alarm.verdict} {', '.join(_about(alarm, notice)[:1])}"


def _whom(alarm: NoticeAlarm) -> list[str]:
    who = " ".join(brief(word) for word in (alarm.owner, alarm.phone) if word)
    return [
        *([f"Owner: {who}"] if who else []),
        *([f"Runbook: {brief(alarm.runbook, 2000)}"] if alarm.runbook else []),
    ]
