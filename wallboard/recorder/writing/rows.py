"""Writes the rows of runs, samples, changes, server statuses and segments."""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from wallboard.domain.change import Change
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.expectation import Expectation
from wallboard.domain.history import Sample
from wallboard.domain.node import NodeAnswer
from wallboard.domain.observation import UNREACHABLE_CAUSES, ServerStatus
from wallboard.domain.outage import explained_from
from wallboard.domain.policy import Policy
from wallboard.recorder.file.columns import storable
from wallboard.recorder.file.expectations import expectation_columns
from wallboard.recorder.file.policies import policy_text
from wallboard.recorder.file.samples import columns_of_rows, samples_bytes
from wallboard.recorder.file.segment_end import EndState, end_states_bytes
from wallboard.recorder.writing.answer_rows import AnswerRows
from wallboard.recorder.writing.open_segment import (
    KeptAnswer,
    OpenRun,
    OpenSegment,
    SealedTarget,
    Target,
)

_UNREACHABLE = json.dumps(sorted(UNREACHABLE_CAUSES))

LARGEST = 2**62
"""The largest number that is written; the limit of SQLite is twice that."""

_UNWRITABLE = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
)
"""Errors of a row that can never be written, whatever the state of the file."""

_Item = TypeVar("_Item")

log = logging.getLogger(__name__)


_RUN = """
INSERT INTO run (target, answer, first, last, count, mean, least, most)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""

_SAMPLE = "INSERT INTO sample VALUES (?, ?, ?, ?, ?, ?)"

_EXPECTATION = """
INSERT INTO expectation (at, entry_point, expected, until, why, maintenance, maintenance_until)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""

_NODE_ANSWER = """
INSERT INTO node_answer
(entry_point, node, begun_at, at, elapsed, next_at, answer, server, rounds, since)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

_UPSERT = """
INSERT INTO latest VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (target) DO UPDATE SET answer = excluded.answer, first = excluded.first,
last = excluded.last, count = excluded.count, mean = excluded.mean, least = excluded.least,
most = excluded.most, elapsed = excluded.elapsed
"""


class Rows:
    """Writes rows; the caller reports each ``committed`` or ``rolled_back`` transaction.

    With ``singly`` a row that cannot be written is left out and logged; without it raises.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database
        self.singly = False
        self._answers = AnswerRows(database)
        self._entry_points: dict[EntryPointKey, int] = {}
        self._fresh_targets: list[Target] = []
        self._fresh_entry_points: list[EntryPointKey] = []
        self._unwritable: set[str] = set()

    def committed(self) -> None:
        """The transaction was committed."""
        self._fresh_targets.clear()
        self._fresh_entry_points.clear()
        self._answers.committed()

    def rolled_back(self) -> None:
        """The transaction was rolled back: forget the row numbers it gave."""
        for target in self._fresh_targets:
            target.id = None
        for key in self._fresh_entry_points:
            self._entry_points.pop(key, None)
        self._answers.rolled_back()
        self.committed()

    def write(self, segment: OpenSegment) -> None:
        """Write what is not in the file yet of a segment."""
        number, execute = segment.number, self.database.execute
        each = self._each_singly if self.singly else _each
        each(segment.ended, lambda one: execute(_RUN, self._run_row(*one, number)))
        each(segment.touched.items(), lambda one: execute(_UPSERT, self._latest_row(*one, number)))
        each(segment.samples, lambda one: execute(_SAMPLE, self._sample_row(*one)))
        newest = self._newest_change() if segment.outages else 0
        each(segment.changes, lambda one: self._write_change(*one, number))
        # After that, for a reader goes by numbers that are never given twice.
        each(segment.outages, lambda one: self._take_back(*one, newest))
        each(segment.servers, lambda one: self._write_server(*one))
        each(segment.expectations, lambda one: self._write_expectation(*one))
        each(segment.nodes, lambda one: self._write_node(*one, number))
        if segment.sealed is not None:
            end_states: list[EndState] = []
            each(segment.sealed, lambda one: end_states.append(self._end_state(one, number)))
            self._write_segment(segment, end_states)

    def _each_singly(self, items: Iterable[_Item], write: Callable[[_Item], object]) -> None:
        for item in items:
            self.database.execute("SAVEPOINT one")
            try:
                write(item)
            except _UNWRITABLE as error:
                self.database.execute("ROLLBACK TO one")
                # Rows it refers to were rolled back too; they are written again when needed.
                self.rolled_back()
                self._say_unwritable(item, error)
            self.database.execute("RELEASE one")

    def _say_unwritable(self, item: object, error: Exception) -> None:
        whose = _whose(item)
        if whose not in self._unwritable:
            self._unwritable.add(whose)
            log.warning("Not recorded (everything else is): %s (%s)", whose, error)

    def _write_segment(self, segment: OpenSegment, end_states: Iterable[EndState]) -> None:
        execute, number = self.database.execute, segment.number
        (before,) = execute("SELECT coalesce(max(last_run), 0) FROM segment").fetchone()
        newest = execute(
            "SELECT (SELECT coalesce(max(id), 0) FROM run), (SELECT coalesce(max(id), 0)"
            " FROM change), (SELECT coalesce(max(id), 0) FROM server_status)"
        ).fetchone()
        (polls,) = execute(
            "SELECT coalesce(sum(coalesce(count, 1)), 0) FROM run WHERE id > ?", (before,)
        ).fetchone()
        rows = execute("SELECT entry_point, round(at), wait, depth, capacity, verdict FROM sample")
        samples = samples_bytes(columns_of_rows(rows))
        execute("DELETE FROM sample")
        execute(
            "INSERT INTO segment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (number, segment.from_at, segment.to_at, before + 1, *newest,
             polls, end_states_bytes(end_states), samples),
        )  # fmt: skip

    def _run_row(self, target: Target, run: OpenRun, segment: int) -> tuple[int | None, ...]:
        answer = self._answers.number_of(run.answer, segment)
        if run.polls == 1:
            return (self._target(target), answer, run.first, None, None, run.total, None, None)
        return (
            self._target(target),
            answer,
            run.first,
            run.last,
            run.polls,
            round(run.total / run.polls),
            run.least,
            run.most,
        )

    def _latest_row(self, target: Target, run: OpenRun, segment: int) -> tuple[float, ...]:
        return (
            self._target(target),
            self._answers.number_of(run.answer, segment),
            run.first,
            run.last,
            run.polls,
            run.total / run.polls,
            run.least,
            run.most,
            run.elapsed,
        )

    def _sample_row(self, key: EntryPointKey, sample: Sample) -> tuple[float | None, ...]:
        return (
            self._entry_point(key),
            sample.at,
            sample.wait_seconds,
            _held(sample.queue_depth),
            _held(sample.capacity),
            sample.code,
        )

    def _end_state(self, sealed: SealedTarget, segment: int) -> EndState:
        run, good = sealed.run, sealed.good
        return EndState(
            self._target(sealed.target),
            self._answers.number_of(run.answer, segment),
            run.first,
            run.last,
            run.polls,
            run.elapsed,
            self._answers.number_of(good[0], segment) if good else None,
            good[1] if good else 0,
            good[2] if good else 0,
        )

    def _write_change(self, change: Change, answer: KeptAnswer | None, segment: int) -> None:
        poll = change.observation
        endpoint = change.endpoint or (poll.endpoint if poll else None)
        self.database.execute(
            "INSERT INTO change (at, entry_point, server, subject, before, after, level, lasted,"
            " summary, endpoint, answer, polled_at, elapsed, of_server)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                change.at,
                self._entry_point(change.key) if change.key else None,
                storable(change.server),
                str(change.subject),
                change.before,
                change.after,
                int(change.level),
                change.lasted,
                storable(change.summary),
                str(endpoint) if endpoint else None,
                self._answers.number_of(answer, segment) if answer else None,
                poll.at if poll else change.began,
                poll.elapsed_seconds if poll else None,
                change.of_server,
            ),
        )

    def _newest_change(self) -> int:
        (number,) = self.database.execute("SELECT coalesce(max(id), 0) FROM change").fetchone()
        return int(number)

    def _take_back(self, status: ServerStatus, since: float, newest: int) -> None:
        """Delete what an outage explains of the changes up to a number, as the board has done."""
        self.database.execute(
            "DELETE FROM change WHERE server = ? AND at >= ? AND id <= ? AND NOT of_server"
            " AND answer IN"
            " (SELECT id FROM answer WHERE cause IN (SELECT value FROM json_each(?)))",
            (storable(status.server), explained_from(since), newest, _UNREACHABLE),
        )

    def _write_server(self, status: ServerStatus, changed: bool) -> None:
        server = storable(status.server)
        if not changed:
            self.database.execute(
                "UPDATE server_status SET at = ?, next_probe_at = ?, since = ?"
                " WHERE id = (SELECT max(id) FROM server_status WHERE server = ?)",
                (status.at, status.next_probe_at, status.since, server),
            )
            return
        failure = status.failure
        self.database.execute(
            "INSERT INTO server_status (server, begun_at, at, cause, message, since, next_probe_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                server,
                status.at,
                status.at,
                str(failure.cause) if failure else None,
                storable(failure.message) if failure else None,
                status.since,
                status.next_probe_at,
            ),
        )

    def _write_expectation(self, key: EntryPointKey, at: float, one: Expectation) -> None:
        self.database.execute(_EXPECTATION, (at, self._entry_point(key), *expectation_columns(one)))

    def _write_node(self, one: NodeAnswer, kept: KeptAnswer, changed: bool, segment: int) -> None:
        entry_point, node = self._entry_point(one.key), storable(one.node)
        answer = self._answers.number_of(kept, segment)
        times = (one.at, one.poll.elapsed_seconds, one.next_at)
        if not changed:
            found = self.database.execute(
                "UPDATE node_answer SET at = ?, elapsed = ?, next_at = ?, rounds = ?, answer = ?"
                " WHERE id = (SELECT max(id) FROM node_answer WHERE entry_point = ? AND node = ?)",
                (*times, min(one.rounds, LARGEST), answer, entry_point, node),
            )
            if found.rowcount:
                return
        self.database.execute(
            _NODE_ANSWER,
            (
                entry_point,
                node,
                one.at,
                *times,
                answer,
                str(one.server) if one.server else None,
                min(one.rounds, LARGEST),
                one.since,
            ),
        )

    def _entry_point(self, key: EntryPointKey) -> int:
        number = self._entry_points.get(key)
        if number is None:
            place = (storable(key.server), key.id)
            self.database.execute(
                "INSERT INTO entry_point (server, number, name, grp, endpoints, policy)"
                " VALUES (?, ?, ?, '', '[]', ?) ON CONFLICT DO NOTHING",
                (*place, str(key.id), policy_text(Policy())),
            )
            (number,) = self.database.execute(
                "SELECT id FROM entry_point WHERE server = ? AND number = ?", place
            ).fetchone()
            self._entry_points[key] = int(number)
            self._fresh_entry_points.append(key)
        return int(number)

    def _target(self, target: Target) -> int:
        if target.id is None:
            row = (self._entry_point(target.key), str(target.endpoint), storable(target.url))
            (number,) = self.database.execute(
                "INSERT INTO target (entry_point, endpoint, url) VALUES (?, ?, ?)"
                " ON CONFLICT (entry_point, endpoint) DO UPDATE SET url = excluded.url"
                " RETURNING id",
                row,
            ).fetchone()
            target.id = int(number)
            self._fresh_targets.append(target)
        return target.id


def _each(items: Iterable[_Item], write: Callable[[_Item], object]) -> None:
    for item in items:
        write(item)


def _whose(item: object) -> str:
    """The endpoint, entry point or server of an item, in words."""
    one: Any = item[0] if isinstance(item, tuple) else item
    one = getattr(one, "target", one)
    key: Any = getattr(one, "key", one)
    words = f"{key.server}:{key.id}" if isinstance(key, EntryPointKey) else str(one.server)
    return f"{words} {one.endpoint}" if isinstance(one, Target) else words


def _held(figure: int | None) -> int | None:
    """A number limited to what SQLite can store."""
    return None if figure is None else max(-LARGEST, min(LARGEST, figure))
