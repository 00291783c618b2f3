"""The samples of a segment in columns, which are cheap to read by the thousand."""

import json
import sys
import zlib
from array import array
from collections.abc import Iterable, Mapping
from math import nan
from typing import NamedTuple

from wallboard.domain.policy import Verdict
from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.columns import (
    FIGURE,
    MOMENT,
    ROW,
    WAIT,
    Shape,
    inflated,
    json_of,
    number,
    optional,
    whole,
)

WIDTH = 5
"""Columns: at, est. wait, queue depth, capacity, verdict."""

Columns = tuple["array[float]", ...]
"""Doubles, oldest first; ``nan`` is a figure that could not be read."""


MOST_UNPACKED = 48 * 1024 * 1024
"""Bytes: more than all that can be polled in a segment take."""


class SampleRow(NamedTuple):
    """A sample of an entry point: Unix time, seconds, chats, chat slots, index in Verdict."""

    entry_point: int
    at: float
    wait: float | None
    depth: float | None
    capacity: float | None
    verdict: float


_COLUMNS = {
    "at": MOMENT,
    "wait": optional(WAIT),
    "depth": optional(FIGURE),
    "capacity": optional(FIGURE),
    "verdict": number(0, len(Verdict) - 1),
}
SAMPLE_ROW = Shape("sample", entry_point=ROW, **_COLUMNS)
"""A row of ``sample``, in the order of ``SampleRow``."""

_SIZE = Shape("segment.samples", entry_point=ROW, size=whole(0, MOST_UNPACKED))


def columns_of_rows(rows: Iterable[SampleRow | tuple[float | None, ...]]) -> dict[int, Columns]:
    """The columns of each entry point, from rows in the order of time."""
    found: dict[int, Columns] = {}
    for entry_point, at, wait, depth, capacity, verdict in rows:
        columns = found.get(entry_point)  # type: ignore[arg-type]  # the first of a row is one
        if columns is None:
            columns = found[entry_point] = tuple(array("d") for _ in range(WIDTH))  # type: ignore[index]
        columns[0].append(at)  # type: ignore[arg-type]  # and the second is never null
        columns[1].append(nan if wait is None else wait)
        columns[2].append(nan if depth is None else depth)
        columns[3].append(nan if capacity is None else capacity)
        columns[4].append(verdict)  # type: ignore[arg-type]  # nor is the last
    return found


def samples_bytes(columns: Mapping[int, Columns]) -> bytes:
    """The columns as they are written: a line of JSON with the entry points, then the doubles.

    Equal columns are side by side, so that they compress well.
    """
    head = json.dumps([[entry_point, len(of[0])] for entry_point, of in columns.items()])
    parts = [head.encode(), b"\n"]
    for place in range(WIDTH):
        parts += [_little(of[place]).tobytes() for of in columns.values()]
    return zlib.compress(b"".join(parts))


def samples_of(data: bytes) -> dict[int, Columns]:
    """The columns of each entry point from such bytes. Raises ``DamagedError``."""
    what = "the rounds of a segment in it"
    unpacked = inflated(data, MOST_UNPACKED, what)
    end = unpacked.find(b"\n")
    head = json_of(unpacked[: max(0, end)], what)
    if not isinstance(head, list) or not all(isinstance(row, list) for row in head):
        raise DamagedError(f"{what} cannot be read")
    sizes = [_SIZE.checked(row) for row in head]
    total = sum(size for _, size in sizes)
    doubles = memoryview(unpacked)[end + 1 :]
    if len(doubles) != 8 * WIDTH * total:
        raise DamagedError(f"{what} are not complete")
    found: dict[int, Columns] = {}
    start = 0
    for entry_point, size in sizes:
        places = range(8 * start, 8 * WIDTH * total, 8 * total)
        found[entry_point] = _checked([_doubles(doubles[at : at + 8 * size]) for at in places])
        start += size
    return found


def _checked(columns: "list[array[float]]") -> Columns:
    """Columns with every value checked. Raises ``DamagedError``."""
    for (name, kind), column in zip(_COLUMNS.items(), columns, strict=True):
        # Each column has only a few different values, but for the times.
        for value in column if name == "at" else set(column):
            figure = None if value != value else value
            if not kind.holds(figure):
                raise DamagedError(f"segment.samples: {name} is {value!r}, not {kind.what}")
    return tuple(columns)


def _doubles(data: memoryview) -> "array[float]":
    numbers = array("d")
    numbers.frombytes(data)
    return _little(numbers)


def _little(numbers: "array[float]") -> "array[float]":
    if sys.byteorder == "little":
        return numbers
    swapped = array("d", numbers)
    swapped.byteswap()
    return swapped
