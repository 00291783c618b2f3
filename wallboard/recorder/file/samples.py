"""The rounds of a segment in columns: read thousands at a time, they cost next to nothing."""

import json
import sys
import zlib
from array import array
from collections.abc import Iterable, Mapping
from math import nan
from typing import NamedTuple

from wallboard.recorder.errors import DamagedError

WIDTH = 5
"""Columns: at, est. wait, queue depth, capacity, verdict."""

Columns = tuple["array[float]", ...]
"""Doubles, oldest first; ``nan`` is a figure that could not be read."""


class SampleRow(NamedTuple):
    """One round of an entry point: Unix time, seconds, chats, chat slots, place in Verdict."""

    entry_point: int
    at: float
    wait: float | None
    depth: float | None
    capacity: float | None
    verdict: float


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
    """The columns as they are written: a line of JSON that says whose they are, then the doubles.

    Like stands beside like, so that they compress well.
    """
    head = json.dumps([[entry_point, len(of[0])] for entry_point, of in columns.items()])
    parts = [head.encode(), b"\n"]
    for number in range(WIDTH):
        parts += [_little(of[number]).tobytes() for of in columns.values()]
    return zlib.compress(b"".join(parts))


def samples_of(data: bytes) -> dict[int, Columns]:
    """The columns of each entry point again. Raises ``DamagedError``."""
    try:
        head, _, doubles = zlib.decompress(data).partition(b"\n")
        sizes = [(int(entry_point), int(size)) for entry_point, size in json.loads(head)]
        numbers = array("d")
        numbers.frombytes(doubles)
    except (zlib.error, ValueError, TypeError):
        raise DamagedError("the rounds of a segment in it cannot be read") from None
    numbers = _little(numbers)
    total = sum(size for _, size in sizes)
    if len(numbers) != WIDTH * total:
        raise DamagedError("the rounds of a segment in it are not complete")
    found: dict[int, Columns] = {}
    start = 0
    for entry_point, size in sizes:
        places = range(start, WIDTH * total, total)
        found[entry_point] = tuple(numbers[place : place + size] for place in places)
        start += size
    return found


def _little(numbers: "array[float]") -> "array[float]":
    if sys.byteorder == "little":
        return numbers
    swapped = array("d", numbers)
    swapped.byteswap()
    return swapped
