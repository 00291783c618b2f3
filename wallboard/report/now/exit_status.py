"""The exit status of a check, as monitoring systems read it."""

from wallboard.board import Snapshot
from wallboard.domain.policy import Level

EXIT_STATUSES = {Level.OK: 0, Level.WARNING: 1, Level.CRITICAL: 2, Level.UNKNOWN: 3}
"""What a level is worth as an exit status, which is not the order of how bad it is."""


def worst_level(snapshot: Snapshot) -> Level:
    """The worst of ok < warning < unknown < critical; an empty board is unknown.

    So is, if not worse, what no answer has confirmed for three intervals.
    """
    judgements = [status.judgement for status in snapshot.entry_points.values()]
    levels = {judgement.level for judgement in judgements}
    if any(judgement.unconfirmed(snapshot.at) for judgement in judgements):
        levels.add(Level.UNKNOWN)
    return max(levels, default=Level.UNKNOWN)


def exit_status(snapshot: Snapshot, *, at_least: Level = Level.OK) -> int:
    """0 ok, 1 warning, 2 critical, 3 unknown: the worst entry point, or ``at_least``, decides."""
    return EXIT_STATUSES[max(worst_level(snapshot), at_least)]
