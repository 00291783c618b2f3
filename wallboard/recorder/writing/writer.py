"""Writes a recording: one connection, one thread, one transaction for each batch of events."""

import json
import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from wallboard.domain.endpoint import LARGEST_ID, EntryPoint
from wallboard.domain.policy import Policy
from wallboard.domain.snapshot import Folded
from wallboard.recorder.errors import (
    DamagedError,
    RefusedError,
    errors_translated,
    is_contradiction,
    sqlite_errors_translated,
)
from wallboard.recorder.file.columns import storable
from wallboard.recorder.file.log_index import LogIndex
from wallboard.recorder.file.opening import open_to_write
from wallboard.recorder.file.policies import policy_text
from wallboard.recorder.file.schema import RECORDING, epoch_of
from wallboard.recorder.writing.open_segment import OpenSegment
from wallboard.recorder.writing.resume import resume
from wallboard.recorder.writing.retention import Retention, give_back, oldest_segment, trim_step
from wallboard.recorder.writing.rows import Rows
from wallboard.recorder.writing.run_builder import RunBuilder

log = logging.getLogger(__name__)


class Writer:
    """The only writer of a recording. After a failed commit, data is kept for the next one."""

    @classmethod
    def open(
        cls, path: Path, *, mode: int = 0o600, clock: Callable[[], float] = time.time
    ) -> "Writer":
        """Open a recording, or create one with these permissions.

        Raises ``RecordingError`` for a file that is no recording, of a newer version or not
        writable, and ``DamagedError`` for a damaged one.
        """
        # Any other error here comes from the content of the file.
        with errors_translated():
            database = open_to_write(path, mode, clock())
            try:
                return cls(database, LogIndex(path))
            except BaseException:
                database.close()
                raise

    def __init__(self, database: sqlite3.Connection, index: LogIndex) -> None:
        self.database = database
        self._index = index
        self._rows = Rows(database)
        self.builder = RunBuilder(epoch_of(database), 1)
        resume(database, self.builder)
        self.commit()

    def listed(
        self,
        entry_points: Sequence[tuple[EntryPoint, Policy]],
        title: str,
        longest_poll: float = 0.0,
    ) -> None:
        """Write the entry points of the board in their order, and its title.

        A poll takes ``longest_poll`` seconds at most.
        """
        rows = [
            (
                storable(entry_point.key.server),
                entry_point.key.id,
                storable(entry_point.name),
                storable(entry_point.group),
                json.dumps([str(endpoint) for endpoint in entry_point.endpoints]),
                policy_text(policy),
                place,
            )
            for place, (entry_point, policy) in enumerate(entry_points)
            if entry_point.key.id <= LARGEST_ID
        ]
        with self._transaction():
            self.database.execute("UPDATE entry_point SET place = NULL WHERE place IS NOT NULL")
            self.database.executemany(
                "INSERT INTO entry_point (server, number, name, grp, endpoints, policy, place)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (server, number) DO UPDATE SET"
                " name = excluded.name, grp = excluded.grp, endpoints = excluded.endpoints,"
                " policy = excluded.policy, place = excluded.place",
                rows,
            )
            self.database.execute(
                "INSERT INTO about VALUES ('title', ?)"
                " ON CONFLICT DO UPDATE SET value = excluded.value",
                (storable(title),),
            )
        self.builder.listed(entry_points, longest_poll)

    def keep(self, texts: Mapping[str, str]) -> None:
        """Write what the file says under some names, in place of what it said."""
        with self._transaction():
            self.database.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", texts.items())

    def write(self, batch: Sequence[Folded]) -> None:
        """Write events in their order."""
        for folded in batch:
            try:
                self.builder.add(folded)
            except Exception:  # one event must not cost the others
                log.exception("An event could not be recorded")
        self.commit()

    def seal(self) -> None:
        """End the open segment."""
        self.builder.seal()
        self.commit()

    def close(self) -> None:
        """End the segment and close the file."""
        try:
            self.seal()
        finally:
            self.drop()

    def drop(self) -> None:
        """Close the file without writing pending data."""
        self._index.lengthen()
        self.database.close()

    def checkpoint(self) -> None:
        """Copy the write-ahead log into the file, as far as possible."""
        self._index.lengthen()
        with suppress(sqlite3.Error):
            self.database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def commit(self) -> None:
        """Write all that is not in the file yet; after a ``RecordingError`` it is still kept."""
        segments = self.builder.segments
        if len(segments) == 1 and not (segments[0].touched or segments[0].size):
            return
        try:
            self._write(segments)
        except RefusedError:
            if self._rows.singly:
                raise
            # From now on each row is written separately.
            self._rows.singly = True
            self._write(segments)
        for segment in segments:
            segment.written()
        del segments[:-1]

    def _write(self, segments: Sequence[OpenSegment]) -> None:
        with self._transaction():
            for segment in segments:
                self._rows.write(segment)

    @property
    def waiting(self) -> int:
        """How many runs, samples and changes are not in the file yet."""
        return sum(segment.size for segment in self.builder.segments)

    def trim(self, retention: Retention, now: float | None) -> bool:
        """Delete the oldest segment if the retention requires it; true if there may be more.

        ``now`` is Unix time in seconds, or ``None`` while no clock can be trusted.
        """
        with self._transaction():
            trimmed = trim_step(self.database, retention, now)
        if trimmed:
            self.builder.forget_answers(oldest_segment(self.database))
            with sqlite_errors_translated():
                give_back(self.database)
        return trimmed

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._index.lengthen()
        with sqlite_errors_translated():
            try:
                self.database.execute("BEGIN IMMEDIATE")
                yield
                self.database.execute("COMMIT")
            except BaseException as error:
                with suppress(sqlite3.Error):
                    self.database.execute("ROLLBACK")
                self._rows.rolled_back()
                if isinstance(error, Exception) and is_contradiction(error):
                    self._refused(error)
                raise
        self._rows.committed()

    def _refused(self, error: Exception) -> None:
        """Raise ``DamagedError`` if the file is damaged, else ``RefusedError``."""
        if not RECORDING.is_intact(self.database):
            raise DamagedError(f"the file is inconsistent ({error})") from error
        raise RefusedError(f"the file is inconsistent with the board ({error})") from error
