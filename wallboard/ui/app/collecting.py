"""Collects garbage between two paints.

Left to itself the collector comes when most objects are made, which is in the middle of a paint,
and then a key waits for both.
"""

import gc
from itertools import count

COLLECT_SECONDS = 0.5
"""Between two collections."""

LIMIT = 50_000
"""Objects after which the collector comes by itself after all."""

MIDDLE, OLD = 4, 2_400
"""Of so many collections one looks through the older objects too, and through all."""


class Collecting:
    """Looks through the newest objects, now and then through older ones."""

    def __init__(self) -> None:
        self._thresholds = gc.get_threshold()
        self._numbers = count(1)

    def begin(self) -> None:
        """Have the collector come only when told to."""
        gc.set_threshold(LIMIT, *self._thresholds[1:])

    def end(self) -> None:
        """Have it come as before."""
        gc.set_threshold(*self._thresholds)

    def collect(self) -> None:
        """Collect what is garbage by now."""
        number = next(self._numbers)
        gc.collect(2 if number % OLD == 0 else 1 if number % MIDDLE == 0 else 0)
