"""Reads the samples of past rounds of polls, a whole segment at a time."""

import json
import math
import sqlite3
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence

from wallboard.domain.history import History
from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.columns import Shape, blob
from wallboard.recorder.file.opening import LONGEST_VALUE
from wallboard.recorder.file.samples import (
    SAMPLE_ROW,
    Columns,
    columns_of_rows,
    samples_of,
    times_of,
)
from wallboard.recorder.reading.lru import LruCache
from wallboard.recorder.reading.segments import Segment, Span

SEGMENTS_BACK = 8
"""So many segments are read for samples, and more only as far back as ``SECONDS_BACK``."""

SECONDS_BACK = 3600.0

_KEPT_ROUNDS = 1_000_000

MOST_ROUNDS = 500_000
"""Samples of one entry point that are read at once, which is eight weeks at ten seconds."""

_SAMPLES = Shape("segment", samples=blob(LONGEST_VALUE))

_SEALED = "SELECT samples FROM segment WHERE id = ?"

_OPEN = "SELECT entry_point, at, wait, depth, capacity, verdict FROM sample"

_OPEN_BY = (
    f"{_OPEN} WHERE at <= :at"  # noqa: S608  our own names
    " AND (:of IS NULL OR entry_point IN (SELECT value FROM json_each(:of)))"
)

Times = Mapping[int, "array[float]"]
"""When the rounds of each entry point were, by its row number; Unix time in seconds."""


class SampleCache:
    """Reads samples, and caches those of the segments read last."""

    def __init__(self) -> None:
        self._read: LruCache[tuple[int | None, Span], dict[int, Columns]] = LruCache(_KEPT_ROUNDS)

    def histories(
        self,
        database: sqlite3.Connection,
        segments: Sequence[Segment],
        place: int,
        at: float,
        bound: int,
        wanted: Sequence[int] | None = None,
    ) -> dict[int, History]:
        """The last ``bound`` samples of each entry point by a moment, or of those ``wanted``.

        ``segments`` are in the order of recording; ``place`` is the index of that moment's.
        """
        found: dict[int, list[Columns]] = {}
        lacking: dict[int, int] = {}
        for segment in backwards(segments, place, at):
            new = self._columns(database, segment, at, wanted)
            for entry_point in new if wanted is None else wanted:
                columns = new.get(entry_point)
                lacks = lacking.get(entry_point, bound)
                if columns is None or lacks <= 0:
                    continue
                parts = found.setdefault(entry_point, [])
                cut = _until(columns, parts[-1][0][0] if parts else None, at, lacks)
                if len(cut[0]):
                    parts.append(cut)
                    lacking[entry_point] = lacks - len(cut[0])
            if lacking and max(lacking.values()) <= 0:
                break
        return {
            entry_point: _history(parts, bound) for entry_point, parts in found.items() if parts
        }

    def between(
        self,
        database: sqlite3.Connection,
        segments: Sequence[Segment],
        entry_point: int,
        start: float,
        end: float,
    ) -> History:
        """The samples of an entry point in a span, the last ``MOST_ROUNDS`` of them."""
        parts: list[Columns] = []
        count = 0
        for segment in reversed(segments):
            if count >= MOST_ROUNDS:
                break
            if segment.span.last_at < start or segment.span.first_at > end:
                continue
            columns = self._columns_of(database, segment, entry_point, end)
            if columns is None:
                continue
            newer = parts[-1][0][0] if parts else None
            cut = _until(columns, newer, end, MOST_ROUNDS - count)
            cut = cut.between(bisect_left(cut.at, start), len(cut.at))
            if len(cut.at):
                parts.append(cut)
                count += len(cut.at)
        return _history(parts, count) if parts else History(0)

    def _columns_of(
        self, database: sqlite3.Connection, segment: Segment, entry_point: int, at: float
    ) -> Columns | None:
        """The samples of one entry point, which a long span is not to push out of the cache."""
        known = self._read.get(segment.name)
        if known is None and segment.number is not None:
            return samples_of(_sealed(database, segment), entry_point).get(entry_point)
        return self._columns(database, segment, at, [entry_point]).get(entry_point)

    def _columns(
        self,
        database: sqlite3.Connection,
        segment: Segment,
        at: float,
        wanted: Sequence[int] | None,
    ) -> Mapping[int, Columns]:
        if segment.number is None:
            of = None if wanted is None else json.dumps(list(wanted))
            return columns_of_rows(SAMPLE_ROW.rows(database, _OPEN_BY, {"at": at, "of": of}))
        known = self._read.get(segment.name)
        if known is None:
            known = samples_of(_sealed(database, segment))
            self._read.put(segment.name, known, sum(len(of[0]) for of in known.values()))
        return known


def times_in(database: sqlite3.Connection, segment: Segment) -> Times:
    """When the rounds in a segment were; rounded to seconds once it is over."""
    if segment.number is None:
        return {one: columns.at for one, columns in columns_in(database, segment).items()}
    return times_of(_sealed(database, segment))


def columns_in(database: sqlite3.Connection, segment: Segment) -> Mapping[int, Columns]:
    """The rounds in a segment with their figures."""
    if segment.number is None:
        return columns_of_rows(SAMPLE_ROW.rows(database, _OPEN))
    return samples_of(_sealed(database, segment))


def _sealed(database: sqlite3.Connection, segment: Segment) -> bytes:
    """The samples of a segment that is over."""
    row = _SAMPLES.one(database, _SEALED, (segment.number,))
    if row is None:
        raise DamagedError(f"segment {segment.number} is missing")
    return bytes(row[0])


def backwards(segments: Sequence[Segment], place: int, at: float) -> Iterator[Segment]:
    """The segments from ``place`` back that may hold recent samples, newest first."""
    at = min(at, segments[place].span.last_at)
    for back, segment in enumerate(reversed(segments[: place + 1])):
        if back >= SEGMENTS_BACK and segment.span.last_at < at - SECONDS_BACK:
            return
        yield segment


def _until(columns: Columns, before: float | None, at: float, count: int) -> Columns:
    """The last samples by a moment, and before ``before`` where the clock was put back."""
    times = columns[0]
    # Samples of a sealed segment are rounded to seconds.
    stop = len(times) if at == math.inf else bisect_right(times, math.ceil(at))
    if before is not None:
        stop = min(stop, bisect_left(times, before))
    start = max(0, stop - count)
    if start == 0 and stop == len(times):
        return columns
    return columns.between(start, stop)


def _history(parts: list[Columns], bound: int) -> History:
    """One history of parts, newest first."""
    if len(parts) == 1:
        return History.of_columns(bound, *parts[0])
    whole = Columns.empty()
    for part in reversed(parts):
        whole.extend(part)
    return History.of_columns(bound, *whole)
