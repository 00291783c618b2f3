"""Checks a whole recording for damage."""

import sqlite3
from collections.abc import Iterator
from itertools import pairwise

from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.answers import DIGEST_BYTES, unpacked
from wallboard.recorder.file.columns import (
    LONGEST_TEXT,
    MOMENT,
    ROW,
    Shape,
    blob,
    optional,
    whole,
)
from wallboard.recorder.file.opening import LONGEST_VALUE
from wallboard.recorder.file.samples import SAMPLE_ROW, columns_of_rows, samples_of
from wallboard.recorder.file.segment_end import end_states_of
from wallboard.recorder.reading.catalogue import read_catalogue, read_entry_points
from wallboard.recorder.reading.changes import COLUMNS, ChangeRow, change_of

MOST_OF_SQLITE = 20
"""The number of faults that SQLite may list."""

_REFERENCES = {
    "polls of a missing endpoint": "run WHERE target NOT IN (SELECT id FROM target)",
    "polls with a missing answer": "run WHERE answer NOT IN (SELECT id FROM answer)",
    "newest polls with a missing answer": "latest WHERE answer NOT IN (SELECT id FROM answer)",
    "endpoints of a missing entry point": "target WHERE"
    " entry_point NOT IN (SELECT id FROM entry_point)",
    "answers with a missing body": "answer WHERE body NOT IN (SELECT id FROM body)",
    "bodies with a missing dictionary": "body WHERE dictionary NOT IN (SELECT id FROM dictionary)",
    "polls that ended before they began": "run WHERE last < first OR count < 1",
}


_BODY = Shape(
    "body",
    id=ROW,
    digest=blob(DIGEST_BYTES),
    size=whole(0, 2**62),
    packed=blob(LONGEST_VALUE),
    dictionary=optional(blob(LONGEST_TEXT)),
)
_SEGMENT = Shape(
    "segment", id=ROW, from_at=MOMENT, to_at=MOMENT, first_run=ROW, last_run=ROW, polls=ROW
)
_ENDS = Shape("segment", standing=blob(LONGEST_VALUE), samples=blob(LONGEST_VALUE))


def verify(database: sqlite3.Connection) -> Iterator[str]:
    """A sentence for each fault; none if the recording is intact.

    Raises ``DamagedError`` or ``sqlite3.Error`` where it cannot go on.
    """
    for (line,) in database.execute(f"PRAGMA integrity_check({MOST_OF_SQLITE})"):
        if line != "ok":
            yield str(line)
    for what, where in _REFERENCES.items():
        (count,) = database.execute(f"SELECT count(*) FROM {where}").fetchone()  # noqa: S608
        if count:
            yield f"{count:,} {what}"
    yield from _bodies(database)
    yield from _segments(database)
    _read_all(database)


def _read_all(database: sqlite3.Connection) -> None:
    """Read everything else as a board does; damage raises."""
    read_entry_points(database)
    keys = read_catalogue(database).keys
    for row in database.execute(f"SELECT {COLUMNS} FROM change"):  # noqa: S608  our own names
        change_of(ChangeRow.of(row), keys)
    columns_of_rows(SAMPLE_ROW.rows(database, "SELECT * FROM sample"))


def _bodies(database: sqlite3.Connection) -> Iterator[str]:
    rows = database.execute(
        "SELECT body.id, digest, size, packed, bytes FROM body"
        " LEFT JOIN dictionary ON dictionary.id = body.dictionary"
    )
    for row in rows:
        try:
            _, digest, size, packed, dictionary = _BODY.checked(row)
            unpacked(packed, dictionary or b"", size, digest)
        except DamagedError as error:
            yield f"body {row[0]} differs from what was recorded: {error}"


def _segments(database: sqlite3.Connection) -> Iterator[str]:
    rows = _SEGMENT.kept(
        database, "SELECT id, from_at, to_at, first_run, last_run, polls FROM segment ORDER BY id"
    )
    for number, from_at, to_at, first_run, last_run, polls in rows:
        runs, counted = database.execute(
            "SELECT count(*), coalesce(sum(coalesce(count, 1)), 0) FROM run"
            " WHERE id BETWEEN ? AND ?",
            (first_run, last_run),
        ).fetchone()
        if from_at > to_at:
            yield f"segment {number} ends before it begins"
        if runs != last_run - first_run + 1 or counted != polls:
            yield f"segment {number} has {counted:,} polls instead of {polls:,}"
        yield from _ends(database, number)
    for before, after in pairwise(rows):
        if after[3] != before[4] + 1:
            yield f"between segments {before[0]} and {after[0]} polls are missing"


def _ends(database: sqlite3.Connection, number: int) -> Iterator[str]:
    standing, samples = database.execute(
        "SELECT standing, samples FROM segment WHERE id = ?", (number,)
    ).fetchone()
    try:
        standing, samples = _ENDS.checked((standing, samples))
        end_states_of(standing)
        samples_of(samples)
    except DamagedError as error:
        yield f"segment {number}: {error}"
