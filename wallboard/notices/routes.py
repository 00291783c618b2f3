"""Which alarms go through which channels, by the config."""

from collections.abc import Callable, Sequence

from wallboard.domain.calendar import Calendar
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.policy import Level
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.notices.plan import Route, SendingRules
from wallboard.query import parse
from wallboard.settings import NoticeSettings, Settings

StatusesOf = Callable[[AlarmKey], Sequence[EntryPointStatus]]
"""The entry point of an alarm, or all those of a server."""

CalendarOf = Callable[[str], Calendar | None]
"""A calendar by its name; ``None`` where it cannot be read."""


def sending_rules(
    settings: Settings, statuses_of: StatusesOf, calendar_of: CalendarOf
) -> SendingRules:
    """When notices are sent, and where to."""
    alarm = settings.alarm
    return SendingRules(
        routes=tuple(_route(one, statuses_of, calendar_of) for one in settings.notice),
        group_wait=alarm.group_wait,
        repeat=alarm.repeat,
        flood=alarm.flood,
    )


def _route(notice: NoticeSettings, statuses_of: StatusesOf, calendar_of: CalendarOf) -> Route:
    query = parse(notice.filter)

    def matches(key: AlarmKey, level: Level, at: float) -> bool:
        if notice.level is not None and level < notice.level:
            return False
        calendar = calendar_of(notice.calendar) if notice.calendar else None
        # Where it cannot be read, it is better to tell somebody.
        if calendar and not calendar.expected(at).open:
            return False
        return not query or any(query.matches(status, at) for status in statuses_of(key))

    return Route(notice.channel, notice.after, matches)
