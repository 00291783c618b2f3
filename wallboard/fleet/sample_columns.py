"""The samples of a board in columns of differences, which take a third of what doubles do."""

import math
from array import array
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Annotated

from msgspec import Meta, Struct

from wallboard.domain.history import STATE_OF_CODE, History
from wallboard.fleet.batch import GarbageError
from wallboard.recorder.file.columns import FIGURE, MOMENT, WAIT, Kind
from wallboard.recorder.file.schema import TICKS

SAMPLES = 90
"""Of each entry point: a quarter of an hour at the default interval."""

LARGEST = 2**50
"""A figure beyond this is left out."""

_UNKNOWN = -(2**51)
"""Stands for a figure that could not be read."""

Differences = Annotated[list[Annotated[int, Meta(ge=-(2**62), le=2**62)]], Meta(max_length=SAMPLES)]


class SampleColumns(Struct, array_like=True, frozen=True):
    """The last samples of an entry point, each value as the difference to the one before it.

    Times and waits are in whole ms; ``codes`` are those of verdict and level.
    """

    at: Differences
    wait: Differences
    depth: Differences
    capacity: Differences
    codes: Annotated[bytes, Meta(max_length=SAMPLES)]

    @classmethod
    def of(cls, history: History) -> "SampleColumns":
        """The columns of the newest samples."""
        at, wait, depth, capacity, codes = history.newest(SAMPLES)
        return cls(
            _differences(at, TICKS),
            _differences(wait, TICKS),
            _differences(depth, 1),
            _differences(capacity, 1),
            bytes(codes),
        )

    @property
    def history(self) -> History:
        """The samples again. Raises ``GarbageError``."""
        if not STATE_OF_CODE.keys() >= set(self.codes):
            raise GarbageError("a sample has an unknown state")
        count = len(self.codes)
        at = _values(self.at, TICKS, MOMENT, count)
        if any(math.isnan(moment) for moment in at):
            raise GarbageError("a sample has no time")
        return History.of_columns(
            SAMPLES,
            at,
            _values(self.wait, TICKS, WAIT, count),
            _values(self.depth, 1, FIGURE, count),
            _values(self.capacity, 1, FIGURE, count),
            bytearray(self.codes),
        )


def _differences(column: "array[float]", scale: int) -> list[int]:
    whole = [
        round(value * scale) if abs(value) <= LARGEST / scale else _UNKNOWN for value in column
    ]
    return [b - a for a, b in pairwise((0, *whole))]


def _values(differences: Sequence[int], scale: int, kind: Kind, count: int) -> "array[float]":
    if len(differences) != count:
        raise GarbageError("the columns of samples differ in length")
    found = [math.nan if whole == _UNKNOWN else whole / scale for whole in accumulate(differences)]
    # Each column has only a few different values.
    if not all(math.isnan(value) or kind.holds(value) for value in set(found)):
        raise GarbageError("a sample is beyond bounds")
    return array("d", found)
