"""Episodes of alarms, from raised to over, and the notices about them. Times are Unix seconds."""

import hashlib
import re
from dataclasses import dataclass, field
from typing import NamedTuple

from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.policy import Level
from wallboard.notices.notice import Phase

GIVE_UP_SECONDS = 3600.0
"""How long a notice is tried."""

OVER_GIVE_UP_SECONDS = 7 * 86_400.0
"""How long "over" is tried: it is owed to whoever was told, also after a day without them."""

RETRY_SECONDS = (5.0, 15.0, 45.0, 120.0, 300.0)
"""Waits between two tries; the last one repeats."""

NOTICE_ID = re.compile(r"([0-9a-f]{24})(?:\.(\d{1,9}))?")
"""That of the first notice of an alarm, and the number of a later one. Far sides see it."""

CALLING_PHASES = frozenset({Phase.RAISE, Phase.REMIND})

Step = tuple[str, float]
"""A channel, and after how many seconds it is called."""


class AlarmId(NamedTuple):
    """One alarm among all that there ever were: whose it is, and when its condition began."""

    key: AlarmKey
    onset: float


@dataclass(slots=True)
class AlarmEpisode:
    """One alarm from raised to over, as far as notices go by it.

    Somebody is to be called from ``called_at`` on: raised, worse, or not acknowledged any more.
    ``steps`` are those through which it was sent, each with the first notice.
    """

    id: AlarmId
    raised_at: float
    level: Level
    verdict: str
    called_at: float
    waits_from: float
    acknowledged: LedgerRow | None = None
    shelved_until: float | None = None
    over_at: float | None = None
    steps: dict[Step, str] = field(default_factory=dict)

    def unhandled(self, now: float) -> bool:
        """Whether somebody has to be called: nobody has it in hand, and it is not over."""
        shelved = self.shelved_until is not None and now < self.shelved_until
        return self.over_at is None and self.acknowledged is None and not shelved

    def take(self, row: LedgerRow) -> None:
        """Take what a row says that is about it."""
        match row.kind:
            case RowKind.WORSENED:
                self.level, self.verdict = row.level or self.level, row.verdict or self.verdict
                self.called_at = row.at
            case RowKind.ACKNOWLEDGED:
                self.acknowledged = self.acknowledged or row
            case RowKind.UNACKNOWLEDGED if self.acknowledged and row.at >= self.acknowledged.at:
                self.acknowledged, self.called_at, self.waits_from = None, row.at, row.at
            case RowKind.RETURNED | RowKind.CLEARED if self.over_at is None:
                self.over_at = row.at if row.until is None else row.until

    def shift(self, by: float) -> None:
        """Put its timers forward or back; what it tells of keeps its times."""
        self.called_at += by
        self.waits_from += by

    def not_after(self, now: float) -> None:
        """Let nothing wait for a time to come that the clock had before it was put back."""
        self.called_at, self.waits_from = min(self.called_at, now), min(self.waits_from, now)


@dataclass(slots=True)
class QueuedNotice:
    """One notice that was queued, and what became of it.

    ``may_have_arrived`` unless it is known that the far side does not have it: a process that was
    killed may have sent it.
    """

    id: str
    phase: Phase
    channel: str
    after: float
    queued_at: float
    alarms: dict[AlarmId, None]
    outcome: RowKind = RowKind.QUEUED
    failure: str = ""
    tries: int = 0
    next_try_at: float = 0.0
    may_have_arrived: bool = True

    @property
    def open(self) -> bool:
        """Whether it is still to be sent."""
        return self.outcome is RowKind.QUEUED

    @property
    def first_alarm(self) -> AlarmId:
        """The same of its alarms to everybody, in whatever order they came."""
        return min(self.alarms, key=lambda one: (one.onset, one.key.server, one.key.id or -1))

    @property
    def number(self) -> int:
        """Its place among the notices of its alarm."""
        found = NOTICE_ID.fullmatch(self.id)
        return int(found[2] or 0) if found else 0

    @property
    def give_up_at(self) -> float:
        """When it is not tried any longer."""
        lasting = self.phase is Phase.OVER
        return self.queued_at + (OVER_GIVE_UP_SECONDS if lasting else GIVE_UP_SECONDS)

    def failed(self, now: float, retry_after: float | None) -> None:
        """Note a failure, and when to try again."""
        wait = RETRY_SECONDS[min(max(1, self.tries), len(RETRY_SECONDS)) - 1]
        self.next_try_at = now + max(wait, retry_after or 0.0)


@dataclass(slots=True)
class NoticeThread:
    """All that was queued about one alarm through one channel, or about those of a flood."""

    notices: list[QueuedNotice]

    @property
    def first(self) -> QueuedNotice:
        """The first notice that is known."""
        return self.notices[0]

    @property
    def last_call(self) -> QueuedNotice | None:
        """The last notice that called somebody."""
        return next((one for one in reversed(self.notices) if one.phase in CALLING_PHASES), None)

    @property
    def delivered(self) -> bool:
        """Whether the far side knows of the alarm."""
        return any(
            one.outcome is RowKind.SENT for one in self.notices if one.phase in CALLING_PHASES
        )

    @property
    def over_queued(self) -> bool:
        """Whether "over" was queued, whatever became of it."""
        return any(one.phase is Phase.OVER for one in self.notices)

    @property
    def next_id(self) -> str:
        """The id of the next notice."""
        number = max(one.number for one in self.notices) + 1
        return f"{raise_id_of(self.first.id)}.{number}"


def raise_id_of(notice: str) -> str:
    """The id of the first notice about the same."""
    return notice.partition(".")[0]


def thread_of(notice: QueuedNotice) -> str:
    """The thread on the far side: that of the alarm, or of the flood."""
    first = notice.first_alarm
    flood = "flood" if len(notice.alarms) > 1 else "alarm"
    return digest(flood, notice.channel, *map(str, first.key), repr(first.onset))


def digest(*words: str) -> str:
    """An id that is the same to every process that has the same reason for it."""
    return hashlib.blake2b("\0".join(words).encode("utf-8", "replace"), digest_size=12).hexdigest()
