"""Collects garbage between two paints.

Left to itself the collector comes when most objects are made, which is in the middle of a paint,
and then a key waits for both; and it looks through old objects every few hours at most.
"""

import gc

COLLECT_SECONDS = 0.5
"""Between two collections."""

LIMIT = 50_000
"""Objects after which the collector comes by itself after all."""

MIDDLE, OLD = 4, 2_400
"""Of so many collections one looks through the older objects too, and through all."""

SOON = 20
"""Collections until one looks through all, once there is something large to free."""


class GarbageCollection:
    """Looks through the newest objects, now and then through older ones."""

    def __init__(self) -> None:
        self._thresholds = gc.get_threshold()
        self._number = 0
        self._all_at = OLD

    def begin(self) -> None:
        """Have the collector come only when told to."""
        gc.set_threshold(LIMIT, *self._thresholds[1:])

    def end(self) -> None:
        """Have it come as before."""
        gc.set_threshold(*self._thresholds)

    def all_soon(self) -> None:
        """Look through all soon: what a screen was made of refers to itself, and is old by then."""
        self._all_at = min(self._all_at, self._number + SOON)

    def collect(self) -> None:
        """Collect what is garbage by now."""
        self._number += 1
        if self._number >= self._all_at:
            self._all_at = self._number + OLD
            gc.collect()
        else:
            gc.collect(0 if self._number % MIDDLE else 1)
