"""The alarms that are told, in the order of every list, and how each stands as plain values."""

from collections.abc import Iterable
from typing import Any

from wallboard.domain.alarm import Alarm, AlarmState, Handling
from wallboard.report.words.alarms import SHORT_STATES
from wallboard.report.words.figures import times

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
