"""The worst state of an entry point in each slice of time."""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from wallboard.domain.policy import Level, Verdict
from wallboard.frozen import frozen

KEPT_MINUTES = 180
"""So far back the worst state of each minute is kept."""

MINUTE = 60.0


class State(NamedTuple):
    """What an entry point is at a moment."""

    level: Level
    verdict: Verdict


Step = tuple[float, State | None]
"""A moment and the state from then on; ``None`` when it left the board."""

_LEAST_BAD_FIRST = sorted(
    (State(level, verdict) for verdict in Verdict for level in Level),
    key=lambda state: (state.level, -state.verdict.place),
)
_STATES: tuple[State | None, ...] = (None, *_LEAST_BAD_FIRST)
_BADNESS = {state: badness for badness, state in enumerate(_STATES)}
"""One byte for each state, the worse the larger; 0 where none is known."""

WORST = len(_STATES) - 1
"""The largest of these bytes."""

# Enums are slow to look up by, and this is done at every poll.
_BADNESS_OF_NUMBERS = {
    (state.verdict.number, int(state.level)): badness
    for state, badness in _BADNESS.items()
    if state
}


@frozen
class StateStrip:
    """The worst state of each minute, oldest first, until ``minute`` since 1970; cheap to keep.

    What is known no better than by waiting for a first answer is not known.
    """

    minute: int = 0
    worst: bytes = b""
    newest: int = 0

    @classmethod
    def of_steps(
        cls, steps: Sequence[Step], spans: Sequence[tuple[float, float]], end: float
    ) -> "StateStrip":
        """The strip until ``end`` of changes in the order of time, known within ``spans``."""
        minute = int(end // MINUTE)
        start = (minute - KEPT_MINUTES + 1) * MINUTE
        worst = _worst(steps, spans, start, MINUTE, KEPT_MINUTES).lstrip(b"\0")
        newest = next((state for at, state in reversed(steps) if at <= end), None)
        return cls(minute, bytes(worst), _BADNESS[newest])

    def polled(self, at: float, state: State, *, went_on: bool) -> "StateStrip":
        """The strip after a poll; ``went_on`` if the last state is known to have held until it."""
        level, verdict = state
        minute, badness = int(at // MINUTE), _BADNESS_OF_NUMBERS[verdict.number, int(level)]
        if verdict is Verdict.WAITING:
            if not self.newest:
                return self
            badness = 0
        passed = minute - self.minute
        if passed == 0 and self.worst:
            if badness == self.newest and badness <= self.worst[-1]:
                return self
            last = max(badness, self.worst[-1])
            return StateStrip(minute, self.worst[:-1] + bytes((last,)), badness)
        if passed < 0 or passed >= KEPT_MINUTES:
            return StateStrip(minute, bytes((badness,)), badness)
        held = self.newest if went_on else 0
        between = bytes((held,)) * (passed - 1)
        first = badness if at == minute * MINUTE else max(badness, held)
        worst = self.worst + between + bytes((first,))
        return StateStrip(minute, worst[-KEPT_MINUTES:], badness)

    def slices(
        self, end: float, count: int, *, minutes: int = 1, goes_on: bool = True
    ) -> tuple[State | None, ...]:
        """The worst state in each of ``count`` slices of some minutes, the last holding ``end``.

        Slices lie on whole multiples, so that a strip moves by a cell at a time. A slice in which
        nothing is known is ``None``; ``goes_on`` if the newest state is still known to hold.
        """
        until = (int(end // MINUTE) // minutes + 1) * minutes
        after = max(0, min(int(end // MINUTE) - self.minute, KEPT_MINUTES)) if self.worst else 0
        known = self.worst + bytes((self.newest if goes_on else 0,)) * after
        ahead = max(0, until - 1 - (self.minute + after))
        length = count * minutes
        row = (known + bytes(min(ahead, length)))[-length:].rjust(length, b"\0")
        return _slices(row, minutes)

    def shifted(self, by: float) -> "StateStrip":
        """The same after the clock was put forward ``by`` seconds, or back."""
        return replace(self, minute=self.minute + round(by / MINUTE))


NOTHING_KNOWN = StateStrip()


def worst_states(
    steps: Sequence[Step],
    spans: Sequence[tuple[float, float]],
    start: float,
    end: float,
    count: int,
) -> list[State | None]:
    """The worst state in each of ``count`` slices from ``start`` to ``end``.

    ``steps`` are in the order of time. A state is known only within ``spans``, both ends in them.
    """
    if count <= 0:
        return []
    width = (end - start) / count
    if width <= 0:
        width = math.ulp(start) * 2
    return [_STATES[badness] for badness in _worst(steps, spans, start, width, count)]


def _worst(
    steps: Sequence[Step],
    spans: Sequence[tuple[float, float]],
    start: float,
    width: float,
    count: int,
) -> bytearray:
    row = bytearray(count)
    last = start + width * count
    for (at, state), (until, _) in pairwise((*steps, (math.inf, None))):
        badness = _BADNESS[state] if state and state.verdict is not Verdict.WAITING else 0
        if not badness or until <= start or at > last:
            continue
        for first_at, last_at in spans:
            low, high = max(at, first_at, start), min(until, last_at, last)
            if low <= high and low < until:
                _paint(row, badness, (low - start) / width, (high - start) / width)
    return row


def _paint(row: bytearray, badness: int, low: float, high: float) -> None:
    """Have the cells from ``low`` to ``high`` at least so bad."""
    first = min(int(low), len(row) - 1)
    after = max(first + 1, min(math.ceil(high), len(row)))
    part = row[first:after]
    if part.count(0) == len(part):
        row[first:after] = bytes((badness,)) * len(part)
    else:
        row[first:after] = bytes(max(badness, known) for known in part)


@lru_cache(maxsize=4096)
def _slices(row: bytes, minutes: int) -> tuple[State | None, ...]:
    return tuple(
        _STATES[max(row[start : start + minutes])] for start in range(0, len(row), minutes)
    )
