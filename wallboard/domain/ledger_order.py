"""The order in which rows of the ledger count, which depends on nothing but the rows.

Boards on several machines get them in different orders. They count by their dates, and where those
contradict one another, since the clock of a machine was wrong or was set, by what must have come
first: an alarm is raised before anything is said of it, an acknowledgement, a shelf and a notice
are there before what ends them, and of two alarms of an entry point the one with the later onset is
the later one.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind, moment

ONCE = frozenset({RowKind.RAISED, RowKind.RETURNED, RowKind.CLEARED})
"""What an alarm is once, whoever says so; anything else is once at a moment."""

_WHILE_ACTIVE = frozenset({RowKind.WORSENED, RowKind.UNACKNOWLEDGED})
"""What happens by the rules before an alarm is over."""

_ENDS = frozenset({RowKind.RETURNED, RowKind.CLEARED})

MOST_NAMES = 2_000
"""What rows end, as far as it is known again."""

Name = tuple[Any, ...]


def identity(row: LedgerRow) -> Name:
    """What a ledger has only once; of two such rows the one that is first by ``content`` counts."""
    server, number = row.key or (None, None)
    at = 0.0 if row.kind in ONCE else row.at
    return row.kind, server, number, row.onset, at, row.who, row.text, row.notice, row.channel


def content(row: LedgerRow) -> Name:
    """Orders rows by their dates, and those of one moment by what they say."""
    server, number = row.key or ("", None)
    return (
        row.at,
        row.kind,
        server,
        -1 if number is None else number,
        -math.inf if row.onset is None else row.onset,
        row.who,
        row.text,
        row.notice,
        row.channel,
        -1 if row.level is None else row.level,
        row.verdict,
        -math.inf if row.until is None else row.until,
        row.board,
    )


def in_order(rows: Iterable[LedgerRow]) -> list[LedgerRow]:
    """Rows in the order in which they count, each once."""
    first: dict[Name, LedgerRow] = {}
    for row in sorted(rows, key=content):
        first.setdefault(identity(row), row)
    found = list(first.values())
    raised = _raised(found)

    def once_raised(row: LedgerRow) -> float:
        at = row.at
        return at if row.onset is None else max(at, raised.get((row.key, row.onset), at))

    begun: dict[Name, float] = {}
    for row in found:
        if name := begun_name(row):
            begun[name] = max(once_raised(row), begun.get(name, row.at))

    def once_begun(row: LedgerRow) -> float:
        at, name = once_raised(row), ended_name(row)
        return max(at, begun.get(name, at)) if name else at

    active = _last_while_active(found, once_begun)

    def place(row: LedgerRow) -> Name:
        at = once_begun(row)
        if row.kind in _ENDS:
            at = max(at, active.get((row.key, row.onset), at))
        if row.kind is RowKind.RAISED:
            return at, _rank(row), (row.onset or 0.0, *content(row))
        return at, _rank(row), content(row)

    return sorted(found, key=place)


class Arrivals:
    """Looks at the rows of one alarm as they come, whether each is the last of those so far."""

    def __init__(self) -> None:
        self.newest = -math.inf
        """The latest date, Unix time in seconds."""
        self._last: Name = ()
        self._in_order = True
        self._raised = -math.inf
        self._onsets: set[float | None] = set()
        self._over: set[float | None] = set()
        self._ended: set[Name | None] = set()

    def is_last(self, row: LedgerRow) -> bool:
        """Note a row; whether it may count after all before it, or is the last one once more."""
        place = (row.at, _rank(row), content(row))
        # Once dates contradict one another, they say nothing of rows of one moment.
        last = place >= self._last if self._in_order else row.at > self.newest
        if row.kind is RowKind.RAISED:
            onset = 0.0 if row.onset is None else row.onset
            last = last and onset >= self._raised and row.onset not in self._onsets
            self._raised = max(self._raised, onset)
        else:
            last = last and (begun_name(row) or ()) not in self._ended
            # By the dates it would be about an alarm that is over.
            last = last and not (row.kind in _WHILE_ACTIVE and row.onset in self._over)
            self._onsets.add(row.onset)
            if row.kind in _ENDS:
                self._over.add(row.onset)
            self._ended.add(ended_name(row))
        self.newest, self._last = max(self.newest, row.at), max(self._last, place)
        if len(self._ended) > MOST_NAMES:
            self._onsets.clear()
            self._over.clear()
            self._ended.clear()
        self._in_order = self._in_order and last
        return last


def _rank(row: LedgerRow) -> int:
    """Of rows of one moment, what is raised comes first, and what ends something last."""
    if row.kind is RowKind.RAISED:
        return 0
    if row.kind in _ENDS:
        return 3
    return 1 if ended_name(row) is None else 2


def _raised(rows: Iterable[LedgerRow]) -> dict[tuple[AlarmKey | None, float], float]:
    """When each alarm was raised, at the earliest when those before it were."""
    dates: defaultdict[AlarmKey | None, dict[float, float]] = defaultdict(dict)
    for row in rows:
        if row.kind is RowKind.RAISED and row.onset is not None:
            dates[row.key][row.onset] = row.at
    found = {}
    for key, by_onset in dates.items():
        latest = -math.inf
        for onset, at in sorted(by_onset.items()):
            found[key, onset] = latest = max(latest, at)
    return found


def _last_while_active(
    rows: Iterable[LedgerRow], dated: Callable[[LedgerRow], float]
) -> dict[tuple[AlarmKey | None, float | None], float]:
    """When each alarm cannot have been over yet, by what happens only before."""
    found: dict[tuple[AlarmKey | None, float | None], float] = {}
    for row in rows:
        if row.kind in _WHILE_ACTIVE:
            alarm = row.key, row.onset
            found[alarm] = max(dated(row), found.get(alarm, -math.inf))
    return found


def begun_name(row: LedgerRow) -> Name | None:
    """What a row begins that others end, by a name that these give it."""
    if row.kind is RowKind.ACKNOWLEDGED or row.kind is RowKind.SHELVED:
        return row.key, row.onset, _end(row)
    if row.kind is RowKind.CHATTERING:
        return row.key, row.onset, row.at, row.kind
    return ("", row.notice) if row.kind is RowKind.QUEUED else None


def ended_name(row: LedgerRow) -> Name | None:
    """What a row ends that another began."""
    if row.kind is RowKind.UNACKNOWLEDGED:
        return row.key, row.onset, _end(row)
    if row.kind is RowKind.UNSHELVED:
        return row.key, None, _end(row)
    if row.kind is RowKind.QUIET:
        return row.key, row.onset, row.until, RowKind.CHATTERING
    return ("", row.notice) if row.notice and row.kind is not RowKind.QUEUED else None


def _end(row: LedgerRow) -> float | None:
    return None if row.until is None else moment(row.until)
