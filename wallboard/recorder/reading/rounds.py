"""The rounds of the entry points in one segment: when they were, or their figures as well."""

import sqlite3
from array import array
from collections.abc import Mapping

from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.columns import Shape, blob
from wallboard.recorder.file.opening import LONGEST_VALUE
from wallboard.recorder.file.samples import (
    SAMPLE_ROW,
    Columns,
    columns_of_rows,
    samples_of,
    times_of,
)
from wallboard.recorder.reading.segments import Segment

_SEALED = Shape("segment", samples=blob(LONGEST_VALUE))
_OPEN = "SELECT entry_point, at, wait, depth, capacity, verdict FROM sample"

Times = Mapping[int, "array[float]"]
"""When the rounds of each entry point were, by its row number; Unix time in seconds."""


def times_in(database: sqlite3.Connection, segment: Segment) -> Times:
    """When the rounds in a segment were; rounded to seconds once it is over."""
    if segment.number is None:
        return {one: columns.at for one, columns in columns_in(database, segment).items()}
    return times_of(_samples(database, segment))


def columns_in(database: sqlite3.Connection, segment: Segment) -> Mapping[int, Columns]:
    """The rounds in a segment with their figures."""
    if segment.number is None:
        return columns_of_rows(SAMPLE_ROW.rows(database, _OPEN))
    return samples_of(_samples(database, segment))


def _samples(database: sqlite3.Connection, segment: Segment) -> bytes:
    query = "SELECT samples FROM segment WHERE id = ?"
    row = _SEALED.one(database, query, (segment.number,))
    if row is None:
        raise DamagedError(f"segment {segment.number} is missing")
    return bytes(row[0])
