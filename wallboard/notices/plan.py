"""Which notices are to be queued now, by what the outbox knows. No clock, no I/O."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.policy import Level
from wallboard.frozen import frozen
from wallboard.notices.notice import Phase
from wallboard.notices.outbox import Outbox
from wallboard.notices.story import AlarmId, AlarmStory, Told, digest

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
        story.id: story
        for story in outbox.stories.values()
        if story.calls(now) and story.id.key not in suppressed
    }
    rows: list[LedgerRow] = []
    taken: set[tuple[str, float, AlarmId]] = set()
    for route in rules.routes:
        if Phase.RAISE in phases.get(route.channel, ()):
            for alarms in _gathered(outbox, calling.values(), route, now, rules):
                again = {(route.channel, route.after, story.id) for story in alarms}
                # Two routes may be the same step.
                if not again & taken:
                    rows += _told_by(outbox, route, alarms, now)
                    taken |= again
    for told in outbox.told.values():
        phase = _next_phase(outbox, told, now, rules, calling)
        if phase and phase in phases.get(told.first.channel, ()):
            rows.append(_later(phase, told, now, told.first.after))
    return _without_repeats(rows)


def _gathered(
    outbox: Outbox,
    calling: Collection[AlarmStory],
    route: Route,
    now: float,
    rules: SendingRules,
) -> Iterator[list[AlarmStory]]:
    """The alarms that are to go through a route now: each by itself, or all at once in a flood."""
    step = (route.channel, route.after)
    due = [
        story
        for story in calling
        if step not in story.steps
        and now >= story.waits_from + route.after
        and route.matches(story.id.key, story.level, now)
    ]
    if not due:
        return
    if now < min(story.waits_from for story in due) + route.after + rules.group_wait:
        return
    lately = outbox.raised_lately(step, now)
    if lately > rules.flood:
        return
    if lately + len(due) > rules.flood:
        due.sort(key=lambda story: (story.raised_at, story.id.key.server, story.id.key.id or 0))
        yield due
    else:
        yield from ([story] for story in due)


def _told_by(
    outbox: Outbox, route: Route, alarms: Sequence[AlarmStory], now: float
) -> Iterator[LedgerRow]:
    if len(alarms) == 1 and (told := outbox.told_alone(route.channel, alarms[0].id)):
        # A later step through the same channel says it again, in the same thread.
        if told.delivered and not told.over_told:
            yield _later(Phase.REMIND, told, now, route.after)
        return
    first = alarms[0].id
    size = str(len(alarms))
    channel, after = route.channel, route.after
    notice = digest(channel, repr(after), *map(str, first.key), repr(first.onset), size)
    for story in alarms:
        yield _row(story.id, Phase.RAISE, channel, after, notice, now)


def _next_phase(
    outbox: Outbox,
    told: Told,
    now: float,
    rules: SendingRules,
    calling: Mapping[AlarmId, AlarmStory],
) -> Phase | None:
    """What is to be said after what was queued: again, acknowledged, over; or nothing yet."""
    last = told.last_call
    if told.over_told or last is None:
        return None
    alarms = told.first.alarms
    stories = outbox.stories_of(alarms)
    standing = [story for story in stories if story.over_at is None]
    if not standing:
        return Phase.OVER if told.delivered and stories else None
    called = [calling[alarm] for alarm in alarms if alarm in calling]
    if called:
        if last.open:
            return None
        wait = rules.group_wait if len(alarms) > 1 else 0.0
        anew = max(story.called_at for story in called) > last.queued_at
        if now >= last.queued_at + rules.repeat or (anew and now >= last.queued_at + wait):
            return Phase.REMIND if told.delivered else Phase.RAISE
    elif told.delivered and told.notices[-1].phase is not Phase.ACKNOWLEDGE:
        if any(story.acknowledged for story in standing):
            return Phase.ACKNOWLEDGE
    return None


def _later(phase: Phase, told: Told, now: float, after: float) -> LedgerRow:
    first = told.first.first_alarm
    return _row(first, phase, told.first.channel, after, told.next_id, now)


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
