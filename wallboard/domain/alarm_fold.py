"""What a row of the ledger does to an alarm.

Rows of several writers may come late or twice: a row that is not about the alarm that stands, by
its onset, or not about the acknowledgement or the shelf in force, by its end, does nothing.
"""

from dataclasses import replace

from wallboard.domain.alarm import Alarm, Handling
from wallboard.domain.ledger_row import LedgerRow, RowKind, moment
from wallboard.domain.policy import Level

MOST_FLAPS = 100
"""Raises and ends kept of each alarm, which is the largest ``flap_changes`` that can be set."""


def applied(alarm: Alarm, row: LedgerRow) -> Alarm:
    """The alarm after one row about it."""
    match row.kind:
        case RowKind.RAISED:
            return _raised(alarm, row)
        case RowKind.SHELVED:
            return replace(alarm, shelf=_handling(row, row.at))
        case RowKind.UNSHELVED:
            return replace(alarm, shelf=None) if _ends(row, alarm.shelf) else alarm
        case _ if alarm.stands and _moment(row.onset) == alarm.onset:
            return _standing(alarm, row)
    return alarm


def _standing(alarm: Alarm, row: LedgerRow) -> Alarm:
    match row.kind:
        case RowKind.WORSENED:
            if alarm.level is not None and _level(row) <= alarm.level:
                return alarm  # it was worse than that before this row came back
            return replace(alarm, level=_level(row), verdict=row.verdict)
        case RowKind.RETURNED | RowKind.CLEARED:
            return _ended(alarm, row)
        case RowKind.ACKNOWLEDGED:
            return _acknowledged(alarm, row)
        case RowKind.UNACKNOWLEDGED:
            ended = _ends(row, alarm.acknowledgement)
            return replace(alarm, acknowledgement=None) if ended else alarm
        case RowKind.CHATTERING:
            return replace(alarm, chattering=True, chattered_at=row.at)
        case RowKind.QUIET:
            return replace(alarm, chattering=False, flaps=())
    return alarm


def _raised(alarm: Alarm, row: LedgerRow) -> Alarm:
    """One that has returned, or is raised anew at the end of a shelf, gives way to the new one."""
    onset = _moment(row.onset)
    if onset is None or onset == alarm.last_onset:
        return alarm
    return replace(
        alarm,
        onset=onset,
        last_onset=onset,
        raised_at=row.at,
        over_at=None,
        level=_level(row),
        verdict=row.verdict,
        acknowledgement=None,
        flaps=_flaps(alarm, row),
    )


def _ended(alarm: Alarm, row: LedgerRow) -> Alarm:
    if not alarm.active:
        return _over(alarm) if row.kind is RowKind.CLEARED else alarm
    alarm = replace(alarm, flaps=_flaps(alarm, row))
    if row.kind is RowKind.CLEARED or alarm.acknowledgement:
        return _over(alarm)
    return replace(alarm, over_at=row.at if row.until is None else row.until)


def _acknowledged(alarm: Alarm, row: LedgerRow) -> Alarm:
    """The first of several acknowledgements counts; that of one that is over clears it."""
    if alarm.over_at is not None:
        return _over(alarm)
    if alarm.acknowledgement:
        return alarm
    expires = row.at + alarm.rules.ack_expires
    return replace(alarm, acknowledgement=_handling(row, expires))


def _over(alarm: Alarm) -> Alarm:
    return replace(
        alarm,
        onset=None,
        raised_at=None,
        over_at=None,
        level=None,
        verdict="",
        acknowledgement=None,
        chattering=False,
    )


def _flaps(alarm: Alarm, row: LedgerRow) -> tuple[float, ...]:
    return (*alarm.flaps[1 - MOST_FLAPS :], row.at)


def _handling(row: LedgerRow, until: float) -> Handling:
    return Handling(row.at, row.who, row.text, moment(until if row.until is None else row.until))


def _ends(row: LedgerRow, handling: Handling | None) -> bool:
    """Whether a row ends an acknowledgement or a shelf, which one it is by its end."""
    return handling is not None and (row.until is None or moment(row.until) == handling.until)


def _moment(at: float | None) -> float | None:
    return None if at is None else moment(at)


def _level(row: LedgerRow) -> Level:
    return Level.UNKNOWN if row.level is None else row.level
