"""The rows of runs, and the single polls of a run."""

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.columns import LATENCY, POLLS, ROW, TICK, Shape


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


def newest_of_each(
    database: sqlite3.Connection, first_run: int, last_run: int, ticks: int
) -> Iterator[RunRow]:
    """The newest run of each target that had begun by a moment, within a range of runs."""
    # max() makes the other columns those of its row.
    for _, *row in database.execute(
        f"SELECT max(run.id), {COLUMNS} FROM run"  # noqa: S608  our own names
        " WHERE run.id BETWEEN ? AND ? AND run.first <= ? GROUP BY run.target",
        (first_run, last_run, ticks),
    ):
        yield RunRow.of(row, RUN)


def newest_good_of_each(
    database: sqlite3.Connection, first_run: int, last_run: int, ticks: int
) -> Iterator[RunRow]:
    """The same among runs with a good answer."""
    for _, *row in database.execute(
        f"SELECT max(run.id), {COLUMNS} FROM run JOIN answer ON answer.id = run.answer"  # noqa: S608
        " WHERE run.id BETWEEN ? AND ? AND run.first <= ? AND answer.cause IS NULL"
        " GROUP BY run.target",
        (first_run, last_run, ticks),
    ):
        yield RunRow.of(row, RUN)


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
