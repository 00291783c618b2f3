"""One alarm: its condition, its state, and what people did about it. All times are Unix seconds.

The model is that of ISA-18.2 and IEC 62682: an alarm is raised once, and is somebody's until it is
over.
"""

import math
from collections.abc import Mapping
from dataclasses import field, replace
from enum import Enum, StrEnum

from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.observation import shifted
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
    def needs_acknowledgement(self) -> bool:
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
    raised, once it was false for ``clear_for`` it is over. ``flap_changes`` raises and ends within
    ``flap_within`` are chattering. Where several places poll, ``quorum`` of them must say so.
    """

    level: Level = Level.CRITICAL
    raise_for: float = 30.0
    clear_for: float = 60.0
    ack_expires: float = 8 * 3600.0
    flap_changes: int = 6
    flap_within: float = 600.0
    quorum: int = 1


@frozen
class Condition:
    """The condition of an alarm from ``at`` on; after ``until`` it is inconclusive by itself.

    ``since`` is when it became so, where that was before ``at``. ``verdict`` and ``level`` are
    those of the entry point; a server's are the cause of its failure and critical.
    ``suppressed_by`` names what explains it: a server, a calendar, a maintenance. Polls that repeat
    the last one move only ``until``, which two equal conditions may differ in.
    """

    at: float
    truth: Truth
    level: Level = Level.OK
    verdict: str = ""
    until: float = field(default=math.inf, compare=False)
    suppressed_by: str = ""
    since: float | None = None

    @property
    def conclusive(self) -> bool:
        """Whether it is known to be true or false."""
        return self.truth is not Truth.INCONCLUSIVE

    def shifted(self, by: float) -> "Condition":
        """The same after the clock was put forward ``by`` seconds, or back."""
        return replace(self, at=self.at + by, until=self.until + by, since=shifted(self.since, by))


def by_server(server: str) -> str:
    """What a condition is suppressed by while its server is out of reach."""
    return f"server {server}"


NEVER_ASKED = Condition(-math.inf, Truth.INCONCLUSIVE)


@frozen
class Handling:
    """What somebody said about an alarm, an acknowledgement or a shelf, and until when it holds."""

    at: float
    who: str
    why: str
    until: float


@frozen
class Alarm:
    """One alarm, by the polls and the rows of the ledger so far.

    By the polls: the truth of ``condition`` began at ``since``, 0 before anything was asked. When
    it was last conclusive it was true or not (``holds``), and had been so from ``began`` on, for
    ``held`` conclusive seconds at ``at``; from then on these are counted as ``condition`` has it.

    By the ledger: ``onset`` is when the condition began for which it was raised, at ``raised_at``,
    and ``over_at`` when that ended of an alarm that has returned; ``level`` and ``verdict`` are the
    worst since. These are ``None`` where no alarm stands. ``last_onset`` is that of the last one
    raised, and ``flaps`` are the last raises and ends; it chattered last at ``chattered_at``.
    """

    key: AlarmKey
    rules: AlarmRules = AlarmRules()
    condition: Condition = NEVER_ASKED
    since: float = 0.0
    holds: bool | None = None
    began: float | None = None
    held: float = 0.0
    at: float = -math.inf
    onset: float | None = None
    raised_at: float | None = None
    over_at: float | None = None
    level: Level | None = None
    verdict: str = ""
    acknowledgement: Handling | None = None
    shelf: Handling | None = None
    chattering: bool = False
    chattered_at: float | None = None
    flaps: tuple[float, ...] = ()
    last_onset: float | None = None

    @property
    def state(self) -> AlarmState:
        """Its state: a shelf hides all else, and one that nobody looked at stays until then."""
        if self.shelf:
            return AlarmState.SHELVED
        if self.over_at is not None:
            return AlarmState.RETURNED
        if self.condition.suppressed_by:
            return AlarmState.SUPPRESSED
        if self.active:
            handled = self.acknowledgement is not None
            return AlarmState.ACKNOWLEDGED if handled else AlarmState.UNACKNOWLEDGED
        return AlarmState.PENDING if self.holds else AlarmState.NORMAL

    def is_old(self, now: float) -> bool:
        """Whether it has stood for more than a day: by then it is part of the furniture."""
        return self.raised_at is not None and now - self.raised_at > OLD_SECONDS

    @property
    def stands(self) -> bool:
        """Whether it was raised and is not over, or is over and nobody has acknowledged it."""
        return self.raised_at is not None

    @property
    def active(self) -> bool:
        """Whether it was raised and is not over."""
        return self.raised_at is not None and self.over_at is None

    @property
    def suppressed_by(self) -> str:
        """What explains its condition, if something does."""
        return self.condition.suppressed_by

    @property
    def covered_by_server(self) -> bool:
        """Whether the alarm of its server stands for it; not while somebody has shelved it."""
        return not self.shelf and self.suppressed_by == by_server(self.key.server)

    def is_overdue(self, now: float, patience: float) -> bool:
        """Whether it should have been raised more than ``patience`` seconds ago, and was not."""
        waits = bool(self.holds) and not self.active and self.counts
        return waits and self.held_at(now) > self.rules.raise_for + patience

    @property
    def counts(self) -> bool:
        """Whether its timers run: not without an answer, nor while its condition is explained."""
        return self.condition.conclusive and not (self.holds and self.condition.suppressed_by)

    def unasked(self) -> "Alarm":
        """The same with nothing known of its condition."""
        return replace(
            self,
            condition=NEVER_ASKED,
            since=0.0,
            holds=None,
            began=None,
            held=0.0,
            at=-math.inf,
        )

    def shifted(self, by: float) -> "Alarm":
        """The same after the clock was put forward ``by`` seconds, or back: timers go on.

        What rows have dated keeps its times, and what people set ends at the time they said.
        """
        return replace(
            self,
            condition=self.condition.shifted(by),
            since=self.since + by,
            began=shifted(self.began, by),
            at=self.at + by,
            flaps=tuple(at + by for at in self.flaps),
        )

    def held_at(self, now: float) -> float:
        """How many conclusive seconds its condition has held or not, as ``holds`` says.

        Polls may have confirmed it for longer than ``until``; once they do not, another condition
        says so.
        """
        return self.held + max(0.0, now - self.at) if self.counts else self.held


def covering_alarm(alarm: Alarm, alarms: Mapping[AlarmKey, Alarm]) -> Alarm:
    """The alarm that tells of what this one is about: its server's, while that suppresses it.

    ``alarms`` are all of the board that are not normal.
    """
    return alarms.get(AlarmKey(alarm.key.server), alarm) if alarm.covered_by_server else alarm
