"""A handover to the next shift: a window of the whole board, as values."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from wallboard.board import Board
from wallboard.domain.alarm import Alarm
from wallboard.domain.blind import blind_spans
from wallboard.domain.change import TIMELINE_BOUND, Change, Subject
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.event import ExpectationChanged, RecordedBoard, RecordedStatus
from wallboard.domain.expectation import (
    NOTHING_EXPECTED,
    Conformity,
    Expectation,
    as_scheduled,
    conformity,
)
from wallboard.domain.incident import NO_RULES, Incident, Rules
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind, moment
from wallboard.domain.observation import Failure, ServerStatus
from wallboard.domain.policy import Level, Verdict
from wallboard.files import exists
from wallboard.frozen import frozen
from wallboard.recorded_alarms import alarms_at
from wallboard.recorder.paths import ledger_path
from wallboard.recorder.reading.segments import Span
from wallboard.recorder.recording import Recording
from wallboard.report.past.incidents import incidents_of
from wallboard.report.past.past import Outage, Past, Window, WorstWait, past_of, worst_waits
from wallboard.report.words.alarms import listed
from wallboard.report.words.expectations import meaning_forms

_ALL_FAIL = frozenset({Verdict.ERROR, Verdict.UNREACHABLE})
"""Verdicts that already say that endpoints fail."""

_REPORTED = frozenset({Subject.VERDICT, Subject.SERVER})


@frozen
class Wrong:
    """An entry point that was not ok at the end; ``since`` is Unix time in seconds."""

    entry_point: EntryPoint
    verdict: Verdict
    level: Level
    since: float | None
    why: str
    expectation: Expectation = NOTHING_EXPECTED

    @property
    def as_scheduled(self) -> bool | None:
        """Whether it was open or closed as expected; ``None`` without a calendar."""
        expected = self.expectation.expected
        return as_scheduled(self.verdict, expected) if expected else None


@frozen
class AsPlanned:
    """An entry point that was closed as scheduled or in a maintenance at the end, in words."""

    entry_point: EntryPoint
    verdict: Verdict
    words: str
    expectation: Expectation


@frozen
class FailingEndpoint:
    """An endpoint that failed at the end, of an entry point whose verdict does not say so."""

    entry_point: EntryPoint
    endpoint: Endpoint
    failure: Failure
    since: float | None


@frozen
class Handover:
    """A shift.

    ``wrong`` is worst first, ``events`` oldest first: verdicts and servers, without what merely
    followed from a server's outage or was the first answer of an entry point. ``level_changes``
    are counted: a wait that swings about its threshold makes hundreds. ``outages`` and ``waits``
    are worst first. ``as_planned`` are no problems. ``incidents`` are in the order they began,
    without those of a raised level alone, of which ``minor`` is how many there were; ``left_open``
    are those in which an entry point was open outside hours. ``notes`` are those that were written
    meanwhile, oldest first; ``alarms`` are those that stood at the end, ``None`` where that is
    not known; during ``blind`` this machine had no network.
    """

    title: str
    window: Window
    pasts: tuple[Past, ...]
    servers_down: tuple[ServerStatus, ...]
    wrong: tuple[Wrong, ...]
    failing: tuple[FailingEndpoint, ...]
    events: tuple[Change, ...]
    level_changes: tuple[tuple[EntryPointKey, int], ...]
    outages: tuple[Outage, ...]
    waits: tuple[tuple[EntryPointKey, WorstWait], ...]
    incidents: tuple[Incident, ...] = ()
    as_planned: tuple[AsPlanned, ...] = ()
    minor: int = 0
    left_open: frozenset[Incident] = frozenset()
    alarms: tuple[Alarm, ...] | None = None
    notes: tuple[LedgerRow, ...] = ()
    blind: tuple[Span, ...] = ()

    @property
    def names(self) -> dict[EntryPointKey, EntryPoint]:
        """The entry points by their keys."""
        return {past.entry_point.key: past.entry_point for past in self.pasts}


def read_handover(
    recording: Recording,
    window: Window,
    ledger: Sequence[LedgerRow] = (),
    rules: Rules = NO_RULES,
    *,
    path: Path | None = None,
) -> Handover:
    """The handover of a window, from a recording, its ledger and the rules of alarms.

    With the ``path`` of the recording it has the alarms that stood at the end by the ledger there.
    Raises ``RecordingError``.
    """
    live = {Endpoint.LIVE_SESSION_STATUS}
    found = handover_of(
        recording.title,
        window,
        [entry_point for entry_point, _ in recording.entry_points()],
        recording.board_at(window.since, history=1),
        _with_timelines(recording, recording.board_at(window.until, history=1)),
        recording.changes(window.since, window.until),
        worst_waits(recording.runs(window.since, window.until, endpoints=live), window),
        ledger,
        rules,
        recording.expectations(window.since, window.until),
    )
    if path is None or not exists(ledger_path(path)):
        return found
    board = Board(recording.entry_points())
    board.fold(recording.board_at(window.until, history=1))
    then = alarms_at(recording, path, board.snapshot(window.until), rules)
    return replace(found, alarms=tuple(listed(then.alarms.values())))


def handover_of(
    title: str,
    window: Window,
    entry_points: Sequence[EntryPoint],
    start: RecordedBoard,
    end: RecordedBoard,
    changes: Iterable[Change],
    waits: Mapping[EntryPointKey, WorstWait],
    ledger: Sequence[LedgerRow] = (),
    rules: Rules = NO_RULES,
    expected: Iterable[ExpectationChanged] = (),
) -> Handover:
    """The handover of a window that began with the board as in ``start`` and ended as in ``end``.

    ``changes`` are all those in between, ``expected`` is what was expected when, in order.
    """
    in_order = sorted(changes, key=lambda change: change.at)
    of_key = _by_entry_point(in_order)
    before = {recalled.key: recalled for recalled in start.entry_points}
    pasts = tuple(
        past_of(one, window, before.get(one.key), of_key.get(one.key, ()), waits.get(one.key))
        for one in entry_points
    )
    known = {one.key: one for one in entry_points}
    on_board = {one.key.server for one in entry_points}
    down = tuple(s for s in end.servers if s.failure and s.server in on_board)
    servers = [one for one in start.servers if one.server in on_board]
    already = [one for one in start.entry_points if one.key in known]
    found = incidents_of(in_order, servers, already, ledger, rules)
    left_open = frozenset(_left_open(found.incidents, expected))
    raised = [row for row in ledger if row.kind is RowKind.RAISED]
    incidents = [one for one in found.incidents if one in left_open or _is_listed(one, raised)]
    return Handover(
        title=title,
        window=window,
        pasts=pasts,
        servers_down=down,
        wrong=_wrong(end, known),
        failing=_failing(end, known, {status.server for status in down}),
        events=tuple(change for change in in_order if _is_reported(change)),
        level_changes=tuple(_level_changes(in_order).most_common()),
        outages=_longest_first(pasts),
        waits=_worst_first(waits, known),
        incidents=tuple(incidents),
        blind=_blind_in(window, ledger),
        notes=_notes_in(window, ledger),
        as_planned=_as_planned(end, known),
        minor=len(found.incidents) - len(incidents),
        left_open=left_open,
    )


def _by_entry_point(changes: Iterable[Change]) -> dict[EntryPointKey, list[Change]]:
    found: dict[EntryPointKey, list[Change]] = {}
    for change in changes:
        if change.key:
            found.setdefault(change.key, []).append(change)
    return found


def _longest_first(pasts: Iterable[Past]) -> tuple[Outage, ...]:
    outages = (outage for past in pasts for outage in past.outages)
    return tuple(sorted(outages, key=lambda outage: -outage.seconds))


def _worst_first(
    waits: Mapping[EntryPointKey, WorstWait], known: Collection[EntryPointKey]
) -> tuple[tuple[EntryPointKey, WorstWait], ...]:
    found = [(key, worst) for key, worst in waits.items() if key in known]
    return tuple(sorted(found, key=lambda pair: -pair[1].seconds))


def _blind_in(window: Window, ledger: Sequence[LedgerRow]) -> tuple[Span, ...]:
    return tuple(
        Span(max(start, window.since), min(end, window.until))
        for start, end in blind_spans(ledger, window.until)
        if end > window.since and start < window.until
    )


def _notes_in(window: Window, ledger: Sequence[LedgerRow]) -> tuple[LedgerRow, ...]:
    return tuple(
        row for row in ledger if row.kind is RowKind.NOTE and window.since <= row.at <= window.until
    )


def _is_listed(incident: Incident, raised: Iterable[LedgerRow]) -> bool:
    """Whether it was an alarm, or about more than a raised level, which are counted."""
    if any(phase.state.verdict is not Verdict.OPEN for phase in incident.phases):
        return True
    whose = AlarmKey.of(incident.key) if incident.key else AlarmKey(incident.server)
    first, last = moment(incident.at), incident.good_at or math.inf
    return any(row.key == whose and row.onset and first <= row.onset <= last for row in raised)


def _left_open(
    incidents: Iterable[Incident], expected: Iterable[ExpectationChanged]
) -> Iterator[Incident]:
    """Those in which an entry point was open all the time, and outside hours when it began."""
    turns: dict[EntryPointKey, list[tuple[float, Expectation]]] = {}
    for change in expected:
        for key, expectation in change.expectations.items():
            turns.setdefault(key, []).append((change.at, expectation))
    for one in incidents:
        found = turns.get(one.key, ()) if one.key else ()
        before = [expectation for at, expectation in found if at <= moment(one.at)]
        # What began before the window has what was expected at its beginning.
        then = before[-1] if before else found[0][1] if found else NOTHING_EXPECTED
        if {phase.state.verdict for phase in one.phases} == {Verdict.OPEN} and (
            conformity(Verdict.OPEN, then) is Conformity.OUTSIDE_HOURS
        ):
            yield one


def _is_reported(change: Change) -> bool:
    return (
        change.subject in _REPORTED
        and not change.of_server
        and change.before != Verdict.WAITING.value
    )


def _level_changes(changes: Iterable[Change]) -> Counter[EntryPointKey]:
    return Counter(c.key for c in changes if c.key and c.subject is Subject.LEVEL)


def _wrong(end: RecordedBoard, known: Mapping[EntryPointKey, EntryPoint]) -> tuple[Wrong, ...]:
    found = [
        Wrong(
            known[one.key], one.verdict, one.level, _since(one), _why(one, end.at), one.expectation
        )
        for one in end.entry_points
        if one.key in known and one.verdict is not None and one.level
    ]
    return tuple(sorted(found, key=lambda wrong: (-wrong.level, wrong.verdict.place)))


def _since(one: RecordedStatus) -> float | None:
    # An open one is wrong for its figures: since its level is what it is.
    return one.onset.at if one.onset and one.verdict is Verdict.OPEN else one.since


def _why(one: RecordedStatus, at: float) -> str:
    judged = (c for c in reversed(one.timeline) if c.subject in {Subject.VERDICT, Subject.LEVEL})
    why = next((change.summary for change in judged), "")
    if one.expectation.expected is None or not one.expectation.expected.open or not one.verdict:
        return why
    words = next(meaning_forms(one.expectation, one.verdict, at), "")
    return "; ".join(filter(None, (why, words)))


def _as_planned(
    end: RecordedBoard, known: Mapping[EntryPointKey, EntryPoint]
) -> tuple[AsPlanned, ...]:
    planned = (Conformity.AS_SCHEDULED, Conformity.MAINTENANCE)
    return tuple(
        AsPlanned(known[one.key], one.verdict, next(words, ""), one.expectation)
        for one in end.entry_points
        if one.key in known and one.verdict
        if conformity(one.verdict, one.expectation) in planned
        for words in (meaning_forms(one.expectation, one.verdict, end.at),)
    )


def _failing(
    end: RecordedBoard, known: Mapping[EntryPointKey, EntryPoint], down: set[str]
) -> tuple[FailingEndpoint, ...]:
    return tuple(
        FailingEndpoint(known[one.key], endpoint, polled.failure, _failing_since(one, endpoint))
        for one in end.entry_points
        if one.key in known and one.key.server not in down and one.verdict not in _ALL_FAIL
        for endpoint, polled in one.endpoints.items()
        if polled.failure
    )


def _failing_since(one: RecordedStatus, endpoint: Endpoint) -> float | None:
    """When an endpoint last began to fail, as far back as the timeline goes."""
    since = None
    for change in one.timeline:
        if change.endpoint is endpoint and change.subject is Subject.ENDPOINT:
            if change.after == "ok":
                since = None
            elif since is None or change.before == "ok":
                since = change.at
    return since


def _with_timelines(recording: Recording, end: RecordedBoard) -> RecordedBoard:
    """The board with the last changes of entry points that are not ok, however old."""

    def wrong(one: RecordedStatus) -> bool:
        return bool(one.level) or any(polled.failure for polled in one.endpoints.values())

    def complete(one: RecordedStatus) -> RecordedStatus:
        newest = recording.changes(
            until=end.at, keys={one.key}, newest_first=True, limit=TIMELINE_BOUND
        )
        return replace(one, timeline=tuple(newest)[::-1])

    return replace(
        end,
        entry_points=tuple(complete(one) if wrong(one) else one for one in end.entry_points),
    )
