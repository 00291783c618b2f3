"""What was known of each entry point and each server, from one moment to the next.

It is what the board knew, as it knew it: the verdicts and levels of the recorded changes, when a
server was out of reach, and when nobody knew, for nothing was polled.
"""

import math
import sqlite3
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import ClockSet
from wallboard.domain.observation import ServerStatus
from wallboard.domain.policy import Level, Verdict
from wallboard.frozen import frozen
from wallboard.recorder.file.columns import LEVEL, MOMENT, ROW, TEXT, VERDICT, Shape, optional
from wallboard.recorder.file.policies import policy_of
from wallboard.recorder.file.samples import Columns
from wallboard.recorder.file.segment_end import BACK_SECONDS
from wallboard.recorder.reading.connection import Connection
from wallboard.recorder.reading.read_cache import ReadCache
from wallboard.recorder.reading.rounds import Times, columns_in, times_in
from wallboard.recorder.reading.segments import Segment, at_moment
from wallboard.recorder.reading.silences import Outage, Silence, Silences
from wallboard.recorder.reading.state_at import (
    SERVER_COLUMNS,
    server_status_of,
    servers_at,
    verdicts_at,
)


@frozen
class KnownState:
    """What an entry point is from ``at`` on, Unix time in seconds; not ``known`` in a silence.

    Then the verdict and the level are the last ones that were known.
    """

    at: float
    key: EntryPointKey
    verdict: Verdict
    level: Level
    known: bool = True


StateEvent = KnownState | ServerStatus | ClockSet


@frozen
class StatePart:
    """What happened in a part of a recording, in the order of time; ``until`` is its end.

    ``rounds`` are the figures of those for which they were asked.
    """

    until: float
    events: tuple[StateEvent, ...]
    rounds: Mapping[EntryPointKey, Columns]


def read(
    connection: Connection,
    cache: ReadCache,
    since: float,
    until: float,
    keys: Collection[EntryPointKey] | None,
    least: Level,
    with_rounds: Collection[EntryPointKey],
) -> Iterator[StatePart]:
    """What was known from ``since`` to ``until``, a segment at a time, of ``keys`` or of all.

    It begins a bit earlier, with what was known at the beginning of a segment. A change between two
    levels below ``least`` is left out where the verdict stays. Each segment is read in a
    transaction of its own, so that a recording of any length takes little memory.
    """
    reader: _Reader | None = None
    while True:
        with connection.reading() as database:
            segments = cache.segments(database)
            if reader is None:
                reader = _Reader(database, cache, until, keys, least, with_rounds)
                place = reader.begin(database, segments, since)
            else:
                place = reader.next_place(segments)
            if place is None or segments[place].span.first_at > until:
                return
            part = reader.part(database, segments, place)
        yield part


_LAST_ROWS = Shape("segment", last_change=ROW, last_status=ROW)
_POLICY = Shape("entry_point", id=ROW, policy=TEXT)
_OUTAGES = "SELECT server, begun_at, cause IS NULL FROM server_status ORDER BY id"
_OUTAGE = Shape("server_status", server=TEXT, begun_at=MOMENT, over=ROW)

_STEPS = """
SELECT at, entry_point, iif(subject = 'verdict', after, NULL), level FROM change
WHERE id > ? AND id <= ? AND subject IN ('verdict', 'level') ORDER BY at, id
"""
_STEP = Shape("change", at=MOMENT, entry_point=ROW, verdict=optional(VERDICT), level=LEVEL)
_LEVELS = {int(level): level for level in Level}
_VERDICT_OF = {str(verdict): verdict for verdict in Verdict}

_STATUSES = (
    f"SELECT begun_at, {SERVER_COLUMNS} FROM server_status"  # noqa: S608  our own names
    " WHERE id > ? AND id <= ? ORDER BY begun_at, id"
)
_ABOVE_ALL = 2**62

_Known = tuple[Verdict, Level]
_Step = tuple[int, str | None, int]


class _Reader:
    """Reads one segment after the other, in the order of recording."""

    def __init__(
        self,
        database: sqlite3.Connection,
        cache: ReadCache,
        until: float,
        keys: Collection[EntryPointKey] | None,
        least: Level,
        with_rounds: Collection[EntryPointKey],
    ) -> None:
        self._least = least
        self._with_rounds = with_rounds
        self._cache = cache
        self._until = until
        known = cache.catalogue(database).keys
        self._keys = {number: key for number, key in known.items() if keys is None or key in keys}
        self._servers = {key.server for key in self._keys.values()}
        policies = _POLICY.rows(database, "SELECT id, policy FROM entry_point")
        seconds = {
            number: policy_of(policy, f"entry point {number}").stale_after
            for number, policy in policies
            if number in self._keys
        }
        self._silences = Silences(cache, seconds, _outages(database))
        self._longest_known = max(seconds.values(), default=0.0)
        self._states: dict[int, _Known] = {}
        self._number: int | None = 0
        self._last_rows = (0, 0)
        self._first: list[StateEvent] = []
        self._reach = -math.inf

    def begin(
        self, database: sqlite3.Connection, segments: Sequence[Segment], since: float
    ) -> int | None:
        """The place of the segment to begin with, if there is one."""
        if not segments:
            return None
        place = at_moment(segments, since) or 0
        at = segments[place].span.first_at
        if place == 0:
            return place
        self._last_rows = _last_rows(database, segments[place - 1])
        silent = self._silences.begin(database, segments, place)
        self._first += [one for one in servers_at(database, at) if one.server in self._servers]
        recorded = verdicts_at(database, at)
        states = list[KnownState]()
        for number, key in self._keys.items():
            if one := recorded.get(number):
                self._states[number] = (one.verdict, one.level)
                states.append(KnownState(one.onset.at, key, one.verdict, one.level))
                if number in silent:
                    states.append(KnownState(at, key, one.verdict, one.level, known=False))
        states.sort(key=lambda state: state.at)
        self._first += states
        return place

    def next_place(self, segments: Sequence[Segment]) -> int | None:
        """The place of the segment after the one read last; the open one is the last."""
        if self._number is None:
            return None
        numbers = [math.inf if one.number is None else one.number for one in segments]
        place = bisect_right(numbers, self._number)
        return place if place < len(segments) else None

    def part(
        self, database: sqlite3.Connection, segments: Sequence[Segment], place: int
    ) -> StatePart:
        """What happened in a segment, and since the end of the one before it."""
        segment = segments[place]
        self._number = segment.number
        events, self._first = self._first, []
        by = segment.span.first_at - self._reach
        if by < -BACK_SECONDS:
            events.append(ClockSet(by))
            self._silences.clock_set(by)
            self._reach = segment.span.first_at
        last_rows = (_ABOVE_ALL, _ABOVE_ALL)
        if segment.number is not None:
            last_rows = _last_rows(database, segment)
        rounds = columns_in(database, segment) if self._with_rounds else {}
        times = {one: of.at for one, of in rounds.items()} or times_in(database, segment)
        events += self._events(database, segments, place, times, last_rows)
        self._last_rows = last_rows
        of_keys = {
            key: rounds[number]
            for number, key in self._keys.items()
            if number in rounds and key in self._with_rounds
        }
        return StatePart(self._reach, tuple(events), of_keys)

    def _events(
        self,
        database: sqlite3.Connection,
        segments: Sequence[Segment],
        place: int,
        times: Times,
        last_rows: tuple[int, int],
    ) -> Iterator[StateEvent]:
        """The events of a segment in the order of time, what a server is before all else."""
        (changes_after, statuses_after), (last_change, last_status) = self._last_rows, last_rows
        merged: list[tuple[float, ServerStatus | Silence | _Step]] = [
            (begun_at, server_status_of(server, begun_at, cause, message, since, None))
            for begun_at, server, _, cause, message, since, _ in database.execute(
                _STATUSES, (statuses_after, last_status)
            )
            if server in self._servers
        ]
        merged += [
            (max(at, self._reach), (number, verdict, level))
            for at, number, verdict, level in _STEP.kept(
                database, _STEPS, (changes_after, last_change)
            )
            # What is older was taken back by an outage, and marked as explained by it.
            if number in self._keys and at > self._reach - BACK_SECONDS
        ]
        end = max((segments[place].span.last_at, *(at for at, _ in merged)))
        if place == len(segments) - 1:
            end = max(end, min(self._until, end + self._longest_known + 1))
        silences = self._silences.within(database, segments, place, times, end)
        merged += [(max(one.at, self._reach), one) for one in silences]
        merged.sort(key=lambda event: event[0])
        self._reach = end
        for at, event in merged:
            if isinstance(event, ServerStatus):
                yield event
            elif isinstance(event, Silence):
                yield from self._silence(at, event)
            else:
                yield from self._step(at, *event)

    def _silence(self, at: float, silence: Silence) -> Iterator[KnownState]:
        if known := self._states.get(silence.entry_point):
            key = self._keys[silence.entry_point]
            yield KnownState(at, key, *known, known=not silence.begins)

    def _step(
        self, at: float, number: int, verdict: str | None, level: int
    ) -> Iterator[KnownState]:
        before = self._states.get(number)
        # A change of level says nothing of the verdict, for that stays.
        changed = _VERDICT_OF[verdict] if verdict else before[0] if before else None
        if changed is None:
            return
        self._states[number] = known = (changed, _LEVELS[level])
        if before and before[0] is changed and max(before[1], level) < self._least:
            return
        yield KnownState(at, self._keys[number], *known)


def _last_rows(database: sqlite3.Connection, segment: Segment) -> tuple[int, int]:
    """The last change and the last status of a server by the end of a segment."""
    row = _LAST_ROWS.one(
        database, "SELECT last_change, last_status FROM segment WHERE id = ?", (segment.number,)
    )
    return (row[0], row[1]) if row else (0, 0)


def _outages(database: sqlite3.Connection) -> dict[str, list[Outage]]:
    """When each server was out of reach."""
    found: dict[str, list[Outage]] = {}
    for server, at, over in _OUTAGE.kept(database, _OUTAGES):
        outages = found.setdefault(server, [])
        going_on = bool(outages) and outages[-1][1] == math.inf
        if over and going_on:
            outages[-1] = (outages[-1][0], max(at, outages[-1][0]))
        elif not over and not going_on:
            outages.append((at, math.inf))
    return found
