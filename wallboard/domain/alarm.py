"""One alarm: its condition, its state, and what people did about it. All times are Unix seconds.

The model is that of ISA-18.2 and IEC 62682: an alarm is raised once, and is somebody's until it is
over.
"""

import math
from enum import Enum, StrEnum

from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.policy import Level
from wallboard.frozen import frozen

OLD_SECONDS = 24 * 3600.0
"""An alarm that has stood for longer is marked."""


class AlarmState(StrEnum):
    """The states of an alarm; the values are the words in every report."""

    NORMAL = "normal"
    PENDING = "pending"
    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned"
    SHELVED = "shelved"
    SUPPRESSED = "suppressed"

    @property
    def calls(self) -> bool:
        """Whether somebody must look: it was raised, and nobody has acknowledged it."""
        return self in {AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED}

    @property
    def handled(self) -> bool:
        """Whether somebody has it in hand, or something else explains it."""
        return self in {AlarmState.ACKNOWLEDGED, AlarmState.SHELVED, AlarmState.SUPPRESSED}


class Truth(Enum):
    """Whether the condition of an alarm holds."""

    TRUE = "true"
    FALSE = "false"
    INCONCLUSIVE = "inconclusive"


@frozen
class AlarmRules:
    """When the alarm of an entry point or a server is raised and is over; seconds and counts.

    A condition is true at ``level`` or above. Once it was true for ``raise_for`` the alarm is
    raised, once it was false for ``clear_for`` it is over. ``flap_changes`` raises and clears
    within ``flap_within`` are chattering.
    """

    level: Level = Level.CRITICAL
    raise_for: float = 30.0
    clear_for: float = 60.0
    ack_expires: float = 8 * 3600.0
    flap_changes: int = 6
    flap_within: float = 600.0


@frozen
class Condition:
    """The condition of an alarm from ``at`` on; after ``until`` it is inconclusive by itself.

    ``verdict`` and ``level`` are those of the entry point; a server's are the cause of its failure
    and critical. ``suppressed_by`` names what explains it: a server, a calendar, a maintenance.
    """

    at: float
    truth: Truth
    level: Level = Level.OK
    verdict: str = ""
    until: float = math.inf
    suppressed_by: str = ""


@frozen
class Handling:
    """What somebody said about an alarm, an acknowledgement or a shelf, and until when it holds."""

    at: float
    who: str
    why: str
    until: float


@frozen
class Alarm:
    """One alarm at ``at``.

    ``condition`` is its present one and ``since`` when its truth began (for an inconclusive one
    too), ``held`` how many conclusive seconds it has held. ``onset`` is when the condition began
    for which it was raised, ``raised_at`` when that was, ``over_at`` when the condition ended of
    one that has returned; ``level`` and ``verdict`` are the worst since. All of these are ``None``
    where no alarm stands. ``flaps`` are the last raises and ends.
    """

    key: AlarmKey
    state: AlarmState
    at: float
    condition: Condition
    since: float
    held: float = 0.0
    onset: float | None = None
    raised_at: float | None = None
    over_at: float | None = None
    level: Level | None = None
    verdict: str = ""
    acknowledgement: Handling | None = None
    shelf: Handling | None = None
    suppressed_by: str = ""
    chattering: bool = False
    flaps: tuple[float, ...] = ()

    def is_old(self, now: float) -> bool:
        """Whether it has stood for more than a day: by then it is part of the furniture."""
        return self.raised_at is not None and now - self.raised_at > OLD_SECONDS

    @property
    def stands(self) -> bool:
        """Whether it was raised and is not over, or is over and nobody has acknowledged it."""
        return self.raised_at is not None
