"""Business hours: when an entry point is expected to be open, and which rule says so.

The strongest rule decides: forced open or closed, an event, special hours of a date, a holiday,
regular hours. Hours belong to the day on which they begin, also where they end after midnight.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from heapq import merge

from wallboard.domain.expectation import Expected
from wallboard.frozen import frozen

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60

AHEAD_DAYS = 400
"""So far ahead the next opening or closing is looked for."""


@frozen
class Hours:
    """From and to when it is open on a day, in minutes by its clock.

    ``end`` is more than 1440 where it is after midnight.
    """

    start: int
    end: int

    def __str__(self) -> str:
        end = self.end if self.end <= DAY_MINUTES else self.end - DAY_MINUTES
        return f"{_clock(self.start)}–{_clock(end)}"


@frozen
class SpecialDay:
    """The hours of one date, none if it is closed, and the reason if one is given."""

    hours: tuple[Hours, ...]
    reason: str = ""


@frozen
class Period:
    """A time from ``start`` until ``end`` (not included), Unix time in seconds, and its reason."""

    start: float
    end: float
    reason: str


NO_PERIODS: tuple[Period, ...] = ()


def disjoint(periods: Iterable[Period]) -> tuple[Period, ...]:
    """The periods in order; where some overlap, the one that began first holds until its end."""
    found: list[Period] = []
    for one in sorted(periods, key=lambda one: (one.start, -one.end)):
        start = max(one.start, found[-1].end) if found else one.start
        if start < one.end:
            found.append(Period(start, one.end, one.reason))
    return tuple(found)


@frozen
class Calendar:
    """The business hours of some entry points.

    ``hours`` has seven days from Monday on, or is ``None`` where it is open around the clock.
    ``holidays`` has their names by date. It is open during ``events`` if ``events_open``, otherwise
    closed; ``source`` is where they are from. Periods are ``disjoint``.
    """

    name: str
    zone: tzinfo
    hours: tuple[tuple[Hours, ...], ...] | None = None
    special: Mapping[date, SpecialDay] = field(default_factory=dict)
    holidays: Mapping[date, str] = field(default_factory=dict)
    force_open: tuple[Period, ...] = NO_PERIODS
    force_close: tuple[Period, ...] = NO_PERIODS
    events: tuple[Period, ...] = NO_PERIODS
    events_open: bool = False
    source: str = ""

    def expected(self, at: float) -> Expected:
        """What is expected at ``at``, Unix time in seconds, until when, and why."""
        is_open, why = self.rule(at)
        turns = (turn for turn in self._turns(at) if self.rule(turn)[0] is not is_open)
        return Expected(is_open, next(turns, None), why)

    def next_turn(self, at: float) -> float | None:
        """The next moment at which another rule may decide."""
        return next(self._turns(at), None)

    def rule(self, at: float) -> tuple[bool, str]:
        """Whether it is expected to be open at a moment, and the rule that says so."""
        for is_open, word, periods in (
            (False, "force_close", self.force_close),
            (True, "force_open", self.force_open),
        ):
            if period := _at(periods, at):
                return is_open, f"{word}: {period.reason}"
        if event := _at(self.events, at):
            return self.events_open, f"event '{event.reason}' of {self.source}"
        today = self._date(at)
        for day in (today - timedelta(days=1), today):
            for hours in self._hours_of(day):
                if self._moment(day, hours.start) <= at < self._moment(day, hours.end):
                    return True, self._why(day)
        return False, self._why(today)

    def _hours_of(self, day: date) -> tuple[Hours, ...]:
        if special := self.special.get(day):
            return special.hours
        if self.holidays.get(day):
            return ()
        return _ALL_DAY if self.hours is None else self.hours[day.weekday()]

    def _why(self, day: date) -> str:
        """The rule for a day apart from what is forced and from events."""
        if special := self.special.get(day):
            what = ", ".join(map(str, special.hours)) or "closed"
            because = f" ({special.reason})" if special.reason else ""
            return f"special hours {day.isoformat()} {what}{because}"
        if holiday := self.holidays.get(day):
            return f"holiday {holiday}"
        if self.hours is None:
            return "open around the clock"
        if not any(self.hours):
            return "no regular hours"
        return f"regular hours {weekly_words(self.hours)}"

    def _turns(self, at: float) -> Iterator[float]:
        """All moments after ``at`` at which another rule may decide, in their order."""
        periods = (*self.force_open, *self.force_close, *self.events)
        edges = sorted(edge for one in periods for edge in (one.start, one.end) if edge > at)
        return merge(edges, self._turns_of_days(at))

    def _turns_of_days(self, at: float) -> Iterator[float]:
        """The same of regular and special hours and of holidays."""
        day = self._date(at)
        for _ in range(AHEAD_DAYS):
            tomorrow = day + timedelta(days=1)
            start, end = self._moment(day, 0), self._moment(tomorrow, 0)
            found = {start, *self._edges(day - timedelta(days=1)), *self._edges(day)}
            yield from sorted(turn for turn in found if start <= turn < end and turn > at)
            day = tomorrow

    def _edges(self, day: date) -> Iterator[float]:
        for hours in self._hours_of(day):
            yield self._moment(day, hours.start)
            yield self._moment(day, hours.end)

    def _date(self, at: float) -> date:
        return datetime.fromtimestamp(at, UTC).astimezone(self.zone).date()

    def _moment(self, day: date, minutes: int) -> float:
        """The moment at which the clock of a day shows so many minutes.

        A time that is left out in spring is as much later; of one that comes twice in autumn it is
        the first.
        """
        days, minutes = divmod(minutes, DAY_MINUTES)
        clock = time(minutes // 60, minutes % 60)
        return datetime.combine(day + timedelta(days=days), clock, self.zone).timestamp()


_ALL_DAY = (Hours(0, DAY_MINUTES),)


def _at(periods: Sequence[Period], at: float) -> Period | None:
    """The one of them that holds at a moment."""
    place = bisect_right(periods, at, key=lambda one: one.start) - 1
    return periods[place] if place >= 0 and at < periods[place].end else None


def weekly_words(hours: Sequence[Sequence[Hours]]) -> str:
    """The hours of a week: ``Mon–Fri 08:00–18:00, Sat 09:00–12:00``."""
    days = [", ".join(map(str, of)) for of in hours]
    parts, first = [], 0
    for day in range(1, len(days) + 1):
        if day < len(days) and days[day] == days[first]:
            continue
        if days[first]:
            names = WEEKDAYS[first].title()
            if day - first > 1:
                names += f"{'–' if day - first > 2 else ', '}{WEEKDAYS[day - 1].title()}"
            parts.append(f"{names} {days[first]}")
        first = day
    return ", ".join(parts)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
