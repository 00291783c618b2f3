"""The rows of one alarm, and what they make of it however late they come."""

import math
from collections.abc import Iterable
from dataclasses import replace

from wallboard.domain.alarm import Alarm
from wallboard.domain.alarm_fold import applied
from wallboard.domain.ledger_order import Arrivals, Name, content, identity, in_order
from wallboard.domain.ledger_row import LedgerRow, RowKind

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
        return self._anew(alarm)

    def took(self, alarm: Alarm, rows: Iterable[LedgerRow]) -> tuple[Alarm, tuple[LedgerRow, ...]]:
        """The alarm to which rows were applied already, and those of them that are new."""
        newest, new = self._arrivals.newest, tuple(row for row in rows if self._note(row))
        # They were dated by one clock, so several of a moment are in order.
        late = [row for row in new if not self._arrivals.is_last(row) and row.at <= newest]
        return (self._anew(alarm) if late else alarm), new

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

    def _anew(self, alarm: Alarm) -> Alarm:
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
