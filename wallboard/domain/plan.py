"""What is planned for the whole board: the calendar and the maintenance of each entry point."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace

from wallboard.domain.calendar import Calendar, Period
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import ExpectationChanged
from wallboard.domain.expectation import NOTHING_EXPECTED, Expectation, Maintenance
from wallboard.frozen import frozen


@frozen
class Windows:
    """Windows of maintenance of some entry points; of all of them where ``keys`` is ``None``."""

    periods: tuple[Period, ...]
    keys: frozenset[EntryPointKey] | None = None

    def cover(self, key: EntryPointKey) -> bool:
        """Whether they are for an entry point."""
        return self.keys is None or key in self.keys


@frozen
class PlannedSpan:
    """What is planned from ``start`` until ``end`` (not included), Unix time in seconds.

    ``open`` is whether it is expected to be open and ``why`` the rule, ``None`` and empty without a
    calendar; ``maintenance`` is the reason of one, empty without.
    """

    start: float
    end: float
    open: bool | None
    why: str = ""
    maintenance: str = ""

    def goes_on_as(self, other: "PlannedSpan") -> bool:
        """Whether the same is planned in another one."""
        mine, its = (self.open, self.why, self.maintenance), (other.open, other.why)
        return mine == (*its, other.maintenance)


@frozen
class Plan:
    """The calendar of each entry point that has one, and every window of maintenance.

    ``named`` has all calendars by their names.
    """

    calendars: Mapping[EntryPointKey, Calendar] = field(default_factory=dict)
    maintenance: tuple[Windows, ...] = ()
    named: Mapping[str, Calendar] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.calendars or self.maintenance)

    def expectation(self, key: EntryPointKey, at: float) -> Expectation:
        """What is expected of one entry point at ``at``, Unix time in seconds."""
        calendar = self.calendars.get(key)
        expected = calendar.expected(at) if calendar else None
        periods = self._maintenance_of(key)
        maintenance = _under_way(periods, at)
        return Expectation(expected, maintenance) if expected or maintenance else NOTHING_EXPECTED

    def expectations(
        self, keys: Iterable[EntryPointKey], at: float
    ) -> dict[EntryPointKey, Expectation]:
        """The same of many; those for which the same is planned share one."""
        shared: dict[tuple[object, ...], Expectation] = {}
        found = {}
        for key in keys:
            alike = self.alike(key)
            if alike not in shared:
                shared[alike] = self.expectation(key, at)
            found[key] = shared[alike]
        return found

    def alike(self, key: EntryPointKey) -> tuple[object, ...]:
        """What is the same of all entry points for which the same is planned."""
        return (id(self.calendars.get(key)), *(one.cover(key) for one in self.maintenance))

    def spans(self, key: EntryPointKey, start: float, end: float) -> list[PlannedSpan]:
        """What is planned of one entry point between two moments, in order and without gaps."""
        calendar, periods = self.calendars.get(key), self._maintenance_of(key)
        turns = sorted(edge for one in periods for edge in (one.start, one.end))
        found: list[PlannedSpan] = []
        at = start
        while at < end:
            later = [next((turn for turn in turns if turn > at), None)]
            is_open, why = None, ""
            if calendar:
                is_open, why = calendar.rule(at)
                later.append(calendar.next_turn(at))
            until = min([end, *(turn for turn in later if turn is not None)])
            reason = next((one.reason for one in periods if one.start <= at < one.end), "")
            span = PlannedSpan(at, until, is_open, why, reason)
            if found and span.goes_on_as(found[-1]):
                found[-1] = replace(found[-1], end=until)
            else:
                found.append(span)
            at = until
        return found

    def _maintenance_of(self, key: EntryPointKey) -> list[Period]:
        return [one for windows in self.maintenance if windows.cover(key)
                for one in windows.periods]  # fmt: skip

    def next_turn(self, at: float) -> float | None:
        """The next moment at which anything else may be expected, Unix time in seconds."""
        return min((turn for turn in self._turns(at) if turn > at), default=None)

    def changes(
        self, keys: Iterable[EntryPointKey], since: float, until: float
    ) -> Iterator[ExpectationChanged]:
        """What is expected of some entry points from ``since`` on, and each change of that."""
        wanted, known = list(keys), dict[EntryPointKey, Expectation]()
        at: float | None = since
        while self and at is not None and at <= until:
            changed = {
                key: one
                for key, one in self.expectations(wanted, at).items()
                if one != known.get(key, NOTHING_EXPECTED)
            }
            known |= changed
            if changed:
                yield ExpectationChanged(at, changed)
            at = self.next_turn(at)

    def _turns(self, at: float) -> Iterator[float]:
        for calendar in {id(one): one for one in self.calendars.values()}.values():
            if turn := calendar.next_turn(at):
                yield turn
        for windows in self.maintenance:
            for period in windows.periods:
                yield period.start
                yield period.end


def _under_way(periods: list[Period], at: float) -> Maintenance | None:
    """The maintenance at a moment; windows that meet or overlap are one until the last ends."""
    now = [one for one in periods if one.start <= at < one.end]
    if not now:
        return None
    until = max(one.end for one in now)
    for period in sorted(periods, key=lambda one: one.start):
        if period.start <= until < period.end:
            until = period.end
    return Maintenance(until, now[0].reason)
