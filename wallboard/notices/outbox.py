"""What was queued and sent, folded from the rows of the ledger alone. No clock, no I/O.

Every notice is queued as a row for each alarm that it covers before it is sent, and its outcome is
a row after: so a process that takes over, or is killed and starts again, goes on where the last one
stopped. A row may come twice. Times are Unix seconds.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from wallboard.domain.ledger_order import Arrivals
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind, moment
from wallboard.domain.policy import Level
from wallboard.notices.episode import (
    CALLING_PHASES,
    NOTICE_ID,
    AlarmEpisode,
    AlarmId,
    NoticeThread,
    QueuedNotice,
    raise_id_of,
)
from wallboard.notices.notice import Phase

FLOOD_SECONDS = 600.0
"""The time in which more than so many alarms are a flood."""

KEPT_SECONDS = 600.0
"""How long an alarm that is over is remembered: what others queued of it may still come."""

LATE_SECONDS = 8 * 86_400.0
"""How long it is known which row of an alarm was the last: older ones may come that long."""

MOST_REMEMBERED = 2_000
"""Of what waits for other rows to come."""

_QUEUED = re.compile(r"(raise|remind|acknowledge|over) after (\d{1,9}(?:\.\d{1,9})?) s")
_OUTCOMES = frozenset({RowKind.SENT, RowKind.GIVEN_UP, RowKind.WITHDRAWN})
_SHELVES = frozenset({RowKind.SHELVED, RowKind.UNSHELVED})


class Outbox:
    """Folds rows of the ledger in the order in which they count."""

    def __init__(self) -> None:
        self.late = False
        """Whether a row came later than others that come after it, so that all are to be taken
        again."""
        self.episodes: dict[AlarmId, AlarmEpisode] = {}
        self.threads: dict[str, NoticeThread] = {}
        """By the id of the first notice."""
        self._notices: dict[str, QueuedNotice] = {}
        self._raises: list[QueuedNotice] = []
        self._shelves: dict[AlarmKey, float | None] = {}
        self._newest: dict[AlarmKey, AlarmEpisode] = {}
        self._arrivals: dict[AlarmKey, Arrivals] = {}
        self._tried: dict[str, QueuedNotice] = {}
        self._early: dict[str, None] = {}
        """Notices of which the outcome is known, and nothing else."""
        self._own: dict[tuple[RowKind, str, float], None] = {}
        """Rows of this process that have not come back from the ledger yet."""

    @property
    def settled(self) -> bool:
        """Whether no alarm stands, and there is nothing left to tell of any."""
        return not self.threads and all(one.over_at is not None for one in self.episodes.values())

    def begin_again(self) -> None:
        """Forget all rows; of notices that come back it is known how it went with them here."""
        tried = self._notices
        self.__init__()  # type: ignore[misc]
        self._tried = tried

    def unhandled(self, now: float) -> int:
        """How many alarms call somebody."""
        return sum(episode.unhandled(now) for episode in self.episodes.values())

    def episodes_of(self, alarms: Iterable[AlarmId]) -> list[AlarmEpisode]:
        """What is known of some alarms."""
        return [episode for alarm in alarms if (episode := self.episodes.get(alarm))]

    def notice(self, notice: str) -> QueuedNotice | None:
        """A notice by its id, while there is anything to tell of its alarms."""
        return self._notices.get(notice)

    def open_notices(self) -> list[QueuedNotice]:
        """The notices that are still to be sent, oldest first."""
        return [one for one in self._notices.values() if one.open]

    def thread_about(self, channel: str, alarm: AlarmId) -> NoticeThread | None:
        """What was queued through a channel about one alarm by itself."""
        episode = self.episodes.get(alarm)
        for (through, _), raise_id in episode.steps.items() if episode else ():
            thread = self.threads.get(raise_id)
            if thread and through == channel and thread.first.alarms.keys() == {alarm}:
                return thread
        return None

    def raised_recently(self, step: tuple[str, float], now: float) -> int:
        """How many alarms were told by a step in the time of a flood."""
        since = now - FLOOD_SECONDS
        lately = (one for one in self._raises if one.queued_at > since)
        return sum(len(one.alarms) for one in lately if (one.channel, one.after) == step)

    def take_own(self, row: LedgerRow) -> None:
        """Fold a row of this process now; when it comes back from the ledger it is no news.

        Those of other channels may have been folded meanwhile, and it would seem to be late.
        """
        self.take(row)
        self._own[row.kind, row.notice, moment(row.at)] = None
        _limit(self._own)

    def take(self, row: LedgerRow) -> None:
        """Fold a row."""
        if self._own.pop((row.kind, row.notice, row.at), 1) is None:
            return
        self._note_order(row)
        if row.kind is RowKind.QUEUED:
            self._take_queued(row)
        elif row.notice:
            self._take_outcome(row)
        elif row.key is not None and row.kind in _SHELVES:
            self._take_shelf(row.key, row)
        elif row.key is not None and row.onset is not None:
            alarm = AlarmId(row.key, moment(row.onset))
            if row.kind is RowKind.RAISED:
                self._take_raised(alarm, row)
            elif episode := self.episodes.get(alarm):
                episode.take(row)

    def forget_finished(self, now: float) -> None:
        """Forget what is over and of which nothing is left to tell."""
        waiting: set[AlarmId] = set()
        for raise_id, thread in list(self.threads.items()):
            if self._is_finished(thread):
                for one in self.threads.pop(raise_id).notices:
                    self._notices.pop(one.id, None)
            else:
                waiting.update(thread.first.alarms)
        before = now - KEPT_SECONDS
        for alarm, episode in list(self.episodes.items()):
            if episode.over_at is not None and episode.over_at < before and alarm not in waiting:
                del self.episodes[alarm]
                if self._newest.get(alarm.key) is episode:
                    del self._newest[alarm.key]
        self._raises = [one for one in self._raises if one.queued_at > now - FLOOD_SECONDS]
        since = now - LATE_SECONDS
        self._arrivals = {key: one for key, one in self._arrivals.items() if one.newest > since}
        self._tried = {}
        self._shelves = {
            key: until for key, until in self._shelves.items() if until is None or until > now
        }

    def shift(self, by: float) -> None:
        """Go on as before once the clock was put forward ``by`` seconds, or back."""
        for episode in self.episodes.values():
            episode.shift(by)
        for notice in {**self._notices, **{one.id: one for one in self._raises}}.values():
            notice.queued_at += by
            notice.next_try_at += by

    def not_after(self, now: float) -> None:
        """Let nothing wait for a time to come that the clock had before it was put back."""
        for episode in self.episodes.values():
            episode.not_after(now)
        for notice in (*self._notices.values(), *self._raises):
            notice.queued_at = min(notice.queued_at, now)

    def _note_order(self, row: LedgerRow) -> None:
        if row.key and row.kind is not RowKind.NOTE:
            arrivals = self._arrivals.setdefault(row.key, Arrivals())
            self.late = not arrivals.is_last(row) or self.late

    def _is_finished(self, thread: NoticeThread) -> bool:
        if any(one.open for one in thread.notices):
            return False
        if any(episode.over_at is None for episode in self.episodes_of(thread.first.alarms)):
            return False
        return thread.over_queued or not thread.delivered

    def _take_raised(self, alarm: AlarmId, row: LedgerRow) -> None:
        if alarm in self.episodes:
            return
        last = self._newest.get(alarm.key)
        if last and last.id.onset < alarm.onset and last.over_at is None:
            # One that is raised anew, as at the end of a shelf, takes the place of the last one.
            last.over_at = row.at
        level = Level.CRITICAL if row.level is None else row.level
        episode = AlarmEpisode(alarm, row.at, level, row.verdict, row.at, row.at)
        episode.shelved_until = self._shelves.get(alarm.key)
        self.episodes[alarm] = self._newest[alarm.key] = episode

    def _take_shelf(self, key: AlarmKey, row: LedgerRow) -> None:
        if row.kind is RowKind.SHELVED:
            self._shelves[key] = row.until
        elif row.until is None or row.until == self._shelves.get(key):
            self._shelves.pop(key, None)
        if episode := self._newest.get(key):
            episode.shelved_until = self._shelves.get(key)

    def _take_outcome(self, row: LedgerRow) -> None:
        notice = self._notices.get(row.notice)
        if notice is None:
            # It was given up here, and is forgotten by now, or is not known yet.
            self.late = self.late or row.kind is RowKind.SENT
            self._early[row.notice] = None
            _limit(self._early)
        if notice is None or not (notice.open or row.kind is RowKind.SENT):
            # Somebody else may have sent what was given up here: it was told.
            return
        if row.kind in _OUTCOMES:
            notice.outcome = row.kind
        if row.kind in {RowKind.FAILED, RowKind.GIVEN_UP}:
            notice.failure = row.text.partition(": ")[2]

    def _take_queued(self, row: LedgerRow) -> None:
        """Take the row of one alarm of a notice; of two that queue the same the first counts."""
        read = _QUEUED.fullmatch(row.text)
        if not read or row.key is None or row.onset is None or not NOTICE_ID.fullmatch(row.notice):
            return
        alarm = AlarmId(row.key, moment(row.onset))
        phase, after = Phase(read[1]), float(read[2])
        episode, raise_id = self.episodes.get(alarm), raise_id_of(row.notice)
        # What was told of an alarm that is forgotten by now is told to its end.
        self.late = self.late or episode is None
        step = (row.channel, after)
        called = phase in CALLING_PHASES and episode
        if called and called.steps.setdefault(step, raise_id) != raise_id:
            return
        notice = self._notices.get(row.notice)
        if notice is None:
            notice = QueuedNotice(row.notice, phase, row.channel, after, row.at, {})
            self._add(notice, raise_id)
        if raise_id == row.notice or len(self.threads[raise_id].notices) == 1:
            notice.alarms[alarm] = None

    def _add(self, notice: QueuedNotice, raise_id: str) -> None:
        self.late = self.late or self._early.pop(notice.id, 1) is None
        if before := self._tried.pop(notice.id, None):
            notice.tries, notice.next_try_at = before.tries, before.next_try_at
            notice.may_have_arrived = before.may_have_arrived
        self._notices[notice.id] = notice
        if thread := self.threads.get(raise_id):
            # A row names only the first of the alarms.
            notice.alarms = thread.first.alarms
            thread.notices.append(notice)
        else:
            self.threads[raise_id] = NoticeThread([notice])
        if notice.id == raise_id:
            self._raises.append(notice)


def _limit(waiting: dict[Any, None]) -> None:
    if len(waiting) > MOST_REMEMBERED:
        del waiting[next(iter(waiting))]


def outcome(queued: QueuedNotice, kind: RowKind, at: float, text: str) -> LedgerRow:
    """The row that says what became of a notice, and what the far side said to it."""
    alarm = queued.first_alarm
    row = LedgerRow(at, kind, alarm.key, alarm.onset, text=f"{queued.phase}: {text}")
    return replace(row, notice=queued.id, channel=queued.channel)
