"""How a whole board stands, in a handful of numbers."""

from collections import Counter
from collections.abc import Mapping

from wallboard.domain.alarm import AlarmState
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.snapshot import Snapshot

COUNTED = (
    AlarmState.UNACKNOWLEDGED,
    AlarmState.RETURNED,
    AlarmState.ACKNOWLEDGED,
    AlarmState.SHELVED,
    AlarmState.SUPPRESSED,
)

LATE_INTERVALS, LATE_SECONDS = 3, 30.0


def standing_of(snapshot: Snapshot, longest_interval: float) -> Mapping[str, float]:
    """Times in Unix time in seconds, and how many entry points and alarms there are of each kind.

    What is out of date is unknown and not open. ``late`` says that nothing was polled for three of
    the longest intervals, and for half a minute.
    """
    now = snapshot.at
    levels: Counter[Level] = Counter()
    is_open = 0
    for status in snapshot.entry_points.values():
        judgement = status.judgement
        levels[judgement.level_at(now)] += 1
        is_open += judgement.verdict is Verdict.OPEN and not judgement.unconfirmed(now)
    states = Counter(alarm.state for alarm in snapshot.alarms.values())
    newest_at = snapshot.newest_at
    patience = max(LATE_SECONDS, LATE_INTERVALS * longest_interval)
    late = newest_at is not None and now - newest_at > patience
    moments = {"at": now, "newest_at": newest_at, "blind_since": snapshot.blind_since}
    return {
        **{name: round(at, 3) for name, at in moments.items() if at is not None},
        "late": int(late),
        "entry_points": len(snapshot.entry_points),
        "open": is_open,
        **{level.label: levels[level] for level in Level},
        **{state.value: states[state] for state in COUNTED},
    }
