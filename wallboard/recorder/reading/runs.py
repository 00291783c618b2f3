"""Reads runs page by page, however many there are."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.observation import Failure, Request, Response
from wallboard.domain.reading import Reading
from wallboard.frozen import frozen
from wallboard.recorder.file.schema import LATENCY_TICKS
from wallboard.recorder.reading.answer_store import Answers
from wallboard.recorder.reading.catalogue import Catalogue, Source
from wallboard.recorder.reading.connection import Connection
from wallboard.recorder.reading.read_cache import ReadCache
from wallboard.recorder.reading.segments import COLUMNS, RUN, RunRow, Segment, adjoins

PAGE = 5000
"""Rows read at once."""


@frozen
class Run:
    """Polls of an endpoint in a row that brought the same answer, with no gap between.

    ``first_at`` and ``last_at`` are Unix time in seconds, of the first and of the last poll. The
    others are the latencies of these polls.
    """

    key: EntryPointKey
    endpoint: Endpoint
    first_at: float
    last_at: float
    polls: int
    least_seconds: float
    mean_seconds: float
    most_seconds: float
    outcome: Reading | Failure
    response: Response | None
    request: Request


def page(
    database: sqlite3.Connection,
    first_run: int,
    last_run: int,
    targets: Collection[int] | None,
) -> list[tuple[int, RunRow]]:
    """The next runs with their row numbers, in the order of recording."""
    of = None if targets is None else json.dumps(list(targets))
    return [
        (number, RunRow.of(row, RUN))
        for number, *row in database.execute(
            f"SELECT run.id, {COLUMNS} FROM run WHERE run.id BETWEEN :first AND :last"  # noqa: S608  our own names
            " AND (:of IS NULL OR run.target IN (SELECT value FROM json_each(:of)))"
            " ORDER BY run.id LIMIT :most",
            {"first": first_run, "last": last_run, "of": of, "most": PAGE},
        )
    ]


def run_of(catalogue: Catalogue, source: Source, row: RunRow, answers: Answers) -> Run:
    """The run of a row."""
    known = answers[row.answer]
    return Run(
        source.key,
        source.endpoint,
        catalogue.at(row.first),
        catalogue.at(row.last),
        row.polls,
        row.least / LATENCY_TICKS,
        row.mean / LATENCY_TICKS,
        row.most / LATENCY_TICKS,
        known.outcome(source.endpoint),
        known.answer.response,
        source.request,
    )


def adjoining(segments: Sequence[Segment], gap_seconds: float) -> list[list[Segment]]:
    """The segments in the order of recording, adjoining ones in one list."""
    found: list[list[Segment]] = []
    for segment in segments:
        if found and adjoins(found[-1][-1], segment, gap_seconds):
            found[-1].append(segment)
        else:
            found.append([segment])
    return found


class RunJoiner:
    """Joins runs of a target that a new segment cut; for adjoining segments."""

    def __init__(self) -> None:
        self._going_on: dict[int, RunRow] = {}

    def joined(self, rows: Iterable[RunRow]) -> Iterator[RunRow]:
        """Add runs, and give those that are over now."""
        for row in rows:
            before = self._going_on.pop(row.target, None)
            if before is None:
                self._going_on[row.target] = row
            elif before.answer == row.answer:
                self._going_on[row.target] = _one(before, row)
            else:
                self._going_on[row.target] = row
                yield before

    def rest(self) -> list[RunRow]:
        """The runs that are not over."""
        rest = list(self._going_on.values())
        self._going_on.clear()
        return rest


def _one(before: RunRow, after: RunRow) -> RunRow:
    polls = before.polls + after.polls
    return RunRow(
        before.target,
        before.answer,
        before.first,
        after.last,
        polls,
        (before.mean * before.polls + after.mean * after.polls) / polls,
        min(before.least, after.least),
        max(before.most, after.most),
        after.elapsed,
    )


@frozen
class RunFilter:
    """Selects runs that overlap a span (Unix time in seconds); ``None`` selects all."""

    since: float | None = None
    until: float | None = None
    keys: Collection[EntryPointKey] | None = None
    endpoints: Collection[Endpoint] | None = None

    def overlaps(self, first_at: float, last_at: float) -> bool:
        """Whether these times overlap the span."""
        if self.since is not None and last_at < self.since:
            return False
        return self.until is None or first_at <= self.until


def read(connection: Connection, cache: ReadCache, wanted_runs: RunFilter) -> Iterator[Run]:
    """Runs in the order they ended; each page is read in a transaction of its own."""
    with connection.reading() as database:
        catalogue, segments = cache.catalogue(database), cache.segments(database)
        targets = _targets(catalogue, wanted_runs)
        wanted = [
            one for one in segments if wanted_runs.overlaps(one.span.first_at, one.span.last_at)
        ]
        groups = adjoining(wanted, catalogue.gap_seconds)
    for group in groups:
        joiner = RunJoiner()
        for segment in group:
            for rows in _pages(connection, segment, targets):
                yield from _runs(connection, cache, catalogue, wanted_runs, joiner.joined(rows))
        yield from _runs(connection, cache, catalogue, wanted_runs, joiner.rest())


def _targets(catalogue: Catalogue, wanted_runs: RunFilter) -> Collection[int] | None:
    if wanted_runs.keys is None and wanted_runs.endpoints is None:
        return None
    return set(catalogue.sources_of(wanted_runs.keys, wanted_runs.endpoints))


def _pages(
    connection: Connection, segment: Segment, targets: Collection[int] | None
) -> Iterator[list[RunRow]]:
    first_run = segment.first_run
    while True:
        with connection.reading() as database:
            rows = page(database, first_run, segment.last_run, targets)
        yield [row for _, row in rows]
        if len(rows) < PAGE:
            break
        first_run = rows[-1][0] + 1
    going_on = segment.going_on.values()
    yield [run for run in going_on if targets is None or run.target in targets]


def _runs(
    connection: Connection,
    cache: ReadCache,
    catalogue: Catalogue,
    wanted_runs: RunFilter,
    rows: Iterable[RunRow],
) -> Iterator[Run]:
    wanted = [
        row for row in rows if wanted_runs.overlaps(catalogue.at(row.first), catalogue.at(row.last))
    ]
    while wanted:
        with connection.reading() as database:
            # As many as their answers fit into memory.
            count = cache.answers.fitting(database, [row.answer for row in wanted])
            part, wanted = wanted[:count], wanted[count:]
            answers = cache.answers.of(database, {row.answer for row in part})
            found = [run_of(catalogue, catalogue.sources[row.target], row, answers) for row in part]
        yield from found
