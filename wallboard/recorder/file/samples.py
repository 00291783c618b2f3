"""The samples of a segment in columns, which are cheap to read by the thousand."""

import json
import sys
import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite, nan
from typing import NamedTuple

from wallboard.domain.history import STATE_OF_CODE, Sample
from wallboard.domain.policy import Verdict
from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.columns import (
    FIGURE,
    MOMENT,
    ROW,
    WAIT,
    Kind,
    Shape,
    inflated,
    json_of,
    optional,
    whole,
)

_WIDTH = 4
"""Columns of doubles: at, est. wait, queue depth, capacity."""

_OF_SCHEMA_1 = tuple(map(Verdict, (
    "open", "queue_depth_reached", "agent_not_available", "service_not_running",
    "invalid_entry_point", "entry_point_inactive", "other", "unknown", "unreachable", "error",
    "waiting",
)))  # fmt: skip
"""Verdicts by their numbers in recordings of schema 1, which did not keep their levels."""

_CODE_OF: Mapping[float | None, int] = {
    **{code: code for code in STATE_OF_CODE},
    **{
        number: Sample(0.0, None, None, None, verdict, verdict.default_level).code
        for number, verdict in enumerate(_OF_SCHEMA_1)
    },
}
"""Codes by what stands for them in recordings of any schema; no number means two of them."""


class Columns(NamedTuple):
    """The rounds of an entry point, oldest first; ``nan`` is a figure that could not be read.

    ``codes`` are those of verdict and level.
    """

    at: "array[float]"
    wait: "array[float]"
    depth: "array[float]"
    capacity: "array[float]"
    codes: bytearray

    @classmethod
    def empty(cls) -> "Columns":
        """No rounds."""
        return cls(array("d"), array("d"), array("d"), array("d"), bytearray())

    def between(self, start: int, stop: int) -> "Columns":
        """The rounds at these places."""
        at, wait, depth, capacity, codes = self
        return Columns(
            at[start:stop],
            wait[start:stop],
            depth[start:stop],
            capacity[start:stop],
            codes[start:stop],
        )

    def extend(self, more: "Columns") -> None:
        """Take newer rounds behind these."""
        self.at.extend(more.at)
        self.wait.extend(more.wait)
        self.depth.extend(more.depth)
        self.capacity.extend(more.capacity)
        self.codes.extend(more.codes)


MOST_UNPACKED = 48 * 1024 * 1024
"""Bytes: more than all that can be polled in a segment take."""


class SampleRow(NamedTuple):
    """A sample of an entry point: Unix time, seconds, chats, chat slots, code of its state."""

    entry_point: int
    at: float
    wait: float | None
    depth: float | None
    capacity: float | None
    code: float


_COLUMNS = {
    "at": MOMENT,
    "wait": optional(WAIT),
    "depth": optional(FIGURE),
    "capacity": optional(FIGURE),
    "verdict": Kind("a verdict and its level", lambda value: value in _CODE_OF),
}
SAMPLE_ROW = Shape("sample", entry_point=ROW, **_COLUMNS)
"""A row of ``sample``, in the order of ``SampleRow``."""

_SIZE = Shape("segment.samples", entry_point=ROW, size=whole(0, MOST_UNPACKED))


def columns_of_rows(rows: Iterable[SampleRow | tuple[float | None, ...]]) -> dict[int, Columns]:
    """The columns of each entry point, from rows in the order of time."""
    found: dict[int, Columns] = {}
    for entry_point, at, wait, depth, capacity, code in rows:
        columns = found.get(entry_point)  # type: ignore[arg-type]  # the first of a row is one
        if columns is None:
            columns = found[entry_point] = Columns.empty()  # type: ignore[index]
        columns.at.append(at)  # type: ignore[arg-type]  # and the second is never null
        columns.wait.append(nan if wait is None else wait)
        columns.depth.append(nan if depth is None else depth)
        columns.capacity.append(nan if capacity is None else capacity)
        columns.codes.append(_CODE_OF[code])
    return found


def samples_bytes(columns: Mapping[int, Columns]) -> bytes:
    """The columns as they are written: a line of JSON with the entry points, doubles, codes.

    Equal columns are side by side, so that they compress well.
    """
    head = json.dumps([[entry_point, len(of.at)] for entry_point, of in columns.items()])
    parts = [head.encode(), b"\n"]
    for place in range(_WIDTH):
        parts += [_little(of[place]).tobytes() for of in columns.values()]  # type: ignore[arg-type]
    return zlib.compress(b"".join([*parts, *(of.codes for of in columns.values())]))


def samples_of(data: bytes, wanted: int | None = None) -> dict[int, Columns]:
    """The columns of each entry point, or of one, from such bytes. Raises ``DamagedError``."""
    sizes, doubles, states = _opened(data)
    total = len(states)
    found: dict[int, Columns] = {}
    start = 0
    for entry_point, size in sizes:
        if wanted is None or entry_point == wanted:
            places = [8 * (start + total * column) for column in range(_WIDTH)]
            columns = [_doubles(doubles[at : at + 8 * size]) for at in places]
            found[entry_point] = _checked(columns, states[start : start + size])
        start += size
    return found


def times_of(data: bytes) -> "dict[int, array[float]]":
    """Only when the rounds of each entry point were, oldest first. Raises ``DamagedError``."""
    sizes, doubles, _ = _opened(data)
    found = {}
    start = 0
    for entry_point, size in sizes:
        times = found[entry_point] = _doubles(doubles[8 * start : 8 * (start + size)])
        _demand_moments(times)
        start += size
    return found


def _opened(data: bytes) -> tuple[list[tuple[int, int]], memoryview, Sequence[float]]:
    """The rounds of each entry point, all columns of doubles, and the states."""
    what = "the rounds of a segment"
    unpacked = inflated(data, MOST_UNPACKED, what)
    end = unpacked.find(b"\n")
    head = json_of(unpacked[: max(0, end)], what)
    if not isinstance(head, list) or not all(isinstance(row, list) for row in head):
        raise DamagedError(f"{what} cannot be read")
    sizes = [_SIZE.checked(row) for row in head]
    total = sum(size for _, size in sizes)
    values = memoryview(unpacked)[end + 1 :]
    doubles, rest = values[: 8 * _WIDTH * total], values[8 * _WIDTH * total :]
    # Schema 1 had doubles also where there are codes now.
    states: Sequence[float] = _doubles(rest) if len(rest) == 8 * total else rest
    if len(states) != total:
        raise DamagedError(f"{what} are not complete")
    return [(entry_point, size) for entry_point, size in sizes], doubles, states


def _checked(columns: "list[array[float]]", states: Sequence[float]) -> Columns:
    """Columns with every value checked. Raises ``DamagedError``."""
    for (name, kind), column in zip(_COLUMNS.items(), [*columns, states], strict=True):
        if name == "at":
            _demand_moments(column)
            continue
        # Each of the others has only a few different values.
        for value in set(column):
            figure = None if value != value else value
            if not kind.holds(figure):
                raise DamagedError(f"segment.samples: {name} is {value!r}, not {kind.what}")
    at, wait, depth, capacity = columns
    if isinstance(states, memoryview) and STATE_OF_CODE.keys() >= set(states):
        return Columns(at, wait, depth, capacity, bytearray(states))
    return Columns(at, wait, depth, capacity, bytearray(_CODE_OF[state] for state in states))


def _demand_moments(times: Sequence[float]) -> None:
    """Raise ``DamagedError`` unless all are moments; a sum shows what is no number."""
    if not times or (
        isfinite(sum(times)) and MOMENT.holds(float(min(times))) and MOMENT.holds(float(max(times)))
    ):
        return
    for at in times:
        if not MOMENT.holds(at):
            raise DamagedError(f"segment.samples: at is {at!r}, not {MOMENT.what}")


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
