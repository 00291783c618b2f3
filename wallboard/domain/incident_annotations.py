"""What people did about incidents and who was not told, by the rows of the ledger."""

from collections.abc import Iterable, Sequence

from wallboard.domain.incident import NO_RULES, Annotation, Incident, Rules, clear_seconds
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind, moment

_TOLD = frozenset({RowKind.ACKNOWLEDGED, RowKind.SHELVED, RowKind.UNSHELVED, RowKind.NOTE})


def annotated(
    incidents: Iterable[Incident], rows: Sequence[LedgerRow], rules: Rules = NO_RULES
) -> tuple[Incident, ...]:
    """The incidents with what somebody said about them or their entry points, and given-up notices.

    An alarm belongs to the incident in which its condition began, however late somebody has
    acknowledged it; a note to the incident during which it was written, or which was not yet over
    by its rules.
    """
    telling = [row for row in rows if row.key and _tells(row)]
    if not telling:
        return tuple(incidents)
    return tuple(
        one.annotated(
            Annotation(row.at, row.kind.value, row.who, row.text, row.channel)
            for row in telling
            if _is_about(row, one, rules)
        )
        for one in incidents
    )


def _tells(row: LedgerRow) -> bool:
    return (bool(row.who) and row.kind in _TOLD) or row.kind is RowKind.GIVEN_UP


def _is_about(row: LedgerRow, incident: Incident, rules: Rules) -> bool:
    at = row.at if row.onset is None else row.onset
    clear_for = clear_seconds(rules, incident.whose)
    # The ledger has its moments rounded.
    if at < moment(incident.at) or incident.over(at, clear_for):
        return False
    if row.key is None or row.key.server != incident.server:
        return False
    return incident.key is None or row.key == AlarmKey.of(incident.key)
