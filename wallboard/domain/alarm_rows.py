"""The rows that make an alarm what it is, for a ledger that does not have them any more."""

from collections.abc import Iterator

from wallboard.domain.alarm import Alarm
from wallboard.domain.ledger_row import LedgerRow, RowKind


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
