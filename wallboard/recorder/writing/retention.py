"""Deletes the oldest segments of a recording that grew too old or too large, one at a time."""

import sqlite3
from pathlib import Path

from wallboard.frozen import frozen
from wallboard.recorder.errors import errors_translated
from wallboard.recorder.file.columns import MOMENT, ROW, Shape
from wallboard.recorder.file.opening import open_to_write
from wallboard.settings import Settings

MEGABYTE = 1_000_000
SWEPT_ANSWERS = 5000
"""Rows of answers that one step examines."""

FREED_PAGES = 256
"""Pages that one step gives back to the disk."""


_OLDEST = Shape("segment", id=ROW, last_run=ROW, last_change=ROW, last_status=ROW, to_at=MOMENT)
_ENDED = Shape("segment", to_at=MOMENT)
_SWEPT = Shape("about", swept=ROW)


@frozen
class Retention:
    """How much is kept: the age in seconds, and the size of the file in bytes."""

    seconds: float = 7 * 86_400.0
    bytes: int = 512 * MEGABYTE


def retention_of(settings: Settings) -> Retention:
    """The retention that the settings ask for."""
    return Retention(settings.record_days * 86_400.0, settings.record_megabytes * MEGABYTE)


def used_bytes(database: sqlite3.Connection) -> int:
    """Used bytes of a recording."""
    (size,) = database.execute("PRAGMA page_size").fetchone()
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    (free,) = database.execute("PRAGMA freelist_count").fetchone()
    return int(size * (pages - free))


def trim_step(database: sqlite3.Connection, retention: Retention, now: float | None) -> bool:
    """Delete the oldest segment if it is too old or the file too large; true if there may be more.

    ``now`` is Unix time in seconds, ``None`` when no clock can be trusted: then only size counts.
    The newest segment always stays. To be called within a transaction.
    """
    oldest = _OLDEST.kept(
        database,
        "SELECT id, last_run, last_change, last_status, to_at FROM segment ORDER BY id LIMIT 2",
    )
    if len(oldest) < 2:
        return False
    (segment, last_run, last_change, last_status, to_at), _ = oldest
    too_old = now is not None and _ended_at(database, now) < now - retention.seconds
    if not too_old and used_bytes(database) <= retention.bytes:
        return False
    database.execute("DELETE FROM run WHERE id <= ?", (last_run,))
    database.execute("DELETE FROM segment WHERE id = ?", (segment,))
    _forget_changes(database, last_change, last_status)
    _forget_expectations(database, to_at)
    # Of a node that is not asked any more, nothing stays.
    database.execute("DELETE FROM node_answer WHERE at <= ?", (to_at,))
    _sweep(database, segment)
    return True


def _ended_at(database: sqlite3.Connection, now: float) -> float:
    """The end of the oldest segment, Unix time in seconds.

    If a wrong clock dated it in the future, the end of the next one that is not.
    """
    row = _ENDED.one(
        database, "SELECT to_at FROM segment WHERE to_at <= ? ORDER BY id LIMIT 1", (now,)
    )
    return float(row[0]) if row else now


def oldest_segment(database: sqlite3.Connection) -> int:
    """The number of the oldest segment; 0 if there is none."""
    (segment,) = database.execute("SELECT coalesce(min(id), 0) FROM segment").fetchone()
    return int(segment)


def give_back(database: sqlite3.Connection) -> None:
    """Return some free pages to the disk."""
    # Each step frees one page and returns no row; execute() would stop after the first.
    database.executescript(f"PRAGMA incremental_vacuum({FREED_PAGES})")


def _forget_changes(database: sqlite3.Connection, last_change: int, last_status: int) -> None:
    """Delete changes up to these rows, except the last of each entry point and server."""
    # The newest change stays, because its number must not be used again.
    database.execute(
        "DELETE FROM change WHERE id <= :last AND id < (SELECT max(id) FROM change) AND id NOT IN ("
        " SELECT max(id) FROM change WHERE id <= :last AND subject IN ('verdict', 'level')"
        " GROUP BY entry_point, subject)",
        {"last": last_change},
    )
    database.execute(
        "DELETE FROM server_status WHERE id <= :last AND id NOT IN"
        " (SELECT max(id) FROM server_status WHERE id <= :last GROUP BY server)",
        {"last": last_status},
    )


def _forget_expectations(database: sqlite3.Connection, until: float) -> None:
    """Delete what was expected until a moment, except the last of each entry point."""
    database.execute(
        "DELETE FROM expectation WHERE at <= :until AND id NOT IN ("
        " SELECT max(id) FROM expectation WHERE at <= :until GROUP BY entry_point)",
        {"until": until},
    )


def _sweep(database: sqlite3.Connection, segment: int) -> None:
    """Delete some of the answers that no segment refers to; the next step continues there."""
    row = _SWEPT.one(database, "SELECT value FROM about WHERE name = 'swept'")
    start = row[0] if row else 0
    gone = database.execute(
        "DELETE FROM answer WHERE id > ? AND id <= ? AND seen <= ? RETURNING body",
        (start, start + SWEPT_ANSWERS, segment),
    ).fetchall()
    database.executemany(
        "DELETE FROM body WHERE id = ?"
        " AND NOT EXISTS (SELECT 1 FROM answer WHERE answer.body = body.id)",
        gone,
    )
    (last,) = database.execute("SELECT coalesce(max(id), 0) FROM answer").fetchone()
    after = start + SWEPT_ANSWERS
    database.execute(
        "INSERT INTO about VALUES ('swept', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        (0 if after >= last else after,),
    )


def trim(path: Path, retention: Retention, now: float) -> int:
    """Trim a recording that nobody writes, all at once; returns the number of deleted segments.

    ``now`` is Unix time in seconds. The caller holds the lock of the recording.
    Raises ``RecordingError``.
    """
    forgotten = 0
    with errors_translated():
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
