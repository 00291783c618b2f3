"""The past of an entry point in a window of time: verdicts and their durations, outages, waits."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.event import RecordedStatus
from wallboard.domain.incident import NO_RULES, Rules
from wallboard.domain.ledger_row import LedgerRow
from wallboard.domain.policy import Level, Policy, Verdict
from wallboard.domain.reading import LiveSessionStatus
from wallboard.frozen import frozen
from wallboard.recorder.reading.segments import Span
from wallboard.recorder.recording import Recording, Run
from wallboard.report.past.incidents import FoundIncidents, incidents_of


@frozen
class Window:
    """From ``since`` to ``until``, Unix time in seconds.

    ``recorded`` are the parts of it in which there was a recording, in order and apart.
    """

    since: float
    until: float
    recorded: tuple[Span, ...]

    @property
    def recorded_seconds(self) -> float:
        """How many seconds of it were recorded."""
        return self.recorded_between(self.since, self.until)

    def recorded_between(self, first_at: float, last_at: float) -> float:
        """How many seconds of a part of it were recorded."""
        return sum(
            max(0.0, min(last_at, span.last_at) - max(first_at, span.first_at))
            for span in self.recorded
        )

    @property
    def unrecorded(self) -> tuple[Span, ...]:
        """The gaps between the recorded parts."""
        return tuple(self._gaps())

    @property
    def ends_unrecorded(self) -> bool:
        """Whether its end was not recorded."""
        return not self.recorded or self.recorded[-1].last_at < self.until

    def _gaps(self) -> Iterator[Span]:
        at = self.since
        for span in self.recorded:
            if span.first_at > at:
                yield Span(at, span.first_at)
            at = span.last_at
        if at < self.until:
            yield Span(at, self.until)


def window_of(
    since: float, until: float, recorded_spans: Iterable[Span], *, gap_seconds: float
) -> Window:
    """The window between two moments; ``recorded_spans`` are in order and apart.

    Polls are apart too: up to ``gap_seconds`` between the last one and ``until`` are no gap.
    """
    parts = []
    for span in recorded_spans:
        last_at = span.last_at
        reaches = until - gap_seconds <= last_at
        part = Span(max(span.first_at, since), until if reaches else last_at)
        if part.last_at > part.first_at:
            parts.append(part)
    return Window(since, until, tuple(parts))


NO_OUTAGE = frozenset({Verdict.OPEN, Verdict.WAITING})


@frozen
class VerdictPeriod:
    """A period of one verdict and level; times are Unix time in seconds."""

    verdict: Verdict
    level: Level
    first_at: float
    last_at: float
    recorded_seconds: float

    @property
    def out(self) -> bool:
        """Whether it is an outage: no chat could be started, and the level is not ok."""
        return self.verdict not in NO_OUTAGE and self.level is not Level.OK


@frozen
class Outage:
    """A period in which no chat could be started, or this was unknown.

    It may have begun before the window; ``over`` says whether it ended within. Of its ``seconds``
    some may be ``unrecorded_seconds``.
    """

    key: EntryPointKey
    first_at: float
    last_at: float
    verdicts: tuple[Verdict, ...]
    over: bool
    unrecorded_seconds: float

    @property
    def seconds(self) -> float:
        """Its known length."""
        return self.last_at - self.first_at


@frozen
class WorstWait:
    """The longest estimated wait in seconds, when it was first reported, and the queue then."""

    seconds: float
    at: float
    queue_depth: int | None


@frozen
class Past:
    """One entry point in a window.

    ``changes`` of verdict, level and endpoints, and of its server, are oldest first; ``found`` are
    the incidents that they make. ``interval`` is seconds per poll.
    """

    entry_point: EntryPoint
    window: Window
    periods: tuple[VerdictPeriod, ...]
    outages: tuple[Outage, ...]
    changes: tuple[Change, ...]
    worst_wait: WorstWait | None
    found: FoundIncidents = FoundIncidents()
    interval: float = Policy().interval

    @property
    def verdict_seconds(self) -> dict[Verdict, float]:
        """Recorded seconds in each verdict; together they are those of the window."""
        found: dict[Verdict, float] = {}
        for periods in self.periods:
            found[periods.verdict] = found.get(periods.verdict, 0.0) + periods.recorded_seconds
        return {verdict: seconds for verdict, seconds in found.items() if seconds > 0}


def read_pasts(
    recording: Recording,
    window: Window,
    entry_points: Sequence[EntryPoint],
    ledger: Sequence[LedgerRow] = (),
    rules: Rules = NO_RULES,
) -> Iterator[Past]:
    """The pasts of some entry points, from a recording, its ledger and the rules of alarms."""
    keys = {entry_point.key for entry_point in entry_points}
    live = {Endpoint.LIVE_SESSION_STATUS}
    runs = recording.runs(window.since, window.until, keys=keys, endpoints=live)
    waits = worst_waits(runs, window)
    start = recording.board_at(window.since, history=1)
    before = {recalled.key: recalled for recalled in start.entry_points}
    intervals = {one.key: policy.interval for one, policy in recording.entry_points()}
    for entry_point in entry_points:
        key = entry_point.key
        changes = recording.changes(window.since, window.until, keys={key})
        past = past_of(entry_point, window, before.get(key), changes, waits.get(key))
        servers = [one for one in start.servers if one.server == key.server]
        already = [before[key]] if key in before else []
        found = incidents_of(past.changes, servers, already, ledger, rules)
        yield replace(past, found=found, interval=intervals.get(key, past.interval))


def past_of(
    entry_point: EntryPoint,
    window: Window,
    before: RecordedStatus | None,
    changes: Iterable[Change],
    worst_wait: WorstWait | None = None,
) -> Past:
    """The past of an entry point; ``before`` is its state when the window began."""
    # A clock that was put back records a later change at an earlier time.
    in_order = sorted(changes, key=lambda change: change.at)
    periods = tuple(_merged(_periods(window, before, in_order)))
    return Past(
        entry_point=entry_point,
        window=window,
        periods=periods,
        outages=tuple(_outages(entry_point.key, window, before, periods)),
        changes=tuple(in_order),
        worst_wait=worst_wait,
    )


def worst_waits(runs: Iterable[Run], window: Window) -> dict[EntryPointKey, WorstWait]:
    """The longest wait of each entry point among runs of ``liveSessionStatus``."""
    worst: dict[EntryPointKey, WorstWait] = {}
    for run in runs:
        reading = run.outcome
        if not isinstance(reading, LiveSessionStatus) or reading.wait_seconds is None:
            continue
        known = worst.get(run.key)
        if known is None or reading.wait_seconds > known.seconds:
            at = max(run.first_at, window.since)
            worst[run.key] = WorstWait(reading.wait_seconds, at, reading.queue_depth)
    return worst


def _periods(
    window: Window, before: RecordedStatus | None, changes: Sequence[Change]
) -> Iterator[VerdictPeriod]:
    verdict, level = _first(before, changes)
    at = window.since
    for change in changes:
        if change.subject not in {Subject.VERDICT, Subject.LEVEL}:
            continue
        until = min(max(change.at, at), window.until)
        yield VerdictPeriod(verdict, level, at, until, window.recorded_between(at, until))
        at, level = until, change.level
        if change.subject is Subject.VERDICT:
            verdict = Verdict(change.after)
    yield VerdictPeriod(verdict, level, at, window.until, window.recorded_between(at, window.until))


def _first(before: RecordedStatus | None, changes: Sequence[Change]) -> tuple[Verdict, Level]:
    if before and before.verdict is not None and before.level is not None:
        return before.verdict, before.level
    first = next((change for change in changes if change.subject is Subject.VERDICT), None)
    return Verdict(first.before) if first else Verdict.WAITING, Level.UNKNOWN


def _merged(periods: Iterable[VerdictPeriod]) -> Iterator[VerdictPeriod]:
    """The periods without empty ones, equal neighbours joined."""
    lasting = (one for one in periods if one.last_at > one.first_at)
    for _, group in groupby(lasting, key=lambda one: (one.verdict, one.level)):
        first, *rest = group
        last_at = rest[-1].last_at if rest else first.last_at
        seconds = first.recorded_seconds + sum(one.recorded_seconds for one in rest)
        yield replace(first, last_at=last_at, recorded_seconds=seconds)


def _outage_parts(periods: Sequence[VerdictPeriod]) -> Iterator[tuple[VerdictPeriod, bool]]:
    """The periods, and whether each is part of an outage.

    One goes on while an entry point waits to be asked again if it is out then, too.
    """
    for place, one in enumerate(periods):
        around = (*periods[max(0, place - 1) : place], *periods[place + 1 : place + 2])
        waits = one.verdict is Verdict.WAITING and len(around) == 2
        yield one, one.out or (waits and all(other.out for other in around))


def _outages(
    key: EntryPointKey,
    window: Window,
    before: RecordedStatus | None,
    periods: Sequence[VerdictPeriod],
) -> Iterator[Outage]:
    for out, group in groupby(_outage_parts(periods), key=lambda pair: pair[1]):
        if not out:
            continue
        parts = [part for part, _ in group]
        first_at, last_at = parts[0].first_at, parts[-1].last_at
        recorded = sum(part.recorded_seconds for part in parts)
        unrecorded = last_at - first_at - recorded
        if first_at == window.since and before and before.since is not None:
            first_at = min(first_at, before.since)
        verdicts = tuple(dict.fromkeys(part.verdict for part in parts if part.out))
        over = last_at < window.until
        yield Outage(key, first_at, last_at, verdicts, over, max(0.0, unrecorded))
