"""The stretches of a recording: those that are sealed, and the one that goes on."""

import math
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.columns import MOMENT, ROW, TICK, Shape, optional
from wallboard.recorder.file.gaps import BACK_SECONDS
from wallboard.recorder.file.segment_end import Standing
from wallboard.recorder.reading.catalogue import Catalogue
from wallboard.recorder.reading.run_rows import LATEST, RunRow

_ROUNDED_SECONDS = 0.001

_SEALED = Shape("segment", id=ROW, from_at=MOMENT, to_at=MOMENT, first_run=ROW, last_run=ROW)
_ENDED = Shape("run", first=optional(TICK), last=optional(TICK), id=optional(ROW))


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, both ends in it; Unix time in seconds."""

    first_at: float
    last_at: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch, its time and which rows of ``run`` are its own.

    ``number`` is ``None`` for the one that goes on; ``going_on`` then are its runs that are not
    over, by target.
    """

    number: int | None
    span: Span
    first_run: int
    last_run: int
    going_on: Mapping[int, RunRow]

    @property
    def name(self) -> tuple[int | None, Span]:
        """Tells it from all others, even after its number was used again."""
        return (self.number, self.span)


def read_sealed(database: sqlite3.Connection) -> list[Segment]:
    """Those that are sealed, in the order of recording."""
    found: list[Segment] = []
    for number, from_at, to_at, first_run, last_run in _SEALED.kept(
        database, "SELECT id, from_at, to_at, first_run, last_run FROM segment ORDER BY id"
    ):
        if from_at > to_at:
            raise DamagedError(f"segment {number} ends before it begins")
        if found and first_run <= found[-1].last_run:
            # Each of very many could claim all of them.
            raise DamagedError(f"segment {number} holds polls of segment {found[-1].number}")
        found.append(Segment(number, Span(from_at, to_at), first_run, last_run, {}))
    return found


def read_open(
    database: sqlite3.Connection,
    catalogue: Catalogue,
    after_run: int,
    stood: Mapping[int, Standing],
) -> Segment | None:
    """The one that goes on after a run and after what so stood at its end, if it has begun."""
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
        known = stood.get(run.target)
        if known is None or known.first != run.first:
            going_on[run.target] = run
    moments = [moment for run in going_on.values() for moment in (run.first, run.last)]
    moments += [] if first is None else [first, last]
    if not moments:
        return None
    span = Span(catalogue.at(min(moments)), catalogue.at(max(moments)))
    return Segment(None, span, after_run + 1, last_run or after_run, going_on)


def at_moment(segments: Sequence[Segment], at: float) -> int | None:
    """Which of them holds a moment or, in a gap, ended last before it; ``None`` before all.

    Where a clock was put back and several hold it, it is the one recorded last. At the end of time
    it is the last one, whatever its times.
    """
    if at == math.inf:
        return len(segments) - 1 if segments else None
    before: int | None = None
    for place in range(len(segments) - 1, -1, -1):
        span = segments[place].span
        # The ends of one that goes on are rounded.
        if span.first_at - _ROUNDED_SECONDS <= at:
            if at <= span.last_at + _ROUNDED_SECONDS:
                return place
            if before is None or span.last_at > segments[before].span.last_at:
                before = place
    return before


def in_order(segments: Sequence[Segment], now: float) -> bool:
    """Whether the last one reaches furthest and none into the future: no clock was put back."""
    reach = [segment.span.last_at for segment in segments]
    return not reach or max(reach) <= min(reach[-1], now) + BACK_SECONDS


def adjoins(before: Segment, after: Segment, gap_seconds: float) -> bool:
    """Whether one goes on where the other ended, with no gap between."""
    silence = after.span.first_at - before.span.last_at
    return -BACK_SECONDS <= silence <= gap_seconds


def joined(spans: Iterable[Span], gap_seconds: float) -> list[Span]:
    """Spans in the order of time, those that overlap or adjoin made one."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda span: span.first_at):
        if found and span.first_at - found[-1].last_at <= gap_seconds:
            found[-1] = replace(found[-1], last_at=max(found[-1].last_at, span.last_at))
        else:
            found.append(span)
    return found
