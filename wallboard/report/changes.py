"""A change as cells of a table, in the words that every report uses."""

from wallboard.domain.change import Change, Subject
from wallboard.domain.policy import Verdict
from wallboard.report.moments import moments
from wallboard.report.plain import plain, span

CHANGE_HEADS = ["UTC", "LOCAL", "WHAT", "FROM", "TO", "LASTED", "WHY"]


def change_cells(change: Change) -> list[str]:
    """What stands under ``CHANGE_HEADS``, safe on a terminal."""
    return [
        *moments(change.at),
        subject_word(change),
        state_word(change.before, change.subject),
        state_word(change.after, change.subject),
        lasted(change),
        plain(change.summary),
    ]


def subject_word(change: Change) -> str:
    """What changed: the endpoint by name, or of which kind the change is."""
    return str(change.endpoint or change.subject)


def state_word(state: str, subject: Subject) -> str:
    """What it was or became: a verdict as on its tile, all else as it is."""
    return Verdict(state).label if subject is Subject.VERDICT else plain(state)


def lasted(change: Change) -> str:
    """For how long it had been as before, where that is known."""
    return "" if change.lasted is None else span(change.lasted)
