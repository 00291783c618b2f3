"""What is expected of an entry point at a moment, and what its verdict means by that.

An expectation never changes a verdict, only its level. All times are Unix time in seconds.
"""

from enum import StrEnum

from wallboard.domain.policy import Level, Verdict
from wallboard.frozen import frozen


@frozen
class Expected:
    """Whether an entry point is expected to be open, until when, and the rule that says so.

    ``until`` is ``None`` where that is more than a year away.
    """

    open: bool
    until: float | None
    why: str


@frozen
class Maintenance:
    """A planned maintenance that is under way; ``until`` is ``None`` if it is far away."""

    until: float | None
    reason: str


@frozen
class Expectation:
    """What holds for an entry point: its calendar, if it has one, and a maintenance of it."""

    expected: Expected | None = None
    maintenance: Maintenance | None = None


NOTHING_EXPECTED = Expectation()


class Conformity(StrEnum):
    """What a verdict means by the calendar; the values are the words on a tile."""

    SHOULD_BE_OPEN = "should be open"
    AS_SCHEDULED = "closed as scheduled"
    OUTSIDE_HOURS = "open outside hours"
    MAINTENANCE = "maintenance"


_CLOSED = frozenset(
    {
        Verdict.ENTRY_POINT_INACTIVE,
        Verdict.AGENT_NOT_AVAILABLE,
        Verdict.QUEUE_DEPTH_REACHED,
        Verdict.OTHER,
    }
)
"""Not open because of the entry point itself: what a closed one looks like."""


def conformity(verdict: Verdict, expectation: Expectation) -> Conformity | None:
    """What a verdict means by what is expected; ``None`` where there is nothing to say."""
    expected = expectation.expected
    if expectation.maintenance:
        return Conformity.MAINTENANCE
    if expected is None or verdict is Verdict.WAITING:
        return None
    if expected.open:
        return None if verdict is Verdict.OPEN else Conformity.SHOULD_BE_OPEN
    if verdict is Verdict.OPEN:
        return Conformity.OUTSIDE_HOURS
    return Conformity.AS_SCHEDULED if verdict in _CLOSED else None


def as_scheduled(verdict: Verdict, expected: Expected) -> bool:
    """Whether it is open or closed as expected; one that cannot be asked is neither."""
    return verdict is Verdict.OPEN if expected.open else verdict in _CLOSED


def level_by(expectation: Expectation, verdict: Verdict, level: Level) -> Level:
    """The level of a verdict that has ``level`` by its policy, by what is expected.

    In a maintenance anything may happen, so all is ok. Outside hours a fault can wait until
    somebody comes, so it is a warning at most; nobody answers those who find it open.
    """
    if expectation.maintenance:
        return Level.OK
    expected = expectation.expected
    if expected is None or expected.open:
        return level
    if verdict is Verdict.OPEN:
        return max(level, Level.WARNING)
    return Level.OK if verdict in _CLOSED else min(level, Level.WARNING)


def reason_by(expectation: Expectation, verdict: Verdict) -> str:
    """Why the level is not that of the policy, without times; empty where it is."""
    found = conformity(verdict, expectation)
    if found is Conformity.MAINTENANCE and expectation.maintenance:
        return f"{found}: {expectation.maintenance.reason}"
    expected = expectation.expected
    if expected is None or expected.open:
        return ""
    return f"{found or 'outside hours'} ({expected.why})"
