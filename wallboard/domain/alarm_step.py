"""How an alarm changes with its condition and with time: pure, and the same live and in a replay.

What happens is dated at the moment at which it was due, so that it does not matter how often
somebody looks.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

from wallboard.domain.alarm import Alarm, Condition, Truth
from wallboard.domain.alarm_fold import applied
from wallboard.domain.ledger_row import LedgerRow, RowKind, moment
from wallboard.domain.policy import Verdict

WORSE = "it got worse"
EXPIRED = "the acknowledgement expired"
"""Why an acknowledgement is over, as the row of the ledger says it."""

NOT_WATCHED = "removed from the config"
NO_NETWORK = "this machine had no network"
"""Why an alarm is over whose condition did not end, or was none."""

_WITHOUT_ANSWER = frozenset({Verdict.UNREACHABLE, Verdict.ERROR})

Step = tuple[Alarm, tuple[LedgerRow, ...]]
"""An alarm after something happened to it, and the rows that say what that did."""

Due = tuple[float, RowKind]
"""When something happens by itself, and what."""


def judged(alarm: Alarm, condition: Condition) -> Step:
    """The alarm under a new condition."""
    alarm, before = advanced(alarm, condition.at)
    alarm = seen(alarm, condition)
    alarm, worse = _with(alarm, _worse(alarm))
    alarm, after = advanced(alarm, condition.at)
    return alarm, (*before, *worse, *after)


def advanced(alarm: Alarm, now: float) -> Step:
    """The alarm at ``now``, its condition being what it was as far as that is confirmed."""
    rows: tuple[LedgerRow, ...] = ()
    at = -math.inf
    while (due := next_due(alarm)) and (at := max(at, due[0])) <= now:
        if alarm.condition.until < at:
            alarm = seen(alarm, gone_stale(alarm.condition))
        else:
            alarm, new = _with(alarm, _rows(alarm, at, due[1]))
            rows += new
    return alarm, rows


def seen(alarm: Alarm, condition: Condition) -> Alarm:
    """The alarm under a new condition, with whatever that will do still to come."""
    before, at = alarm.condition, max(condition.at, alarm.condition.at)
    until = moment(before.until)
    if before.conclusive and until < at:
        alarm = _under(alarm, gone_stale(before), max(before.at, until))
    return _under(alarm, condition, at)


def _under(alarm: Alarm, condition: Condition, at: float) -> Alarm:
    before = alarm.condition
    if (condition.truth, condition.suppressed_by) == (before.truth, before.suppressed_by):
        return replace(alarm, condition=condition)
    since = at if condition.since is None else min(at, condition.since)
    holds = condition.truth is Truth.TRUE if condition.conclusive else alarm.holds
    goes_on = holds == alarm.holds
    held = 0.0 if holds and condition.suppressed_by else at - since
    return replace(
        alarm,
        at=at,
        condition=condition,
        since=alarm.since if condition.truth is before.truth else since,
        holds=holds,
        began=alarm.began if goes_on else since,
        held=alarm.held_at(at) if goes_on else held,
    )


def gone_stale(condition: Condition) -> Condition:
    """What a condition is once no poll has confirmed it for too long."""
    return Condition(
        moment(condition.until),
        Truth.INCONCLUSIVE,
        condition.level,
        condition.verdict,
        suppressed_by=condition.suppressed_by,
    )


def explained(alarm: Alarm, at: float, since: float, by: str = "") -> Step:
    """The alarm from ``at`` on, when an outage from ``since`` on explains it until that is over.

    One that was raised in the short time before the outage was known is over, unless somebody has
    acknowledged it.
    """
    alarm, rows = advanced(alarm, at)
    if is_explained(alarm, since):
        why = by or NO_NETWORK
        cleared = replace(_row(alarm, at, RowKind.CLEARED), until=at, text=why)
        alarm, more = _with(alarm, (cleared,))
        rows += more
    return covered(alarm, at, since, by), rows


def is_explained(alarm: Alarm, since: float) -> bool:
    """Whether an outage from ``since`` on explains what it was raised for, and nobody has it."""
    if not (alarm.active and alarm.holds) or alarm.acknowledgement:
        return False
    if alarm.onset is None or alarm.began is None:
        return False
    unanswered = alarm.key.id is None or alarm.verdict in _WITHOUT_ANSWER
    # Its onset alone may be by a clock that was set meanwhile.
    return unanswered and _is_recent(alarm, min(alarm.onset, alarm.began), since)


def covered(alarm: Alarm, at: float, since: float, by: str = "") -> Alarm:
    """The same with what it was raised for still standing: what began with the outage is dropped.

    That is no condition of its own, and is not raised later.
    """
    alarm = seen(alarm, replace(gone_stale(alarm.condition), at=at, suppressed_by=by))
    if alarm.active or not alarm.holds or alarm.began is None:
        return alarm
    recent = _is_recent(alarm, alarm.began, since)
    return replace(alarm, holds=None, began=None, held=0.0) if recent else alarm


def _is_recent(alarm: Alarm, began: float, since: float) -> bool:
    return began >= since - alarm.rules.raise_for


def withdrawn(alarm: Alarm, at: float) -> tuple[LedgerRow, ...]:
    """The row for an alarm that ends because nobody watches for it any more."""
    if not alarm.stands:
        return ()
    return (replace(_row(alarm, at, RowKind.CLEARED), until=at, text=NOT_WATCHED),)


def next_due(alarm: Alarm) -> Due | None:
    """What happens next by itself if polls go on to confirm the condition."""
    due = [(max(at, alarm.at), kind) for at, kind in _timers(alarm)]
    if alarm.shelf:
        due.insert(0, (alarm.shelf.until, RowKind.UNSHELVED))
    if alarm.acknowledgement:
        due.append((alarm.acknowledgement.until, RowKind.UNACKNOWLEDGED))
    return min(due, key=lambda one: one[0], default=None)


def _timers(alarm: Alarm) -> Iterator[Due]:
    """The ends of the timers that run."""
    if not alarm.counts:
        return
    rules, start = alarm.rules, alarm.at - alarm.held
    if alarm.chattering:
        yield start + rules.flap_within, RowKind.QUIET
    if alarm.holds and not alarm.active:
        yield start + rules.raise_for, RowKind.RAISED
    elif not alarm.holds and alarm.active:
        quiet = rules.flap_within if alarm.chattering else 0.0
        yield start + max(rules.clear_for, quiet), RowKind.RETURNED


def _with(alarm: Alarm, rows: Iterable[LedgerRow]) -> Step:
    rows = tuple(rows)
    for row in rows:
        alarm = applied(alarm, row)
    return alarm, rows


def _rows(alarm: Alarm, at: float, kind: RowKind) -> Iterator[LedgerRow]:
    """What happens when something is due."""
    match kind:
        case RowKind.UNSHELVED:
            yield replace(_row(alarm, at, kind), until=alarm.shelf.until if alarm.shelf else None)
            if alarm.active and alarm.holds and alarm.counts:
                anew = replace(alarm, began=at)
                yield replace(_row(alarm, at, RowKind.RAISED), onset=_new_onset(anew, at))
        case RowKind.UNACKNOWLEDGED:
            yield _unacknowledged(alarm, at, EXPIRED)
        case RowKind.RAISED:
            onset = _new_onset(alarm, at)
            yield replace(_row(alarm, at, kind), onset=onset)
            if _chatters(alarm, at) and not alarm.chattering:
                yield replace(_row(alarm, at, RowKind.CHATTERING), onset=onset)
        case RowKind.RETURNED if _chatters(alarm, at):
            yield _row(alarm, at, RowKind.CHATTERING)
        case RowKind.RETURNED:
            over = RowKind.CLEARED if alarm.acknowledgement else kind
            yield replace(_row(alarm, at, over), until=alarm.began)
        case RowKind.QUIET:
            yield replace(_row(alarm, at, kind), until=alarm.chattered_at)
        case _:
            yield _row(alarm, at, kind)


def _new_onset(alarm: Alarm, at: float) -> float:
    """When the condition began, and always later than for an alarm that was raised before."""
    began = moment(at if alarm.began is None else alarm.began)
    if alarm.last_onset is None or began > alarm.last_onset:
        return began
    return moment(max(at, alarm.last_onset + 0.001))


def _worse(alarm: Alarm) -> Iterator[LedgerRow]:
    condition = alarm.condition
    if not (alarm.active and alarm.holds and alarm.counts) or alarm.level is None:
        return
    if condition.level > alarm.level:
        yield _row(alarm, condition.at, RowKind.WORSENED)
        if alarm.acknowledgement:
            yield _unacknowledged(alarm, condition.at, WORSE)


def _unacknowledged(alarm: Alarm, at: float, why: str) -> LedgerRow:
    until = alarm.acknowledgement.until if alarm.acknowledgement else None
    return replace(_row(alarm, at, RowKind.UNACKNOWLEDGED), until=until, text=why)


def _row(alarm: Alarm, at: float, kind: RowKind) -> LedgerRow:
    condition = alarm.condition
    level, verdict = condition.level, condition.verdict
    return LedgerRow(moment(at), kind, alarm.key, alarm.onset, level, verdict)


def _chatters(alarm: Alarm, at: float) -> bool:
    """Whether one more raise or end is one too many."""
    rules = alarm.rules
    lately = sum(flap > at - rules.flap_within for flap in alarm.flaps)
    return lately + 1 >= rules.flap_changes
