"""Availability: the share of time in which a customer could start a chat when one should have.

That is business hours without maintenance; an entry point without a calendar should always be open.
What was not recorded counts neither way, nor does the time in which this machine had no network;
both are told as coverage.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from wallboard.domain.endpoint import EntryPoint, EntryPointKey
from wallboard.domain.event import ExpectationChanged
from wallboard.domain.plan import Plan
from wallboard.domain.policy import Verdict
from wallboard.frozen import frozen
from wallboard.recorder.reading.known_states import KnownState, StatePart
from wallboard.recorder.reading.segments import Span

ASKED_AGAIN_SECONDS = 120.0
"""Within which all are asked again once this machine has a network."""

ServiceHours = Callable[[EntryPointKey, float, float], Sequence[Span]]
"""When an entry point should have been open between two moments, in order and apart."""


@frozen
class Period:
    """A day, a week, a month or all of the time asked for; Unix time in seconds."""

    name: str
    start: float
    end: float


@frozen
class Availability:
    """Of an entry point in a period, seconds.

    ``planned`` is when it should have been open, ``known`` of that what was recorded, and ``open``
    of that when a customer could start a chat.
    """

    entry_point: EntryPoint
    period: Period
    planned: float
    known: float
    open: float

    @property
    def share(self) -> float | None:
        """From 0 to 1; ``None`` if nothing is known."""
        return self.open / self.known if self.known > 0 else None

    @property
    def coverage(self) -> float | None:
        """What part of the planned time was recorded; ``None`` if none was planned."""
        return self.known / self.planned if self.planned > 0 else None


def periods_of(since: float, until: float, by: str | None) -> list[Period]:
    """The local days, weeks (from Monday) or months that a time has, or all of it as one."""
    if by is None:
        return [Period("", since, until)]
    found = []
    day = datetime.fromtimestamp(since, UTC).astimezone().replace(tzinfo=None)
    day = day.replace(hour=0, minute=0, second=0, microsecond=0)
    if by == "week":
        day -= timedelta(days=day.weekday())
    elif by == "month":
        day = day.replace(day=1)
    while (start := day.timestamp()) < until:
        name, after = _name_and_next(day, by)
        end = after.timestamp()
        if end > since:
            found.append(Period(name, max(since, start), min(until, end)))
        day = after
    return found


def _name_and_next(day: datetime, by: str) -> tuple[str, datetime]:
    if by == "month":
        return f"{day:%Y-%m}", (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    if by == "week":
        return f"{day:%G-W%V}", day + timedelta(days=7)
    return f"{day:%Y-%m-%d}", day + timedelta(days=1)


def hours_by(plan: Plan) -> ServiceHours:
    """The service hours by the calendars and maintenance of a config."""
    known: dict[tuple[object, ...], Sequence[Span]] = {}

    def hours(key: EntryPointKey, start: float, end: float) -> Sequence[Span]:
        alike = (*plan.alike(key), start, end)
        if alike not in known:
            known[alike] = [
                Span(one.start, one.end)
                for one in plan.spans(key, start, end)
                if one.open is not False and not one.maintenance
            ]
        return known[alike]

    return hours


def hours_recorded(changes: Iterable[ExpectationChanged]) -> ServiceHours:
    """The service hours by what was expected when it was recorded."""
    turns: dict[EntryPointKey, list[tuple[float, bool]]] = {}
    for change in changes:
        for key, one in change.expectations.items():
            in_service = not one.maintenance and (one.expected is None or one.expected.open)
            turns.setdefault(key, []).append((change.at, in_service))

    def hours(key: EntryPointKey, start: float, end: float) -> Sequence[Span]:
        found: list[Span] = []
        at, in_service = start, True
        for turn, after in [*turns.get(key, ()), (math.inf, False)]:
            until = min(turn, end)
            if in_service and until > at:
                found.append(Span(at, until))
            at, in_service = max(at, until), after
        return found

    return hours


class _Counted:
    """The seconds of one entry point in each period."""

    def __init__(
        self, hours: Sequence[Span], periods: Sequence[Period], blind: Sequence[tuple[float, float]]
    ) -> None:
        self._planned = list(_parts(hours, periods))
        self._parts = list(_seen(self._planned, blind))
        self._ends = [end for _, end, _ in self._parts]
        self._known = [0.0] * len(periods)
        self._open = [0.0] * len(periods)
        self._since: float | None = None
        self._is_open = False
        self._reach = -math.inf

    def planned(self, number: int) -> float:
        return sum(end - start for start, end, period in self._planned if period == number)

    def seconds(self, number: int) -> tuple[float, float]:
        return self._known[number], self._open[number]

    def is_from(self, at: float, state: KnownState | None) -> None:
        """It is so from ``at`` on; ``None`` where nothing more is known."""
        # What a clock that was put back had recorded twice counts once.
        if self._since is not None and at > (start := max(self._since, self._reach)):
            self._count(start, at)
            self._reach = at
        known = state is not None and state.known and state.verdict is not Verdict.WAITING
        self._since = at if known else None
        self._is_open = state is not None and state.verdict is Verdict.OPEN

    def is_after_all(self, at: float, state: KnownState, until: float) -> None:
        """It was so from ``at`` until then after all, unless it was asked again in time."""
        if until - at > ASKED_AGAIN_SECONDS:
            self.is_from(at, state)

    def _count(self, start: float, end: float) -> None:
        for first, last, period in self._parts[bisect_right(self._ends, start) :]:
            if first >= end:
                return
            seconds = min(last, end) - max(first, start)
            self._known[period] += seconds
            self._open[period] += seconds if self._is_open else 0.0


def _parts(hours: Sequence[Span], periods: Sequence[Period]) -> Iterator[tuple[float, float, int]]:
    """The service hours cut at the ends of the periods, each with the number of its period."""
    first = 0
    for number, period in enumerate(periods):
        while first < len(hours) and hours[first].last_at <= period.start:
            first += 1
        for span in hours[first:]:
            if span.first_at >= period.end:
                break
            yield max(span.first_at, period.start), min(span.last_at, period.end), number


def _seen(
    parts: Iterable[tuple[float, float, int]], blind: Sequence[tuple[float, float]]
) -> Iterator[tuple[float, float, int]]:
    """The same without the time in which this machine had no network."""
    for start, end, number in parts:
        at = start
        for lost, found in blind:
            if lost < end and found > at:
                if lost > at:
                    yield at, lost, number
                at = found
        if at < end:
            yield at, end, number


def availability_of(
    parts: Iterable[StatePart],
    entry_points: Sequence[EntryPoint],
    periods: Sequence[Period],
    hours: ServiceHours,
    blind: Sequence[tuple[float, float]] = (),
) -> list[Availability]:
    """The availability of each entry point in each period, by what was known of them.

    ``blind`` is when this machine had no network, in order: what it saw then is not known.
    """
    start, end = periods[0].start, periods[-1].end
    counted = {
        one.key: _Counted(hours(one.key, start, end), periods, blind) for one in entry_points
    }
    reach = start
    unheard: dict[EntryPointKey, tuple[float, KnownState]] = {}
    for part in parts:
        for event in part.events:
            if not isinstance(event, KnownState) or event.key not in counted:
                continue
            one = counted[event.key]
            if event.key in unheard:
                one.is_after_all(*unheard.pop(event.key), event.at)
            found = _seeing_again(event, blind)
            one.is_from(event.at, event if found is None else None)
            if found is not None:
                unheard[event.key] = found, event
        reach = part.until
    for key, waiting in unheard.items():
        counted[key].is_after_all(*waiting, min(reach, end))
    for one in counted.values():
        one.is_from(min(reach, end), None)
    return [
        Availability(one, period, of.planned(number), *of.seconds(number))
        for one in entry_points
        for of in (counted[one.key],)
        for number, period in enumerate(periods)
    ]


def _seeing_again(state: KnownState, blind: Sequence[tuple[float, float]]) -> float | None:
    """When this machine had a network again, if it is of one without that nothing was reached."""
    if state.verdict not in {Verdict.UNREACHABLE, Verdict.ERROR}:
        return None
    return next((found for lost, found in blind if lost <= state.at < found), None)


def names_of(plan: Plan, entry_points: Iterable[EntryPoint]) -> Mapping[EntryPointKey, str]:
    """The calendar of each entry point that has one."""
    return {
        one.key: plan.calendars[one.key].name for one in entry_points if one.key in plan.calendars
    }
