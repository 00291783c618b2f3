"""The alarms of a span of time, counted: what a set of rules asks of those who are called.

All times are Unix time in seconds.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from statistics import median

from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.policy import Level
from wallboard.frozen import frozen

BRIEF_SECONDS = 120.0
"""An alarm that is over sooner is over before anybody has looked."""

TOGETHER_SECONDS = 600.0
"""Within so many seconds alarms are counted as coming together."""


@frozen
class RaisedAlarm:
    """One alarm, from ``raised_at`` until its condition was over; ``over_at`` is ``None`` before.

    ``onset`` is when its condition began, ``level`` and ``verdict`` are the worst it was.
    """

    key: AlarmKey
    onset: float
    raised_at: float
    over_at: float | None = None
    level: Level = Level.CRITICAL
    verdict: str = ""
    chattering: bool = False

    def seconds(self, since: float, until: float) -> float:
        """How many seconds of a span it stood."""
        over_at = until if self.over_at is None else min(self.over_at, until)
        return max(0.0, over_at - max(self.raised_at, since))


def raised_alarms(rows: Iterable[LedgerRow]) -> list[RaisedAlarm]:
    """The alarms that some rows of a ledger tell of, in the order in which they were raised."""
    found: list[RaisedAlarm] = []
    places: dict[tuple[AlarmKey, float], int] = {}
    for row in rows:
        if row.key is None or row.onset is None:
            continue
        name = (row.key, row.onset)
        if row.kind is RowKind.RAISED and name not in places:
            places[name] = len(found)
            level = Level.UNKNOWN if row.level is None else row.level
            found.append(RaisedAlarm(row.key, row.onset, row.at, level=level, verdict=row.verdict))
        elif name in places:
            found[places[name]] = _updated(found[places[name]], row)
    return found


def _updated(alarm: RaisedAlarm, row: LedgerRow) -> RaisedAlarm:
    match row.kind:
        case RowKind.RETURNED | RowKind.CLEARED if alarm.over_at is None:
            over_at = row.at if row.until is None else row.until
            return replace(alarm, over_at=max(alarm.raised_at, over_at))
        case RowKind.WORSENED if row.level is not None:
            return replace(alarm, level=row.level, verdict=row.verdict)
        case RowKind.CHATTERING:
            return replace(alarm, chattering=True)
    return alarm


@frozen
class AlarmFigures:
    """The alarms that were raised in a span, counted.

    ``brief`` were over within two minutes, ``together`` is the most that came within ten.
    ``stood_before`` were raised earlier; only ``seconds``, in which alarms stood in all, has a part
    of these. ``median_seconds`` and ``longest_seconds`` are 0 without any.
    """

    alarms: int
    of_servers: int
    brief: int
    at_night: int
    chattering: int
    together: int
    stood_before: int
    seconds: float
    median_seconds: float
    longest_seconds: float


def alarm_figures(
    alarms: Iterable[RaisedAlarm],
    since: float,
    until: float,
    *,
    at_night: Callable[[float], bool],
) -> AlarmFigures:
    """Count the alarms of a span; ``at_night`` says whether a moment is."""
    known = list(alarms)
    raised = [one for one in known if one.raised_at >= since]
    lasted = [one.seconds(since, until) for one in raised]
    return AlarmFigures(
        alarms=len(raised),
        of_servers=sum(one.key.id is None for one in raised),
        brief=sum(
            one.over_at is not None and one.over_at - one.raised_at < BRIEF_SECONDS
            for one in raised
        ),
        at_night=sum(at_night(one.raised_at) for one in raised),
        chattering=sum(one.chattering for one in raised),
        together=_most_together([one.raised_at for one in raised]),
        stood_before=len(known) - len(raised),
        seconds=sum(one.seconds(since, until) for one in known),
        median_seconds=median(lasted) if lasted else 0.0,
        longest_seconds=max(lasted, default=0.0),
    )


def _most_together(moments: Sequence[float]) -> int:
    moments = sorted(moments)
    most = first = 0
    for place, at in enumerate(moments):
        while moments[first] <= at - TOGETHER_SECONDS:
            first += 1
        most = max(most, place - first + 1)
    return most


@frozen
class AlarmSum:
    """The alarms of one entry point or server in a span, and how many seconds they stood."""

    key: AlarmKey
    alarms: int
    seconds: float
    chattering: int


def alarm_sums(alarms: Iterable[RaisedAlarm], since: float, until: float) -> list[AlarmSum]:
    """The alarms by whose they are, the most alarms first, then the longest."""
    by_key = sorted(alarms, key=lambda one: _place(one.key))
    sums = [
        AlarmSum(
            key,
            sum(one.raised_at >= since for one in group),
            sum(one.seconds(since, until) for one in group),
            sum(one.chattering for one in group),
        )
        for key, group in ((key, list(of)) for key, of in groupby(by_key, key=lambda one: one.key))
    ]
    sums.sort(key=lambda one: (-one.alarms, -one.seconds))
    return sums


def _place(key: AlarmKey) -> tuple[str, int]:
    return key.server, -1 if key.id is None else key.id


def without_counterpart(
    alarms: Iterable[RaisedAlarm], others: Iterable[RaisedAlarm], until: float
) -> Iterator[RaisedAlarm]:
    """Those during which no other one of the same entry point or server stood."""
    spans: dict[AlarmKey, list[tuple[float, float]]] = {}
    for one in others:
        over_at = until if one.over_at is None else one.over_at
        spans.setdefault(one.key, []).append((one.onset, over_at))
    for one in alarms:
        over_at = until if one.over_at is None else one.over_at
        known = spans.get(one.key, ())
        if not any(begun <= over_at and one.onset <= over for begun, over in known):
            yield one
