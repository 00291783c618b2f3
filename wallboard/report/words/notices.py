"""What was sent about alarms, in words: to whom, and whether it arrived."""

from collections.abc import Iterable, Mapping

from wallboard.domain.foreign_text import safe
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind

OUTCOMES = {
    RowKind.QUEUED: "queued",
    RowKind.SENT: "sent",
    RowKind.FAILED: "failing",
    RowKind.GIVEN_UP: "given up",
    RowKind.WITHDRAWN: "withdrawn",
}

_ENDS = frozenset({RowKind.SENT, RowKind.GIVEN_UP, RowKind.WITHDRAWN})
_WORDS = {
    RowKind.QUEUED: "is to be told",
    RowKind.SENT: "was told",
    RowKind.FAILED: "cannot be told yet",
    RowKind.GIVEN_UP: "was not told",
    RowKind.WITHDRAWN: "need not be told",
}

ChannelOutcomes = Mapping[str, RowKind]
"""What became of the last notice through each channel."""


def phase_of(row: LedgerRow) -> str:
    """What a notice says of its alarm: raise, remind, acknowledge or over."""
    return row.text.partition(" ")[0].rstrip(":")


def answer_of(row: LedgerRow) -> str:
    """What the far side said, or why it was not told; empty of a notice that is only queued."""
    return "" if row.kind is RowKind.QUEUED else row.text.partition(": ")[2]


def group_of(row: LedgerRow) -> str:
    """The id of the first notice about the same alarms."""
    return row.notice.partition(".")[0]


def notice_words(row: LedgerRow) -> str:
    """``ops was told (raise): accepted``."""
    answer = safe(answer_of(row))
    words = f"{safe(row.channel)} {_WORDS[row.kind]} ({safe(phase_of(row))})"
    return f"{words}: {answer}" if answer else words


def notices_about(keys: Iterable[AlarmKey], rows: Iterable[LedgerRow]) -> list[LedgerRow]:
    """The rows of notices about some alarms, one for each and each failure, in their order.

    A row names the first of the alarms of a flood only, but for the first notice about them.
    """
    rows, keys = [row for row in rows if row.kind in OUTCOMES], frozenset(keys)
    groups = {group_of(row) for row in rows if row.key in keys}
    ended = {row.notice for row in rows if row.kind in _ENDS}
    found: dict[object, LedgerRow] = {}
    for row in rows:
        if group_of(row) not in groups:
            continue
        if row.kind is not RowKind.QUEUED:
            found[row.number or id(row)] = row
        elif row.notice not in ended:
            found.setdefault(row.notice, row)
    return list(found.values())


def outcomes_by_alarm(
    rows: Iterable[LedgerRow],
) -> Mapping[tuple[AlarmKey, float], ChannelOutcomes]:
    """Of each alarm, by its key and onset, what became of the last notice to each channel."""
    alarms: dict[str, dict[tuple[AlarmKey, float], None]] = {}
    last: dict[str, tuple[str, RowKind]] = {}
    for row in rows:
        if row.kind not in OUTCOMES or row.key is None or row.onset is None:
            continue
        group = group_of(row)
        alarms.setdefault(group, {})[row.key, row.onset] = None
        last[group] = row.channel, row.kind
    found: dict[tuple[AlarmKey, float], dict[str, RowKind]] = {}
    for group, (channel, kind) in last.items():
        for alarm in alarms[group]:
            found.setdefault(alarm, {})[channel] = kind
    return found


def channel_words(outcomes: ChannelOutcomes) -> str:
    """``ops, mail failing``; nothing where nobody was told."""
    return ", ".join(
        safe(channel) if kind is RowKind.SENT else f"{safe(channel)} {OUTCOMES[kind]}"
        for channel, kind in outcomes.items()
    )
