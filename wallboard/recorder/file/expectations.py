"""What was expected of an entry point, as the columns of a row."""

from wallboard.domain.expectation import NOTHING_EXPECTED, Expectation, Expected, Maintenance
from wallboard.recorder.file.columns import FLAG, MOMENT, TEXT, optional

COLUMNS = "expected, until, why, maintenance, maintenance_until"

KINDS = {
    "expected": optional(FLAG),
    "until": optional(MOMENT),
    "why": optional(TEXT),
    "maintenance": optional(TEXT),
    "maintenance_until": optional(MOMENT),
}
"""What each of ``COLUMNS`` may hold."""

Columns = tuple[int | None, float | None, str | None, str | None, float | None]


def expectation_columns(one: Expectation) -> Columns:
    """The values of ``COLUMNS``."""
    expected, maintenance = one.expected, one.maintenance
    return (
        int(expected.open) if expected else None,
        expected.until if expected else None,
        expected.why if expected else None,
        maintenance.reason if maintenance else None,
        maintenance.until if maintenance else None,
    )


def expectation_of(
    expected: int | None,
    until: float | None,
    why: str | None,
    maintenance: str | None,
    maintenance_until: float | None,
) -> Expectation:
    """The expectation of such values."""
    if expected is None and maintenance is None:
        return NOTHING_EXPECTED
    return Expectation(
        None if expected is None else Expected(bool(expected), until, why or ""),
        None if maintenance is None else Maintenance(maintenance_until, maintenance),
    )
