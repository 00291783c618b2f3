"""What is to be sent, decided from the rows of the ledger alone. No clock, no I/O.

Every notice is queued as a row for each alarm that it covers before it is sent, and its outcome is
a row after: so a process that takes over, or is killed and starts again, goes on where the last one
stopped. Times are Unix seconds.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.policy import Level
from wallboard.frozen import frozen
from wallboard.notices.notice import Phase

GIVE_UP_SECONDS = 3600.0
"""How long a notice is tried."""

RETRY_SECONDS = (5.0, 15.0, 45.0, 120.0, 300.0)
"""Waits between two tries; the last one repeats."""

_QUEUED = re.compile(r"(raise|remind|acknowledge|over) after (\d+(?:\.\d+)?) s")
_NOTICE_KINDS = frozenset({RowKind.QUEUED, RowKind.SENT, RowKind.FAILED, RowKind.GIVEN_UP})


class AlarmId(NamedTuple):
    """One alarm among all that there ever were: whose it is, and when its condition began."""

    key: AlarmKey
    onset: float


@frozen
class Route:
    """One way of an alarm to a channel: ``after`` seconds unacknowledged, if it ``matches``."""

    channel: str
    after: float
    matches: Callable[[AlarmKey, Level, float], bool]
    """Whether it is for an alarm of this level at this moment."""


@dataclass(slots=True)
class AlarmStory:
    """What the ledger says of one alarm, as far as it matters to whom it is told."""

    id: AlarmId
    raised_at: float
    level: Level
    verdict: str
    acknowledged: LedgerRow | None = None
    unacknowledged_at: float | None = None
    shelved_until: float | None = None
    over_at: float | None = None
    steps: set[tuple[str, float]] = field(default_factory=set)

    def calls(self, now: float) -> bool:
        """Whether somebody has to be called: nobody has it in hand, and it is not over."""
        shelved = self.shelved_until is not None and now < self.shelved_until
        return self.over_at is None and self.acknowledged is None and not shelved


@dataclass(slots=True)
class QueuedNotice:
    """One notice that was queued, and what became of it."""

    id: str
    phase: Phase
    channel: str
    after: float
    queued_at: float
    alarms: list[AlarmId]
    raise_id: str
    sent_at: float | None = None
    given_up_at: float | None = None
    failure: str = ""
    tries: int = 0
    next_try_at: float = 0.0
    may_have_arrived: bool = True

    @property
    def open(self) -> bool:
        """Whether it is still to be sent."""
        return self.sent_at is None and self.given_up_at is None


class Outbox:
    """Folds rows of the ledger, and plans notices from them."""

    def __init__(self) -> None:
        self._stories: dict[AlarmId, AlarmStory] = {}
        self._notices: dict[str, QueuedNotice] = {}
        self._told: dict[str, list[QueuedNotice]] = {}

    @property
    def empty(self) -> bool:
        """Whether there is nothing to tell of any alarm."""
        return not self._stories and not self._notices

    def standing(self, now: float) -> int:
        """How many alarms call somebody."""
        return sum(story.calls(now) for story in self._stories.values())

    def story(self, alarm: AlarmId) -> AlarmStory | None:
        """What is known of an alarm; ``None`` once there is nothing to tell of it any more."""
        return self._stories.get(alarm)

    def take(self, row: LedgerRow) -> None:
        """Fold a row, in the order of the ledger."""
        if row.kind in _NOTICE_KINDS:
            self._take_notice(row)
        elif row.key is not None and row.kind in {RowKind.SHELVED, RowKind.UNSHELVED}:
            for story in self._stories.values():
                if story.id.key == row.key:
                    story.shelved_until = row.until if row.kind is RowKind.SHELVED else None
        elif row.key is not None and row.onset is not None:
            self._take_alarm(AlarmId(row.key, row.onset), row)

    def open_notices(self) -> list[QueuedNotice]:
        """The notices that are still to be sent, oldest first."""
        return [one for one in self._notices.values() if one.open]

    def plan(
        self,
        now: float,
        routes: Sequence[Route],
        *,
        group_wait: float,
        repeat: float,
        flood: int,
        suppressed: Collection[AlarmKey] = (),
    ) -> list[LedgerRow]:
        """The rows of the notices to be queued now. They count once they were taken."""
        calling = [
            story
            for story in self._stories.values()
            if story.calls(now) and story.id.key not in suppressed
        ]
        rows: list[LedgerRow] = []
        for route in routes:
            for alarms in _gathered(calling, route, now, group_wait, flood):
                rows += _queued(Phase.RAISE, route.channel, route.after, alarms, now)
        for told in list(self._told.values()):
            rows += self._follow_up(told, now, repeat, suppressed)
        return rows

    def forget_finished(self) -> None:
        """Forget what is over and of which nothing is left to tell."""
        waiting = {alarm for one in self._notices.values() if one.open for alarm in one.alarms}
        for raise_id, told in list(self._told.items()):
            first = told[0]
            ended = all(one.phase is not Phase.OVER or not one.open for one in told)
            told_over = any(one.phase is Phase.OVER for one in told) or first.sent_at is None
            over = all(self._is_over(alarm) for alarm in first.alarms)
            if over and ended and told_over and not first.open:
                for one in self._told.pop(raise_id):
                    self._notices.pop(one.id, None)
            else:
                waiting.update(first.alarms)
        for alarm in [one for one, story in self._stories.items() if story.over_at is not None]:
            if alarm not in waiting:
                del self._stories[alarm]

    def _take_alarm(self, alarm: AlarmId, row: LedgerRow) -> None:
        story = self._stories.get(alarm)
        if row.kind is RowKind.RAISED:
            if story is None:
                level = Level.CRITICAL if row.level is None else row.level
                self._stories[alarm] = AlarmStory(alarm, row.at, level, row.verdict)
            return
        if story is None:
            return
        match row.kind:
            case RowKind.WORSENED:
                story.level, story.verdict = row.level or story.level, row.verdict or story.verdict
            case RowKind.ACKNOWLEDGED:
                story.acknowledged = story.acknowledged or row
            case RowKind.UNACKNOWLEDGED:
                story.acknowledged, story.unacknowledged_at = None, row.at
            case RowKind.RETURNED | RowKind.CLEARED:
                if story.over_at is None:
                    story.over_at = row.at if row.until is None else row.until

    def _take_notice(self, row: LedgerRow) -> None:
        notice = self._notices.get(row.notice)
        if row.kind is RowKind.QUEUED:
            if row.key is not None and row.onset is not None:
                self._take_queued(AlarmId(row.key, row.onset), row, notice)
            return
        if notice is None:
            return
        match row.kind:
            case RowKind.SENT:
                notice.sent_at = row.at
            case RowKind.GIVEN_UP:
                notice.given_up_at, notice.failure = row.at, row.text
            case RowKind.FAILED:
                notice.failure = row.text

    def _take_queued(self, alarm: AlarmId, row: LedgerRow, notice: QueuedNotice | None) -> None:
        read = _QUEUED.fullmatch(row.text)
        if not read:
            return
        phase, after = Phase(read[1]), float(read[2])
        if notice is None:
            raise_id = row.notice.partition(".")[0]
            notice = QueuedNotice(row.notice, phase, row.channel, after, row.at, [], raise_id)
            self._notices[row.notice] = notice
            self._told.setdefault(raise_id, []).append(notice)
        if alarm not in notice.alarms:
            notice.alarms.append(alarm)
        if (story := self._stories.get(alarm)) and phase is Phase.RAISE:
            story.steps.add((row.channel, after))

    def _follow_up(
        self, told: list[QueuedNotice], now: float, repeat: float, suppressed: Collection[AlarmKey]
    ) -> Iterator[LedgerRow]:
        """What is to be sent after a notice that was delivered: again, acknowledged, over."""
        first = told[0]
        if first.sent_at is None or first.phase is not Phase.RAISE:
            return
        if any(one.phase is Phase.OVER for one in told):
            return
        stories = [story for alarm in first.alarms if (story := self._stories.get(alarm))]
        if all(story.over_at is not None for story in stories):
            yield from _later(Phase.OVER, told, now)
            return
        calling = [s for s in stories if s.calls(now) and s.id.key not in suppressed]
        if calling:
            calls = [one for one in told if one.phase in {Phase.RAISE, Phase.REMIND}]
            last = calls[-1]
            broken = max((s.unacknowledged_at or 0.0 for s in calling), default=0.0)
            if not last.open and (now >= last.queued_at + repeat or broken > last.queued_at):
                yield from _later(Phase.REMIND, told, now)
        elif any(s.acknowledged and s.over_at is None for s in stories):
            if told[-1].phase is not Phase.ACKNOWLEDGE:
                yield from _later(Phase.ACKNOWLEDGE, told, now)

    def _is_over(self, alarm: AlarmId) -> bool:
        story = self._stories.get(alarm)
        return story is None or story.over_at is not None


def thread_of(notice: QueuedNotice) -> str:
    """The thread on the far side: that of the alarm, or of the flood."""
    first = notice.alarms[0]
    flood = "flood" if len(notice.alarms) > 1 else "alarm"
    return _digest(flood, notice.channel, *map(str, first.key), repr(first.onset))


def next_try(notice: QueuedNotice, now: float, retry_after: float | None) -> float:
    """When to try again after a failure."""
    wait = RETRY_SECONDS[min(notice.tries, len(RETRY_SECONDS)) - 1]
    return now + max(wait, retry_after or 0.0)


def _gathered(
    calling: Sequence[AlarmStory], route: Route, now: float, group_wait: float, flood: int
) -> Iterator[list[AlarmStory]]:
    """The alarms that are to go through a route now: each by itself, or all at once."""
    step = (route.channel, route.after)
    due = [
        story
        for story in calling
        if step not in story.steps
        and now >= story.raised_at + route.after
        and route.matches(story.id.key, story.level, now)
    ]
    if not due or now < min(story.raised_at for story in due) + route.after + group_wait:
        return
    due.sort(key=lambda story: story.raised_at)
    if len(due) > flood:
        yield due
    else:
        yield from ([story] for story in due)


def _queued(
    phase: Phase, channel: str, after: float, alarms: Sequence[AlarmStory], now: float
) -> Iterator[LedgerRow]:
    first = alarms[0].id
    size = str(len(alarms))
    notice = _digest(channel, repr(after), *map(str, first.key), repr(first.onset), size)
    for story in alarms:
        yield _row(story.id, phase, channel, after, notice, now)


def _later(phase: Phase, told: Sequence[QueuedNotice], now: float) -> Iterator[LedgerRow]:
    first = told[0]
    notice = f"{first.id}.{len(told)}"
    for alarm in first.alarms:
        yield _row(alarm, phase, first.channel, first.after, notice, now)


def _row(
    alarm: AlarmId, phase: Phase, channel: str, after: float, notice: str, now: float
) -> LedgerRow:
    return LedgerRow(
        at=now,
        kind=RowKind.QUEUED,
        key=alarm.key,
        onset=alarm.onset,
        notice=notice,
        channel=channel,
        text=f"{phase.value} after {after:g} s",
    )


def _digest(*words: str) -> str:
    return hashlib.blake2b("\0".join(words).encode(), digest_size=12).hexdigest()
