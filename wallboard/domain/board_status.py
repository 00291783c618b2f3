"""The status of a whole board, in a handful of numbers."""

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


class PointCounts:
    """Counts the entry points of a board, anew only when a count may have changed."""

    def __init__(self) -> None:
        self._counted_for: tuple[int, int] | None = None
        self._counts: Mapping[str, int] = {}

    def of(self, snapshot: Snapshot) -> Mapping[str, int]:
        """How many are open and at each level; what is out of date is unknown and not open."""
        reason = (snapshot.ranking, len(snapshot.entry_points))
        if reason != self._counted_for:
            self._counted_for, self._counts = reason, _counts(snapshot)
        return self._counts


def _counts(snapshot: Snapshot) -> Mapping[str, int]:
    now, is_open = snapshot.at, 0
    levels: Counter[Level] = Counter()
    for status in snapshot.entry_points.values():
        judgement = status.judgement
        levels[judgement.level_at(now)] += 1
        is_open += judgement.verdict is Verdict.OPEN and not judgement.unconfirmed(now)
    points = len(snapshot.entry_points)
    by_level = {level.label: levels[level] for level in Level}
    return {"entry_points": points, "open": is_open, **by_level}


def board_status(
    snapshot: Snapshot, points: Mapping[str, int], longest_interval: float
) -> Mapping[str, float]:
    """Times in Unix time in seconds, and how many entry points and alarms there are of each kind.

    ``points`` counts the former. ``late`` says that nothing was polled for three of the longest
    intervals, and for half a minute.
    """
    now = snapshot.at
    states = Counter(alarm.state for alarm in snapshot.alarms.values())
    newest_at = snapshot.newest_at
    patience = max(LATE_SECONDS, LATE_INTERVALS * longest_interval)
    late = newest_at is not None and now - newest_at > patience
    moments = {"at": now, "newest_at": newest_at, "blind_since": snapshot.blind_since}
    return {
        **{name: round(at, 3) for name, at in moments.items() if at is not None},
        "late": int(late),
        **points,
        **{state.value: states[state] for state in COUNTED},
    }
