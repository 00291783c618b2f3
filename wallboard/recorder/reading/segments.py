"""The segments of a recording, sealed or open, and the rows of their runs."""

import math
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from wallboard.frozen import frozen
from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.columns import LATENCY, MOMENT, POLLS, ROW, TICK, Shape, optional
from wallboard.recorder.file.segment_end import BACK_SECONDS, EndState
from wallboard.recorder.reading.catalogue import Catalogue


class RunRow(NamedTuple):
    """Polls of a target in a row with the same answer; times and latencies as in the schema.

    ``elapsed`` is the latency of the newest poll, where it is known.
    """

    target: int
    answer: int
    first: int
    last: int
    polls: int
    mean: float
    least: int
    most: int
    elapsed: int | None = None

    @classmethod
    def of(cls, row: Sequence[Any], shape: Shape) -> "RunRow":
        """A row with its values checked. Raises ``DamagedError``."""
        run = cls(*shape.checked(row))
        if run.last < run.first:
            raise DamagedError(f"polls of endpoint {run.target} ended before they began")
        return run

    def polls_until(self, ticks: int) -> int:
        """How many of its polls were made by a moment, if they are spread evenly."""
        if ticks >= self.last or self.polls < 2 or self.last <= self.first:
            return self.polls if ticks >= self.first else 0
        return (ticks - self.first) * (self.polls - 1) // (self.last - self.first) + 1

    def poll(self, number: int) -> "Poll":
        """One of its polls, counted from 0."""
        if number == self.polls - 1:
            return Poll(self.answer, self.last, self.mean if self.elapsed is None else self.elapsed)
        at = self.first + (self.last - self.first) * number / max(1, self.polls - 1)
        return Poll(self.answer, at, self.mean)


RUN = Shape(
    "run",
    target=ROW,
    answer=ROW,
    first=TICK,
    last=TICK,
    polls=POLLS,
    mean=LATENCY,
    least=LATENCY,
    most=LATENCY,
)
"""A row in the order of ``COLUMNS``."""

LATEST = Shape(
    "latest",
    target=ROW,
    answer=ROW,
    first=TICK,
    last=TICK,
    polls=POLLS,
    mean=LATENCY,
    least=LATENCY,
    most=LATENCY,
    elapsed=LATENCY,
)
"""A row of ``latest``, in the order of ``RunRow``."""


class Poll(NamedTuple):
    """One poll; the latency is the mean of its run unless its own is known."""

    answer: int
    at: float
    elapsed: float


COLUMNS = (
    "run.target, run.answer, run.first, coalesce(run.last, run.first), coalesce(run.count, 1),"
    " run.mean, coalesce(run.least, run.mean), coalesce(run.most, run.mean)"
)


def newest_first(
    database: sqlite3.Connection,
    first_run: int,
    last_run: int,
    ticks: int,
    targets: Collection[int],
) -> Iterator[RunRow]:
    """The runs of some targets that had begun by a moment, newest first."""
    places = ", ".join("?" * len(targets))
    for row in database.execute(
        f"SELECT {COLUMNS} FROM run WHERE run.id BETWEEN ? AND ? AND run.first <= ?"  # noqa: S608
        f" AND run.target IN ({places}) ORDER BY run.id DESC",
        (first_run, last_run, ticks, *targets),
    ):
        yield RunRow.of(row, RUN)


_ROUNDED_SECONDS = 0.001

_SEALED = Shape("segment", id=ROW, from_at=MOMENT, to_at=MOMENT, first_run=ROW, last_run=ROW)
_ENDED = Shape("run", first=optional(TICK), last=optional(TICK), id=optional(ROW))


@frozen
class Span:
    """A span of time, both ends in it; Unix time in seconds."""

    first_at: float
    last_at: float


@frozen
class Segment:
    """A segment, its time and its range of rows in ``run``.

    ``number`` is ``None`` for the open one; ``going_on`` are then its open runs by target.
    """

    number: int | None
    span: Span
    first_run: int
    last_run: int
    going_on: Mapping[int, RunRow]

    @property
    def name(self) -> tuple[int | None, Span]:
        """Identifies it, even after its number was used again."""
        return (self.number, self.span)


def read_sealed(database: sqlite3.Connection) -> list[Segment]:
    """The sealed segments in the order of recording."""
    found: list[Segment] = []
    for number, from_at, to_at, first_run, last_run in _SEALED.kept(
        database, "SELECT id, from_at, to_at, first_run, last_run FROM segment ORDER BY id"
    ):
        if from_at > to_at:
            raise DamagedError(f"segment {number} ends before it begins")
        if found and first_run <= found[-1].last_run:
            # Each of very many could claim all of them.
            raise DamagedError(f"segment {number} overlaps segment {found[-1].number}")
        found.append(Segment(number, Span(from_at, to_at), first_run, last_run, {}))
    return found


def read_open(
    database: sqlite3.Connection,
    catalogue: Catalogue,
    after_run: int,
    end_states: Mapping[int, EndState],
) -> Segment | None:
    """The open segment after a run, if it has begun; ``end_states`` are those of the one before."""
    (first, last, last_run), *_ = _ENDED.rows(
        database,
        "SELECT min(first), max(coalesce(last, first)), max(id) FROM run WHERE id > ?",
        (after_run,),
    )
    going_on = {}
    for row in LATEST.kept(
        database,
        "SELECT target, answer, first, last, count, mean, least, most, elapsed FROM latest",
    ):
        run = RunRow.of(row, LATEST)
        known = end_states.get(run.target)
        if known is None or known.first != run.first:
            going_on[run.target] = run
    moments = [moment for run in going_on.values() for moment in (run.first, run.last)]
    moments += [] if first is None else [first, last]
    if not moments:
        return None
    span = Span(catalogue.at(min(moments)), catalogue.at(max(moments)))
    return Segment(None, span, after_run + 1, last_run or after_run, going_on)


def at_moment(segments: Sequence[Segment], at: float) -> int | None:
    """The index of the segment of a moment or, in a gap, before it; ``None`` before all.

    If a clock was put back and several hold it, the one recorded last; at infinity the last one,
    whatever its times.
    """
    if at == math.inf:
        return len(segments) - 1 if segments else None
    before: int | None = None
    for place in range(len(segments) - 1, -1, -1):
        span = segments[place].span
        # The ends of an open segment are rounded.
        if span.first_at - _ROUNDED_SECONDS <= at:
            if at <= span.last_at + _ROUNDED_SECONDS:
                return place
            if before is None or span.last_at > segments[before].span.last_at:
                before = place
    return before


def in_order(segments: Sequence[Segment], now: float) -> bool:
    """Whether no clock was put back: no segment ends after the last one, or in the future."""
    reach = [segment.span.last_at for segment in segments]
    return not reach or max(reach) <= min(reach[-1], now) + BACK_SECONDS


def adjoins(before: Segment, after: Segment, gap_seconds: float) -> bool:
    """Whether there is no gap between two segments."""
    silence = after.span.first_at - before.span.last_at
    return -BACK_SECONDS <= silence <= gap_seconds


def recorded_twice(segments: Sequence[Segment]) -> list[Span]:
    """The times that were recorded more than once, for a clock was put back; in order and apart."""
    found: list[Span] = []
    reach = -math.inf
    for span in (segment.span for segment in segments):
        if span.first_at < reach - BACK_SECONDS:
            found.append(Span(span.first_at, min(span.last_at, reach)))
        reach = max(reach, span.last_at)
    return joined(found, 0.0)


def joined(spans: Iterable[Span], gap_seconds: float) -> list[Span]:
    """Spans in the order of time, those that overlap or adjoin joined into one."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda span: span.first_at):
        if found and span.first_at - found[-1].last_at <= gap_seconds:
            found[-1] = replace(found[-1], last_at=max(found[-1].last_at, span.last_at))
        else:
            found.append(span)
    return found
