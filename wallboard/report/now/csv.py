"""The board as CSV for a spreadsheet, a row for each entry point in the order of the config.

Columns have the names and the values of the JSON report.
"""

from collections.abc import Iterator

from wallboard.domain.snapshot import EntryPointStatus, Snapshot
from wallboard.report.now.json import entry_point_document
from wallboard.report.words.figures import iso
from wallboard.report.words.table import csv_row

COLUMNS = (
    "at",
    "server",
    "id",
    "name",
    "group",
    "verdict",
    "level",
    "partial",
    "stale",
    "contradiction",
    "lenient",
    "button",
    "chat_allowed",
    "reason",
    "response_type",
    "agent_available",
    "capacity",
    "wait_seconds",
    "queue_depth",
    "summary",
    "answered_at",
    "failing",
    "expected",
    "expected_until",
    "as_scheduled",
    "maintenance",
    "alarm",
)
"""A promise as the JSON is: new ones come last."""


def csv_report(snapshot: Snapshot) -> str:
    """The rows under their heading, each with its line break.

    ``at`` is the moment of the report and ``answered_at`` that of the newest good poll, both in
    ISO 8601 with their offset from UTC; ``failing`` are the endpoints whose poll failed.
    ``expected`` is ``open`` or ``closed``, ``maintenance`` the reason of one, and ``alarm`` the
    state of the alarm.
    """
    return "".join([csv_row(COLUMNS), *_rows(snapshot)])


def _rows(snapshot: Snapshot) -> Iterator[str]:
    at = iso(snapshot.at)
    for status in snapshot.entry_points.values():
        document = entry_point_document(status, snapshot)
        values = {
            **document,
            "alarm": document["alarm"] and document["alarm"]["state"],
            "at": at,
            "answered_at": _answered_at(status),
            "failing": " ".join(status.judgement.failing),
            **_planned(status),
        }
        yield csv_row(values[column] for column in COLUMNS)


def _planned(status: EntryPointStatus) -> dict[str, str | None]:
    expected, maintenance = status.expected, status.maintenance
    until = expected.until if expected else None
    return {
        "expected": ("open" if expected.open else "closed") if expected else None,
        "expected_until": None if until is None else iso(until),
        "maintenance": maintenance.reason if maintenance else None,
    }


def _answered_at(status: EntryPointStatus) -> str | None:
    newest_at = status.judgement.newest_at
    return None if newest_at is None else iso(newest_at)
