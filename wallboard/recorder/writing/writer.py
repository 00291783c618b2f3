"""Writes a recording: one connection, one thread, one transaction for all heard at once."""

import json
import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from wallboard.domain.endpoint import LARGEST_ID, EntryPoint
from wallboard.domain.policy import Policy
from wallboard.recorder.errors import DamagedError, RefusedError
from wallboard.recorder.file.error_words import is_contradiction, is_sound, worded
from wallboard.recorder.file.opening import open_to_write, translated
from wallboard.recorder.file.policies import policy_text
from wallboard.recorder.file.schema import epoch_of
from wallboard.recorder.writing.answer_rows import storable
from wallboard.recorder.writing.heard import Heard
from wallboard.recorder.writing.open_segment import Stretch
from wallboard.recorder.writing.resume import resume
from wallboard.recorder.writing.retention import Retention, give_back, oldest_segment, trim_step
from wallboard.recorder.writing.rows import Rows
from wallboard.recorder.writing.run_builder import Listener

log = logging.getLogger(__name__)


class Writer:
    """The one that may write a recording. What cannot be written now is kept for the next time."""

    @classmethod
    def open(
        cls, path: Path, *, mode: int = 0o600, clock: Callable[[], float] = time.time
    ) -> "Writer":
        """Open a recording, or begin one whose file has these permissions.

        Raises ``RecordingError`` for a file that is none, a newer one or one that may not be
        written, and ``DamagedError`` for a broken one.
        """
        # Whatever else is wrong while a recording is taken up is in the file.
        with worded():
            database = open_to_write(path, mode, clock())
            try:
                return cls(database)
            except BaseException:
                database.close()
                raise

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database
        self._rows = Rows(database)
        self.listener = Listener(epoch_of(database), 1)
        resume(database, self.listener)
        self.commit()

    def listed(
        self,
        entry_points: Sequence[tuple[EntryPoint, Policy]],
        title: str,
        longest_poll: float = 0.0,
    ) -> None:
        """Note what is on the board, in its order, and what the board is called.

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
                "INSERT INTO about VALUES ('title', ?1) ON CONFLICT DO UPDATE SET value = ?1",
                (storable(title),),
            )
        self.listener.listed(entry_points, longest_poll)

    def write(self, batch: Sequence[Heard]) -> None:
        """Take in what was heard, in its order, and write it."""
        for heard in batch:
            try:
                self.listener.hear(heard)
            except Exception:  # one strange event must not cost the others
                log.exception("An event could not be recorded")
        self.commit()

    def seal(self) -> None:
        """End the segment that goes on."""
        self.listener.seal()
        self.commit()

    def close(self) -> None:
        """End the segment and close the file; the recording cannot be written by this any more."""
        try:
            self.seal()
        finally:
            self.database.close()

    def commit(self) -> None:
        """Write all that is not in the file yet; nothing is lost by a ``RecordingError``."""
        stretches = self.listener.stretches
        if len(stretches) == 1 and not (stretches[0].touched or stretches[0].size):
            return
        try:
            self._write(stretches)
        except RefusedError:
            if self._rows.singly:
                raise
            # From now on each row stands for itself.
            self._rows.singly = True
            self._write(stretches)
        for stretch in stretches:
            stretch.written()
        del stretches[:-1]

    def _write(self, stretches: Sequence[Stretch]) -> None:
        with self._transaction():
            for stretch in stretches:
                self._rows.write(stretch)

    @property
    def waiting(self) -> int:
        """How many runs, rounds and changes are not in the file yet."""
        return sum(stretch.size for stretch in self.listener.stretches)

    def trim(self, retention: Retention, now: float | None) -> bool:
        """Forget one segment if there is one to forget; whether there may be more.

        ``now`` is Unix time in seconds, or ``None`` while no clock can be trusted.
        """
        with self._transaction():
            trimmed = trim_step(self.database, retention, now)
        if trimmed:
            self.listener.forget_answers(oldest_segment(self.database))
            with translated():
                give_back(self.database)
        return trimmed

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with translated():
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
        """Raise what is wrong with the file, or that SQLite refused what is not wrong with it."""
        if not is_sound(self.database):
            raise DamagedError(f"the file contradicts itself ({error})") from error
        raise RefusedError(f"what is in the file contradicts it ({error})") from error
