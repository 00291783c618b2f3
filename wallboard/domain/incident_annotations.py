"""What people did about incidents, by the rows of the ledger."""

from collections.abc import Iterable, Sequence

from wallboard.domain.incident import CLEAR_SECONDS, Annotation, Incident
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind

_TOLD = frozenset({RowKind.ACKNOWLEDGED, RowKind.SHELVED, RowKind.UNSHELVED, RowKind.NOTE})


def annotated(
    incidents: Iterable[Incident], rows: Sequence[LedgerRow], clear_for: float = CLEAR_SECONDS
) -> tuple[Incident, ...]:
    """The incidents with what somebody said about them or their entry points.

    An alarm belongs to the incident in which its condition began, however late somebody has
    acknowledged it; a note to the incident during which it was written, up to ``clear_for`` seconds
    after its end.
    """
    by_people = [row for row in rows if row.who and row.key and row.kind in _TOLD]
    if not by_people:
        return tuple(incidents)
    return tuple(
        one.annotated(
            Annotation(row.at, row.kind.value, row.who, row.text)
            for row in by_people
            if _is_about(row, one, clear_for)
        )
        for one in incidents
    )


def _is_about(row: LedgerRow, incident: Incident, clear_for: float) -> bool:
    moment = row.at if row.onset is None else row.onset
    if moment < incident.at or (incident.over(moment, clear_for)):
        return False
    if row.key is None or row.key.server != incident.server:
        return False
    return incident.key is None or row.key == AlarmKey.of(incident.key)
