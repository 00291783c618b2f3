"""What is too old or too much is forgotten, a segment at a time, so that nobody waits for it."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wallboard.recorder.file.columns import MOMENT, ROW, Shape
from wallboard.recorder.file.error_words import worded
from wallboard.recorder.file.opening import open_to_write
from wallboard.settings import Settings

EVEN_SECONDS = 3600.0
"""How long a clock must have run evenly before anything is forgotten by it."""

JUMP_SECONDS = 60.0
"""Deviating by more than this is a jump."""


class SteadyClock:
    """Tells Unix time, unless the clock was just set: what is deleted by a wrong one is gone."""

    def __init__(self, clock: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._even_since = monotonic()
        self._offset = clock() - self._even_since

    def now(self) -> float | None:
        """Unix time in seconds, or ``None`` while it cannot be trusted."""
        now, running = self._clock(), self._monotonic()
        offset = now - running
        if abs(offset - self._offset) > JUMP_SECONDS:
            self._offset, self._even_since = offset, running
        return now if running - self._even_since >= EVEN_SECONDS else None


MEGABYTE = 1_000_000
SWEPT_ANSWERS = 5000
"""Rows of answers that one step looks at."""

FREED_PAGES = 256
"""Pages that one step gives back to the disk."""


_OLDEST = Shape("segment", id=ROW, last_run=ROW, last_change=ROW, last_status=ROW)
_ENDED = Shape("segment", to_at=MOMENT)
_SWEPT = Shape("about", swept=ROW)


@dataclass(frozen=True, slots=True)
class Retention:
    """How much of the past is kept: seconds, and bytes of the file."""

    seconds: float = 7 * 86_400.0
    bytes: int = 512 * MEGABYTE


def retention_of(settings: Settings) -> Retention:
    """How much of the past the settings keep."""
    return Retention(settings.record_days * 86_400.0, settings.record_megabytes * MEGABYTE)


def used_bytes(database: sqlite3.Connection) -> int:
    """Bytes of a recording that hold something."""
    (size,) = database.execute("PRAGMA page_size").fetchone()
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    (free,) = database.execute("PRAGMA freelist_count").fetchone()
    return int(size * (pages - free))


def trim_step(database: sqlite3.Connection, retention: Retention, now: float | None) -> bool:
    """Forget the oldest segment if it is to be forgotten; whether there may be more to do.

    ``now`` is Unix time in seconds, ``None`` when no clock can be trusted: then only size counts.
    The newest segment always stays. To be called within a transaction.
    """
    oldest = _OLDEST.kept(
        database, "SELECT id, last_run, last_change, last_status FROM segment ORDER BY id LIMIT 2"
    )
    if len(oldest) < 2:
        return False
    (segment, last_run, last_change, last_status), _ = oldest
    too_old = now is not None and _ended_at(database, now) < now - retention.seconds
    if not too_old and used_bytes(database) <= retention.bytes:
        return False
    database.execute("DELETE FROM run WHERE id <= ?", (last_run,))
    database.execute("DELETE FROM segment WHERE id = ?", (segment,))
    _forget_changes(database, last_change, last_status)
    _sweep(database, segment)
    return True


def _ended_at(database: sqlite3.Connection, now: float) -> float:
    """When the oldest segment was over, Unix time in seconds.

    One that a wrong clock put into the future was over before the next one that is not there.
    """
    row = _ENDED.one(
        database, "SELECT to_at FROM segment WHERE to_at <= ? ORDER BY id LIMIT 1", (now,)
    )
    return float(row[0]) if row else now


def oldest_segment(database: sqlite3.Connection) -> int:
    """The number of the first segment that is left; 0 if there is none."""
    (segment,) = database.execute("SELECT coalesce(min(id), 0) FROM segment").fetchone()
    return int(segment)


def give_back(database: sqlite3.Connection) -> None:
    """Let the file shrink by some of its free pages."""
    # It frees a page a step and gives no rows, so that execute() would stop after one.
    database.executescript(f"PRAGMA incremental_vacuum({FREED_PAGES})")


def _forget_changes(database: sqlite3.Connection, last_change: int, last_status: int) -> None:
    """Forget what changed by then, but for what still tells how each entry point stood then."""
    # The very last one stays for its number, which must not be given twice.
    database.execute(
        "DELETE FROM change WHERE id <= ?1 AND id < (SELECT max(id) FROM change) AND id NOT IN ("
        " SELECT max(id) FROM change WHERE id <= ?1 AND subject IN ('verdict', 'level')"
        " GROUP BY entry_point, subject)",
        (last_change,),
    )
    database.execute(
        "DELETE FROM server_status WHERE id <= ?1 AND id NOT IN"
        " (SELECT max(id) FROM server_status WHERE id <= ?1 GROUP BY server)",
        (last_status,),
    )


def _sweep(database: sqlite3.Connection, segment: int) -> None:
    """Forget some of the answers that no segment holds any more; the next step goes on there."""
    row = _SWEPT.one(database, "SELECT value FROM about WHERE name = 'swept'")
    start = row[0] if row else 0
    gone = database.execute(
        "DELETE FROM answer WHERE id > ? AND id <= ? AND seen <= ? RETURNING body",
        (start, start + SWEPT_ANSWERS, segment),
    ).fetchall()
    database.executemany(
        "DELETE FROM body WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM answer WHERE body = ?1)", gone
    )
    (last,) = database.execute("SELECT coalesce(max(id), 0) FROM answer").fetchone()
    after = start + SWEPT_ANSWERS
    database.execute(
        "INSERT INTO about VALUES ('swept', ?1) ON CONFLICT DO UPDATE SET value = ?1",
        (0 if after >= last else after,),
    )


def trim(path: Path, retention: Retention, now: float) -> int:
    """Forget what is too old or too much and give its room back; how many segments that was.

    ``now`` is Unix time in seconds. To be called by whoever holds the lock of the recording.
    Raises ``RecordingError``.
    """
    forgotten = 0
    with worded():
        database = open_to_write(path, path.stat().st_mode & 0o777, now)
        try:
            more = True
            while more:
                database.execute("BEGIN IMMEDIATE")
                more = trim_step(database, retention, now)
                database.execute("COMMIT")
                forgotten += more
            free = -1
            while free != 0:
                before = free
                give_back(database)
                (free,) = database.execute("PRAGMA freelist_count").fetchone()
                if free == before:
                    break
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            database.close()
    return forgotten
