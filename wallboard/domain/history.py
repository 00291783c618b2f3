"""The bounded past of one entry point, cheap to keep and safe to hold on to."""

from array import array
from collections.abc import Iterator
from math import isnan, nan
from typing import Literal, NamedTuple

from wallboard.domain.policy import Level, Verdict

DEFAULT_BOUND = 360
"""Samples kept: an hour at the default interval."""

Figure = Literal["wait_seconds", "queue_depth", "capacity"]

STATE_OF_CODE = {
    verdict.number * 8 + level: (verdict, level) for verdict in Verdict for level in Level
}
"""A verdict and its level by the byte that stands for both, in memory and in recordings."""

_CODE_OF_STATE = {state: code for code, state in STATE_OF_CODE.items()}
_WIDTH = 4
_COLUMN: dict[Figure, int] = {"wait_seconds": 1, "queue_depth": 2, "capacity": 3}
_WORSE = ((1, 1), (2, 1), (3, -1))
"""Columns, and whether a higher value is the worse one."""


class Sample(NamedTuple):
    """One round of polls; a figure that could not be read is ``None``, which is a gap in a chart.

    ``at`` is Unix time in seconds, ``wait_seconds`` seconds, ``queue_depth`` chats and ``capacity``
    chat slots.
    """

    at: float
    wait_seconds: float | None
    queue_depth: int | None
    capacity: int | None
    verdict: Verdict
    level: Level

    @property
    def code(self) -> int:
        """The byte that stands for its verdict and level."""
        return _CODE_OF_STATE[self.verdict, self.level]


class History:
    """A ring of samples, oldest first. Immutable: ``appended`` returns another history.

    All histories that grew from one share one flat array of numbers, and one of codes, and differ
    only in where they start and stop, so that a snapshot costs nothing and a sample 33 bytes.
    """

    __slots__ = ("_bound", "_codes", "_numbers", "_start", "_stop")

    def __init__(self, bound: int = DEFAULT_BOUND) -> None:
        """An empty history that will keep the last ``bound`` samples."""
        self._bound = bound
        self._numbers = array("d")
        self._codes = bytearray()
        self._start = 0
        self._stop = 0

    def appended(self, sample: Sample) -> "History":
        """This history and one more sample, without its oldest if it was full."""
        numbers, codes, start, stop = self._numbers, self._codes, self._start, self._stop
        shared_with_a_longer_one = len(codes) != stop
        worth_trimming = start > self._bound // 8
        if shared_with_a_longer_one or worth_trimming:
            numbers, codes = numbers[start * _WIDTH : stop * _WIDTH], codes[start:stop]
            start, stop = 0, stop - start
        numbers.extend(
            (
                sample.at,
                _number(sample.wait_seconds),
                _number(sample.queue_depth),
                _number(sample.capacity),
            )
        )
        codes.append(sample.code)
        longer = History(self._bound)
        longer._numbers, longer._codes = numbers, codes
        longer._stop = stop + 1
        longer._start = max(start, longer._stop - self._bound)
        return longer

    @classmethod
    def of_columns(
        cls,
        bound: int,
        at: "array[float]",
        wait_seconds: "array[float]",
        queue_depth: "array[float]",
        capacity: "array[float]",
        codes: bytearray,
    ) -> "History":
        """A history of whole columns of doubles, oldest first, of which the last ``bound`` count.

        ``nan`` is a figure that could not be read; ``codes`` are those of ``STATE_OF_CODE``.
        """
        numbers = array("d", bytes(8 * _WIDTH * len(at)))
        for number, column in enumerate((at, wait_seconds, queue_depth, capacity)):
            numbers[number::_WIDTH] = column
        history = cls(bound)
        history._numbers, history._codes, history._stop = numbers, codes, len(at)
        history._start = max(0, history._stop - bound)
        return history

    def newest(
        self, count: int
    ) -> "tuple[array[float], array[float], array[float], array[float], bytearray]":
        """The last samples as ``of_columns`` takes them."""
        start = max(self._start, self._stop - count)
        numbers = self._numbers[start * _WIDTH : self._stop * _WIDTH]
        at, wait, depth, capacity = (numbers[column::_WIDTH] for column in range(_WIDTH))
        return at, wait, depth, capacity, self._codes[start : self._stop]

    def bounded(self, bound: int) -> "History":
        """This history, of which the last ``bound`` samples are kept from now on."""
        same = History(bound)
        same._numbers, same._codes, same._stop = self._numbers, self._codes, self._stop
        same._start = max(self._start, self._stop - bound)
        return same

    def __len__(self) -> int:
        return self._stop - self._start

    def __iter__(self) -> Iterator[Sample]:
        return map(self._sample, range(self._start, self._stop))

    def __getitem__(self, index: int) -> Sample:
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        return self._sample(self._start + index if index >= 0 else self._stop + index)

    def columns(
        self, figure: Figure, *, end: float, seconds: float, count: int
    ) -> list[float | None]:
        """The worst value of a figure in each of ``count`` spans of ``seconds``, oldest first.

        The last span holds the moment ``end``. Spans lie on whole multiples of ``seconds``, so that
        a chart moves by a column at a time instead of trembling. A value also holds for the span
        after its own, since polls jitter; a span for which nothing is known is ``None``, a gap.
        """
        worst: list[float | None] = [None] * count
        first_span = int(end // seconds) - count + 1
        pick = min if figure == "capacity" else max
        numbers, column = self._numbers, _COLUMN[figure]
        newer = count
        for row in range((self._stop - 1) * _WIDTH, self._start * _WIDTH - 1, -_WIDTH):
            span = int(numbers[row] // seconds) - first_span
            if span < -1:
                break
            value = numbers[row + column]
            if span < count and not isnan(value):
                if newer > span + 1 and span + 1 < count:
                    worst[span + 1] = value
                if span >= 0:
                    known = worst[span]
                    worst[span] = value if known is None else pick(known, value)
            newer = span
        return worst

    def extremes(self, seconds: float) -> tuple[Sample, ...]:
        """What a chart shows of each span of so many seconds, oldest first.

        These are the samples with the longest wait, the deepest queue and the fewest slots, and the
        first that lacks a figure.
        """
        kept: set[int] = set()
        extreme: dict[tuple[int, bool], tuple[float, int]] = {}
        current: float | None = None
        for index in range(self._start, self._stop):
            row = index * _WIDTH
            span = self._numbers[row] // seconds
            if span != current:
                kept.update(place for _, place in extreme.values())
                extreme, current = {}, span
            for column, sign in _WORSE:
                value = sign * self._numbers[row + column]
                lacks = isnan(value)
                known = extreme.get((column, lacks))
                if known is None or (not lacks and value > known[0]):
                    extreme[column, lacks] = value, index
        kept.update(place for _, place in extreme.values())
        return tuple(map(self._sample, sorted(kept)))

    def _sample(self, index: int) -> Sample:
        row = index * _WIDTH
        at, wait, depth, capacity = self._numbers[row : row + _WIDTH]
        return Sample(
            at,
            None if isnan(wait) else wait,
            None if isnan(depth) else int(depth),
            None if isnan(capacity) else int(capacity),
            *STATE_OF_CODE[self._codes[index]],
        )


def _number(value: float | None) -> float:
    return nan if value is None else value
