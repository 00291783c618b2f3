"""What rows of the ledger make of an alarm, and which rows make it what it is.

Rows of several writers may come late or twice: a row that is not about the alarm that stands, by
its onset, or not about the acknowledgement or the shelf in force, by its end, does nothing.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

from wallboard.domain.alarm import Alarm, Handling
from wallboard.domain.ledger_order import Arrivals, Name, content, identity, in_order
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


def rows_of(alarm: Alarm) -> Iterator[LedgerRow]:
    """The rows that say how an alarm stands, as they were when they were first written."""
    if shelf := alarm.shelf:
        yield LedgerRow(
            shelf.at, RowKind.SHELVED, alarm.key, who=shelf.who, text=shelf.why, until=shelf.until
        )
    if alarm.raised_at is None:
        return
    yield LedgerRow(
        alarm.raised_at,
        RowKind.RAISED,
        alarm.key,
        onset=alarm.onset,
        level=alarm.level,
        verdict=alarm.verdict,
    )
    if mine := alarm.acknowledgement:
        yield LedgerRow(
            mine.at,
            RowKind.ACKNOWLEDGED,
            alarm.key,
            onset=alarm.onset,
            who=mine.who,
            text=mine.why,
            until=mine.until,
        )
    if alarm.chattering:
        yield LedgerRow(alarm.raised_at, RowKind.CHATTERING, alarm.key, onset=alarm.onset)
    if alarm.over_at is not None:
        yield LedgerRow(
            alarm.over_at, RowKind.RETURNED, alarm.key, onset=alarm.onset, until=alarm.over_at
        )


MOST_ROWS = 500
"""Rows that are kept for others that come late; older ones are settled."""

OF_ALARMS = frozenset(
    {
        RowKind.RAISED,
        RowKind.WORSENED,
        RowKind.RETURNED,
        RowKind.CLEARED,
        RowKind.ACKNOWLEDGED,
        RowKind.UNACKNOWLEDGED,
        RowKind.SHELVED,
        RowKind.UNSHELVED,
        RowKind.CHATTERING,
        RowKind.QUIET,
    }
)
"""Rows that change an alarm."""


class AlarmLedger:
    """Takes the rows of one alarm in any order."""

    def __init__(self, alarm: Alarm) -> None:
        """``alarm`` is what it was before all of them."""
        self.newest = -math.inf
        """The latest date of its rows, Unix time in seconds."""
        self._settled = alarm
        self._rows: dict[Name, LedgerRow] = {}
        self._arrivals = Arrivals()

    def take(self, alarm: Alarm, row: LedgerRow) -> Alarm:
        """The alarm after a row, perhaps not for the first time, or later than it should."""
        if row.kind not in OF_ALARMS or not self._note(row):
            return alarm
        if self._arrivals.is_last(row) and len(self._rows) <= MOST_ROWS:
            return applied(alarm, row)
        return self._refolded(alarm)

    def note_applied(
        self, alarm: Alarm, rows: Iterable[LedgerRow]
    ) -> tuple[Alarm, tuple[LedgerRow, ...]]:
        """The alarm to which rows were applied already, and those of them that are new."""
        newest, new = self._arrivals.newest, tuple(row for row in rows if self._note(row))
        # They were dated by one clock, so several of a moment are in order.
        late = [row for row in new if not self._arrivals.is_last(row) and row.at <= newest]
        return (self._refolded(alarm) if late else alarm), new

    def settle(self, alarm: Alarm) -> None:
        """Have what the alarm is by now hold, whatever dates the next rows bear."""
        self._settled, self._arrivals = alarm, Arrivals()
        self._rows.clear()

    def _note(self, row: LedgerRow) -> bool:
        """Note a row; whether it is new."""
        name = identity(row)
        known = self._rows.get(name)
        if known and content(known) <= content(row):
            return False
        self._rows[name] = row
        self.newest = max(self.newest, row.at)
        return True

    def _refolded(self, alarm: Alarm) -> Alarm:
        """The alarm by all of its rows, with its condition as it is."""
        rows = in_order(self._rows.values())
        if len(rows) > MOST_ROWS:
            for row in rows[: -MOST_ROWS // 2]:
                self._settled = applied(self._settled, row)
            rows = rows[-MOST_ROWS // 2 :]
            self._rows = {identity(row): row for row in rows}
        found = _as_the_ledger_has_it(alarm, self._settled)
        for row in rows:
            found = applied(found, row)
        return found


def _as_the_ledger_has_it(alarm: Alarm, other: Alarm) -> Alarm:
    return replace(
        alarm,
        onset=other.onset,
        raised_at=other.raised_at,
        over_at=other.over_at,
        level=other.level,
        verdict=other.verdict,
        acknowledgement=other.acknowledgement,
        shelf=other.shelf,
        chattering=other.chattering,
        chattered_at=other.chattered_at,
        flaps=other.flaps,
        last_onset=other.last_onset,
    )
