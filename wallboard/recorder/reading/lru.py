"""A cache of limited weight."""

from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class LruCache(Generic[Key, Value]):
    """Keeps the values used last, within a sum of their weights."""

    def __init__(self, most: int) -> None:
        """``most`` is the largest sum of weights; the newest value is kept whatever it weighs."""
        self._most = most
        self._sum = 0
        self._kept: dict[Key, tuple[Value, int]] = {}

    def get(self, key: Key) -> Value | None:
        """The value of a key, if it is still cached."""
        found = self._kept.pop(key, None)
        if found is None:
            return None
        self._kept[key] = found
        return found[0]

    def put(self, key: Key, value: Value, weight: int = 1) -> None:
        """Cache a value, and drop those unused for longest."""
        replaced = self._kept.pop(key, None)
        self._sum += weight - (replaced[1] if replaced else 0)
        self._kept[key] = (value, weight)
        while self._sum > self._most and len(self._kept) > 1:
            oldest = next(iter(self._kept))
            self._sum -= self._kept.pop(oldest)[1]
