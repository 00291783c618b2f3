"""What people ask of alarms: acknowledge, shelve, unshelve, note; as rows, or why not.

All times are Unix time in seconds.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from wallboard.domain.alarm import Alarm
from wallboard.domain.foreign_text import brief
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind, moment
from wallboard.frozen import frozen

LONGEST_TEXT = 500
"""Characters of a reason or a note; what is longer is cut."""


class RequestRefusedError(Exception):
    """A request cannot be granted; the text is the sentence that says why."""


@frozen
class Asker:
    """Who asks (``user@host``), when, and on which board."""

    who: str
    at: float
    board: str = ""

    def row(self, kind: RowKind, key: AlarmKey | None, text: str) -> LedgerRow:
        """What is asked, as a row."""
        return LedgerRow(self.at, kind, key, who=self.who, text=text, board=self.board)


def acknowledged(
    asker: Asker, alarms: Mapping[AlarmKey, Alarm], keys: Iterable[AlarmKey], why: str
) -> tuple[LedgerRow, ...]:
    """The rows that acknowledge those alarms that stand; one that somebody has is left to them.

    Raises ``RequestRefusedError``.
    """
    text = _text(why)
    if not text:
        raise RequestRefusedError("Give a reason: at least one word.")
    standing = [alarms[key] for key in keys if key in alarms and alarms[key].stands]
    if not standing:
        raise RequestRefusedError("No alarm stands there: nothing to acknowledge.")
    free = [alarm for alarm in standing if not alarm.acknowledgement]
    if not free:
        by = standing[0].acknowledgement
        raise RequestRefusedError(
            f"Already acknowledged by {brief(by.who)}: {brief(by.why)}" if by else ""
        )
    row = asker.row(RowKind.ACKNOWLEDGED, None, text)
    return tuple(
        replace(row, key=alarm.key, onset=alarm.onset, until=asker.at + alarm.rules.ack_expires)
        for alarm in free
    )


def shelved(
    asker: Asker,
    every_key: Collection[AlarmKey],
    keys: Collection[AlarmKey],
    until: float,
    why: str,
    *,
    longest: float,
) -> tuple[LedgerRow, ...]:
    """The rows that shelve alarms, but not all entry points, until a moment ``longest`` away.

    ``longest`` is seconds. Raises ``RequestRefusedError``.
    """
    if not keys:
        raise RequestRefusedError("Nothing is selected.")
    if until <= asker.at:
        raise RequestRefusedError("The end of the shelf is not in the future.")
    if until > asker.at + longest:
        raise RequestRefusedError(f"Alarms can be shelved for {_hours(longest)} at most.")
    points = {key for key in every_key if key.entry_point}
    if len(points) > 1 and points <= set(keys):
        raise RequestRefusedError("Not all alarms can be shelved at once; select some.")
    row = replace(asker.row(RowKind.SHELVED, None, _text(why)), until=until)
    return tuple(replace(row, key=key) for key in keys)


def unshelved(
    asker: Asker, alarms: Mapping[AlarmKey, Alarm], keys: Iterable[AlarmKey]
) -> tuple[LedgerRow, ...]:
    """The rows that end shelves. Raises ``RequestRefusedError`` where nothing is shelved."""
    row = asker.row(RowKind.UNSHELVED, None, "")
    found = tuple(
        replace(row, key=key, until=shelf.until)
        for key in keys
        if key in alarms and (shelf := alarms[key].shelf)
    )
    if not found:
        raise RequestRefusedError("Nothing is shelved there.")
    return found


def noted(asker: Asker, key: AlarmKey | None, text: str) -> LedgerRow:
    """A note on an entry point, a server or the board. Raises ``RequestRefusedError``."""
    if not (words := _text(text)):
        raise RequestRefusedError("A note needs at least one word.")
    return asker.row(RowKind.NOTE, key, words)


def after_what_was_seen(
    rows: Iterable[LedgerRow], newest: Callable[[AlarmKey], float]
) -> tuple[LedgerRow, ...]:
    """What somebody did, dated after the ``newest`` row of its alarm that he knew of.

    So it counts, even if the clock of his machine is behind that of others.
    """
    return tuple(_after(row, newest(row.key)) if row.key else row for row in rows)


def _after(row: LedgerRow, newest: float) -> LedgerRow:
    if row.at > newest:
        return row
    at = moment(newest + 0.001)
    if row.kind is RowKind.ACKNOWLEDGED and row.until is not None:
        return replace(row, at=at, until=row.until + at - row.at)
    return replace(row, at=at)


def _text(text: str) -> str:
    words = brief(text, LONGEST_TEXT)
    return words if any(char.isalnum() for char in words) else ""


def _hours(seconds: float) -> str:
    hours = seconds / 3600
    return f"{hours:g} hours" if hours >= 1 else f"{seconds / 60:g} minutes"
