"""Which notices are to be queued now, by what the outbox knows. No clock, no I/O."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.policy import Level
from wallboard.frozen import frozen
from wallboard.notices.episode import AlarmEpisode, AlarmId, NoticeThread, digest
from wallboard.notices.notice import Phase
from wallboard.notices.outbox import Outbox

Phases = Mapping[str, Collection[Phase]]
"""What each open channel can express; nothing is queued for one that is not among them."""


@frozen
class Route:
    """One way of an alarm to a channel: ``after`` seconds unacknowledged, if it ``matches``."""

    channel: str
    after: float
    matches: Callable[[AlarmKey, Level, float], bool]
    """Whether it is for an alarm of this level at this moment."""


@frozen
class SendingRules:
    """When notices are sent: seconds, and the most alarms in ten minutes that are told singly."""

    routes: tuple[Route, ...] = ()
    group_wait: float = 30.0
    repeat: float = 900.0
    flood: int = 10


def plan(
    outbox: Outbox,
    now: float,
    rules: SendingRules,
    phases: Phases,
    suppressed: Collection[AlarmKey] = (),
) -> list[LedgerRow]:
    """The rows of the notices to be queued now, at a Unix time. They count once they were taken.

    Nobody is called for alarms that are ``suppressed``.
    """
    outbox.not_after(now)
    calling = {
        episode.id: episode
        for episode in outbox.episodes.values()
        if episode.unhandled(now) and episode.id.key not in suppressed
    }
    rows: list[LedgerRow] = []
    taken: set[tuple[str, float, AlarmId]] = set()
    for route in rules.routes:
        if Phase.RAISE in phases.get(route.channel, ()):
            for alarms in _gathered(outbox, calling.values(), route, now, rules):
                again = {(route.channel, route.after, episode.id) for episode in alarms}
                # Two routes may be the same step.
                if not again & taken:
                    rows += _raised_by(outbox, route, alarms, now)
                    taken |= again
    for thread in outbox.threads.values():
        phase = _next_phase(outbox, thread, now, rules, calling)
        if phase and phase in phases.get(thread.first.channel, ()):
            rows.append(_later(phase, thread, now, thread.first.after))
    return _without_repeats(rows)


def _gathered(
    outbox: Outbox,
    calling: Collection[AlarmEpisode],
    route: Route,
    now: float,
    rules: SendingRules,
) -> Iterator[list[AlarmEpisode]]:
    """The alarms that are to go through a route now: each by itself, or all at once in a flood."""
    step = (route.channel, route.after)
    due = [
        episode
        for episode in calling
        if step not in episode.steps
        and now >= episode.waits_from + route.after
        and route.matches(episode.id.key, episode.level, now)
    ]
    if not due:
        return
    if now < min(episode.waits_from for episode in due) + route.after + rules.group_wait:
        return
    lately = outbox.raised_recently(step, now)
    if lately > rules.flood:
        return
    if lately + len(due) > rules.flood:
        due.sort(
            key=lambda episode: (episode.raised_at, episode.id.key.server, episode.id.key.id or 0)
        )
        yield due
    else:
        yield from ([episode] for episode in due)


def _raised_by(
    outbox: Outbox, route: Route, alarms: Sequence[AlarmEpisode], now: float
) -> Iterator[LedgerRow]:
    if len(alarms) == 1 and (thread := outbox.thread_about(route.channel, alarms[0].id)):
        # A later step through the same channel says it again, in the same thread.
        if thread.delivered and not thread.over_queued:
            yield _later(Phase.REMIND, thread, now, route.after)
        return
    first = alarms[0].id
    size = str(len(alarms))
    channel, after = route.channel, route.after
    notice = digest(channel, repr(after), *map(str, first.key), repr(first.onset), size)
    for episode in alarms:
        yield _row(episode.id, Phase.RAISE, channel, after, notice, now)


def _next_phase(
    outbox: Outbox,
    thread: NoticeThread,
    now: float,
    rules: SendingRules,
    calling: Mapping[AlarmId, AlarmEpisode],
) -> Phase | None:
    """What is to be said after what was queued: again, acknowledged, over; or nothing yet."""
    last = thread.last_call
    if thread.over_queued or last is None:
        return None
    alarms = thread.first.alarms
    episodes = outbox.episodes_of(alarms)
    not_over = [episode for episode in episodes if episode.over_at is None]
    if not not_over:
        return Phase.OVER if thread.delivered and episodes else None
    called = [calling[alarm] for alarm in alarms if alarm in calling]
    if called:
        if last.open:
            return None
        wait = rules.group_wait if len(alarms) > 1 else 0.0
        called_again = max(episode.called_at for episode in called) > last.queued_at
        if now >= last.queued_at + rules.repeat or (called_again and now >= last.queued_at + wait):
            return Phase.REMIND if thread.delivered else Phase.RAISE
    elif thread.delivered and thread.notices[-1].phase is not Phase.ACKNOWLEDGE:
        if any(episode.acknowledged for episode in not_over):
            return Phase.ACKNOWLEDGE
    return None


def _later(phase: Phase, thread: NoticeThread, now: float, after: float) -> LedgerRow:
    first = thread.first.first_alarm
    return _row(first, phase, thread.first.channel, after, thread.next_id, now)


def _without_repeats(rows: Sequence[LedgerRow]) -> list[LedgerRow]:
    """The rows less those that would give an id to a second notice."""
    first: dict[str, str] = {}
    return [row for row in rows if first.setdefault(row.notice, row.text) == row.text]


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
