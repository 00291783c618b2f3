"""Trims a recording that nobody writes, all at once."""

from pathlib import Path

from wallboard.recorder.file.error_words import worded
from wallboard.recorder.file.opening import open_to_write
from wallboard.recorder.writing.retention import Retention, give_back, trim_step


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
