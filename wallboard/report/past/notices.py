"""What was sent to whom, as text and as JSON, whose shape is a promise."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.foreign_text import safe
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.frozen import frozen
from wallboard.report.words.alarms import whose_alarm
from wallboard.report.words.figures import moments, times, zone_of
from wallboard.report.words.notices import OUTCOMES, answer_of, group_of, phase_of
from wallboard.report.words.rows import whose
from wallboard.report.words.table import table

EntryPoints = Mapping[AlarmKey, EntryPoint]


@frozen
class NoticeRecord:
    """One notice: when it was queued and came to its outcome, Unix time, and what was said to it.

    ``phase`` is raise, remind, acknowledge or over; ``keys`` are whose alarms it is about.
    """

    id: str
    channel: str
    phase: str
    queued_at: float
    keys: tuple[AlarmKey, ...]
    outcome: RowKind = RowKind.QUEUED
    at: float | None = None
    text: str = ""


def notice_records(rows: Iterable[LedgerRow]) -> list[NoticeRecord]:
    """The notices that rows of a ledger tell of, in the order in which they were queued."""
    keys: dict[str, list[AlarmKey]] = {}
    queued: dict[str, LedgerRow] = {}
    last: dict[str, LedgerRow] = {}
    for row in rows:
        if row.kind not in OUTCOMES or not row.notice or row.key is None:
            continue
        if row.kind is RowKind.QUEUED:
            queued.setdefault(row.notice, row)
            keys.setdefault(row.notice, []).append(row.key)
        else:
            last[row.notice] = row
    return [
        NoticeRecord(
            id=notice,
            channel=row.channel,
            phase=phase_of(row),
            queued_at=row.at,
            # Those that follow name only the first of the alarms.
            keys=tuple(dict.fromkeys([*keys[notice], *keys.get(group_of(row), ())])),
            outcome=last[notice].kind if notice in last else RowKind.QUEUED,
            at=last[notice].at if notice in last else None,
            text=answer_of(last[notice]) if notice in last else "",
        )
        for notice, row in queued.items()
    ]


def notice_lines(
    notices: Sequence[NoticeRecord], entry_points: EntryPoints, now: float, *, sent: bool = True
) -> list[str]:
    """A table, a line for each notice; what became of them only if they were ``sent``."""
    if not notices:
        return ["No notices."]
    zone = zone_of(now)
    names = {key: whose(one) for key, one in entry_points.items()}
    rows = [
        [
            *moments(one.queued_at, zone),
            safe(one.channel),
            safe(one.phase),
            _whose(one, names),
            *((OUTCOMES[one.outcome], safe(one.text)) if sent else ()),
        ]
        for one in notices
    ]
    heads = ["UTC", f"LOCAL {zone}", "CHANNEL", "NOTICE", "ALARM", "OUTCOME", "ANSWER"]
    return table(heads if sent else heads[:-2], rows)


def notices_json(notices: Sequence[NoticeRecord], entry_points: EntryPoints) -> str:
    """The same as one document."""
    return json.dumps({"notices": [_document(one, entry_points) for one in notices]}, indent=1)


def _document(notice: NoticeRecord, entry_points: EntryPoints) -> dict[str, Any]:
    return {
        "id": notice.id,
        "channel": notice.channel,
        "phase": notice.phase,
        **times("queued_at", notice.queued_at),
        "outcome": OUTCOMES[notice.outcome].replace(" ", "_"),
        **times("at", notice.at),
        "answer": notice.text or None,
        "alarms": [
            {
                "server": key.server,
                "id": key.id,
                "name": entry_points[key].name if key in entry_points else None,
            }
            for key in notice.keys
        ],
    }


def _whose(notice: NoticeRecord, names: Mapping[AlarmKey, str]) -> str:
    first = whose_alarm(notice.keys[0], names)
    more = len(notice.keys) - 1
    return f"{first} and {more} more" if more else first
