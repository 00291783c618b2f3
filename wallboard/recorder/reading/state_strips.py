"""Reads what entry points were in each slice of time: of one, or of all for their strips."""

import math
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from wallboard.domain.policy import Level, Verdict
from wallboard.domain.state_strip import KEPT_MINUTES, MINUTE, State, StateStrip, Step, worst_states
from wallboard.recorder.file.columns import LEVEL, MOMENT, ROW, VERDICT, Shape, optional
from wallboard.recorder.reading.read_cache import ReadCache
from wallboard.recorder.reading.segments import Span, joined
from wallboard.recorder.reading.state_at import RecordedVerdict, verdicts_at

_OUTAGES = """
SELECT begun_at, at FROM server_status
WHERE cause IS NOT NULL AND at >= begun_at AND server = ?
"""

_OUTAGE = Shape("server_status", begun_at=MOMENT, at=MOMENT)


class KnownSpans:
    """The spans in which the board was polled, or a server known to be out of reach."""

    def __init__(self, database: sqlite3.Connection, cache: ReadCache) -> None:
        self._database = database
        self._catalogue = cache.catalogue(database)
        self._recorded = [segment.span for segment in cache.segments(database)]
        self._of_server: dict[str, list[tuple[float, float]]] = {}

    def of(self, entry_point: int) -> Sequence[tuple[float, float]]:
        """The spans of an entry point, in order and apart."""
        server = self._catalogue.keys[entry_point].server
        if server not in self._of_server:
            outages = _OUTAGE.kept(self._database, _OUTAGES, (server,))
            spans = [*self._recorded, *(Span(*outage) for outage in outages)]
            self._of_server[server] = [
                (span.first_at, span.last_at) for span in joined(spans, self._catalogue.gap_seconds)
            ]
        return self._of_server[server]

    def known_from(self, entry_point: int, at: float) -> float:
        """Since when there was no gap before a moment, Unix time in seconds.

        What came before the first span is forgotten and was no gap. At infinity, which stands for a
        clock that was put back, nobody knows.
        """
        before = [first_at for first_at, _ in self.of(entry_point) if first_at <= at]
        return before[-1] if len(before) > 1 and at < math.inf else -math.inf


# A change of level says nothing of the verdict, for that stays.
_STEPS = """
SELECT entry_point, at, iif(subject = 'verdict', after, NULL), level FROM change
WHERE at > :start AND at <= :end AND subject IN ('verdict', 'level')
  AND (:entry_point IS NULL OR entry_point = :entry_point)
ORDER BY entry_point, at, id
"""

_STEP = Shape("change", entry_point=ROW, at=MOMENT, verdict=optional(VERDICT), level=LEVEL)
_VERDICT_OF = {str(verdict): verdict for verdict in Verdict}


def strips_at(
    database: sqlite3.Connection, known: KnownSpans, at: float, entry_point: int | None = None
) -> dict[int, StateStrip]:
    """The strip of each entry point at a moment, or of one.

    At infinity, which stands for a clock that was put back, nobody knows what was when.
    """
    if at == math.inf:
        return {}
    start = (at // MINUTE - KEPT_MINUTES + 1) * MINUTE
    return {
        number: StateStrip.of_steps(steps, known.of(number), at)
        for number, steps in _steps(database, start, at, entry_point)
    }


def states_of(
    database: sqlite3.Connection,
    known: KnownSpans,
    entry_point: int,
    start: float,
    end: float,
    count: int,
) -> list[State | None]:
    """The worst state of an entry point in each of ``count`` slices of a span."""
    for _, steps in _steps(database, start, end, entry_point):
        return worst_states(steps, known.of(entry_point), start, end, count)
    return [None] * count


def _steps(
    database: sqlite3.Connection, start: float, end: float, entry_point: int | None
) -> Iterator[tuple[int, list[Step]]]:
    """The states of entry points from ``start`` until ``end``, the one they began with first."""
    began = verdicts_at(database, start, entry_point)
    wanted = {"start": start, "end": end, "entry_point": entry_point}
    rows = _STEP.kept(database, _STEPS, wanted)
    changes = {number: list(of) for number, of in groupby(rows, key=lambda row: row[0])}
    for number in began.keys() | changes.keys():
        yield number, list(_states(began.get(number), start, changes.get(number, ())))


def _states(
    before: RecordedVerdict | None, start: float, changes: Sequence[tuple[Any, ...]]
) -> Iterator[Step]:
    verdict = before.verdict if before else None
    if before:
        yield start, State(before.level, before.verdict)
    for _, at, changed, level in changes:
        verdict = _VERDICT_OF.get(str(changed), verdict)
        if verdict:
            yield at, State(Level(level), verdict)
