"""Counts of what a recording holds."""

import sqlite3

from wallboard.frozen import frozen
from wallboard.recorder.file.columns import ROW, Shape, blob
from wallboard.recorder.file.opening import LONGEST_VALUE
from wallboard.recorder.file.schema import RECORDING
from wallboard.recorder.file.segment_end import end_states_of
from wallboard.recorder.reading.catalogue import read_catalogue
from wallboard.recorder.reading.segments import read_open
from wallboard.recorder.writing.retention import used_bytes

_COUNT = Shape("a count", count=ROW)
_SEALED = Shape("segment", last_run=ROW, standing=blob(LONGEST_VALUE))


@frozen
class Statistics:
    """Counts of what the file holds; ``observations`` are single polls.

    ``gone`` are entry points that are no longer on the board. ``used_bytes`` excludes free pages;
    ``body_bytes`` is the size of all bodies uncompressed.
    """

    version: int
    newest_version: int
    entry_points: int
    gone: int
    observations: int
    runs: int
    answers: int
    bodies: int
    body_bytes: int
    changes: int
    segments: int
    used_bytes: int

    @property
    def bytes_per_observation(self) -> float | None:
        """Bytes of the file for each observation."""
        return self.used_bytes / self.observations if self.observations else None


def read_statistics(database: sqlite3.Connection) -> Statistics:
    """Read the counts of a recording."""

    def count(query: str) -> int:
        (found,), *_ = _COUNT.rows(database, query)
        return int(found)

    listed = count("SELECT count(*) FROM entry_point WHERE place IS NOT NULL")
    sealed = count("SELECT coalesce(sum(polls), 0) FROM segment")
    polls, going_on = _unsealed(database)
    return Statistics(
        version=RECORDING.check(database),
        newest_version=RECORDING.version,
        entry_points=listed,
        gone=count("SELECT count(*) FROM entry_point") - listed,
        observations=sealed + polls,
        runs=count("SELECT count(*) FROM run") + going_on,
        answers=count("SELECT count(*) FROM answer"),
        bodies=count("SELECT count(*) FROM body"),
        body_bytes=count("SELECT coalesce(sum(size), 0) FROM body"),
        changes=count("SELECT count(*) FROM change"),
        segments=count("SELECT count(*) FROM segment"),
        used_bytes=used_bytes(database),
    )


def _unsealed(database: sqlite3.Connection) -> tuple[int, int]:
    """The number of polls in the open segment, and of its open runs."""
    last_run, standing = _SEALED.one(
        database, "SELECT last_run, standing FROM segment ORDER BY id DESC LIMIT 1"
    ) or (0, None)
    end_states = {one.target: one for one in (end_states_of(standing) if standing else ())}
    going_on = read_open(database, read_catalogue(database), last_run, end_states)
    if going_on is None:
        return 0, 0
    (polls,), *_ = _COUNT.rows(
        database,
        "SELECT coalesce(sum(coalesce(count, 1)), 0) FROM run WHERE id > ?",
        (last_run,),
    )
    runs = going_on.going_on.values()
    return int(polls) + sum(run.polls for run in runs), len(runs)
