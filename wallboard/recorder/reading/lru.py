"""What was read lately, kept because it may well be wanted again."""

from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Lately(Generic[Key, Value]):
    """The last few things that were put in or asked for, within a sum of their weights."""

    def __init__(self, most: int) -> None:
        """``most`` is the sum of weights that is kept; the newest stays whatever it weighs."""
        self._most = most
        self._sum = 0
        self._kept: dict[Key, tuple[Value, int]] = {}

    def get(self, key: Key) -> Value | None:
        """What was kept under a key."""
        found = self._kept.pop(key, None)
        if found is None:
            return None
        self._kept[key] = found
        return found[0]

    def put(self, key: Key, value: Value, weight: int = 1) -> None:
        """Keep a thing, and let go of those that were not wanted for longest."""
        replaced = self._kept.pop(key, None)
        self._sum += weight - (replaced[1] if replaced else 0)
        self._kept[key] = (value, weight)
        while self._sum > self._most and len(self._kept) > 1:
            oldest = next(iter(self._kept))
            self._sum -= self._kept.pop(oldest)[1]
