"""The rows of the ledger in the order of time, as text and as JSON, whose shape is a promise."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.foreign_text import safe
from wallboard.domain.ledger_row import AlarmKey, LedgerRow
from wallboard.domain.policy import Verdict
from wallboard.report.words.alarms import whose_alarm
from wallboard.report.words.changes import CAUSE_WORDS
from wallboard.report.words.figures import clock_in, moments, times, zone_of
from wallboard.report.words.rows import whose
from wallboard.report.words.table import padded

EntryPoints = Mapping[AlarmKey, EntryPoint]

_WIDTHS = {"UTC": 19, "LOCAL": 14, "WHAT": 14, "WHO": 16, "WHOSE": 24}
"""Fixed, so that many rows need not be held to be aligned."""


def log_lines(rows: Iterable[LedgerRow], entry_points: EntryPoints, now: float) -> Iterator[str]:
    """A line for each row, none with a line break."""
    names = {key: whose(one) for key, one in entry_points.items()}
    zone, empty = zone_of(now), True
    for row in rows:
        if empty:
            yield _line([f"LOCAL {zone}" if head == "LOCAL" else head for head in _WIDTHS], "TEXT")
            empty = False
        cells = [*moments(row.at, zone), row.kind.replace("_", " "), safe(row.who)]
        yield _line([*cells, whose_alarm(row.key, names)], _text(row, zone))
    if empty:
        yield "Nothing happened."


def log_json(
    rows: Iterable[LedgerRow], entry_points: EntryPoints, since: float, until: float
) -> Iterator[str]:
    """The document in pieces of ASCII, a row a line."""
    head = json.dumps({**times("since", since), **times("until", until)})
    yield f'{head[:-1]}, "rows": ['
    for number, row in enumerate(rows):
        line = json.dumps(row_document(row, entry_points), allow_nan=False)
        yield f"{',' if number else ''}\n {line}"
    yield "]}\n"


def row_document(row: LedgerRow, entry_points: EntryPoints) -> dict[str, Any]:
    """A row as plain values; what it does not say is ``null``."""
    key = row.key
    entry_point = entry_points.get(key) if key else None
    return {
        "number": row.number,
        **times("at", row.at),
        "kind": str(row.kind),
        "server": key.server if key else None,
        "id": key.id if key else None,
        "name": entry_point.name if entry_point else None,
        **times("onset", row.onset),
        "level": None if row.level is None else row.level.label,
        "verdict": row.verdict or None,
        "who": row.who or None,
        "text": row.text or None,
        **times("until", row.until),
        "notice": row.notice or None,
        "channel": row.channel or None,
        "board": row.board or None,
    }


def _line(cells: Iterable[str], text: str) -> str:
    columns = zip(cells, _WIDTHS.values(), strict=True)
    return "  ".join([*(padded(cell, width) for cell, width in columns), text]).rstrip()


def _text(row: LedgerRow, zone: str) -> str:
    words = [_verdict(row.verdict), safe(row.text), safe(row.channel)]
    if row.until is not None and row.who:
        words.append(f"until {clock_in(row.until, row.at, zone)}")
    return ", ".join(filter(None, words))


def _verdict(verdict: str) -> str:
    if verdict in set(Verdict):
        return Verdict(verdict).label
    return CAUSE_WORDS.get(verdict) or safe(verdict)
