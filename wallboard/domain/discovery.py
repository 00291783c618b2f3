"""Which entry points a server has, by its answers to ids."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from wallboard.frozen import frozen


class Presence(StrEnum):
    """Whether there is an entry point of an id."""

    EXISTS = "exists"
    MISSING = "missing"
    UNCLEAR = "unclear"


@frozen
class Found:
    """The result for one id.

    ``allowed`` and ``reason`` are those of ``chatAllowed``. ``words`` is why an id is unclear, or
    the error with which the server denied it.
    """

    id: int
    presence: Presence
    allowed: bool | None = None
    reason: str | None = None
    wait_seconds: float | None = None
    queue_depth: int | None = None
    words: str = ""


@dataclass(slots=True)
class Discovery:
    """All results so far. Of missing ids only the numbers are kept."""

    entry_points: dict[int, Found] = field(default_factory=dict)
    unclear: dict[int, Found] = field(default_factory=dict)
    missing: set[int] = field(default_factory=set)
    refusals: Counter[str] = field(default_factory=Counter)
    """The errors with which a server denied ids, and how often."""

    def add(self, found: Found) -> None:
        """Add the result for one id."""
        if found.presence is Presence.EXISTS:
            self.entry_points[found.id] = found
        elif found.presence is Presence.UNCLEAR:
            self.unclear[found.id] = found
        else:
            self.missing.add(found.id)
            if found.words:
                self.refusals[found.words] += 1

    @property
    def asked(self) -> int:
        """How many ids were asked for."""
        return len(self.entry_points) + len(self.unclear) + len(self.missing)

    def __contains__(self, number: int) -> bool:
        return number in self.entry_points or number in self.unclear or number in self.missing


def ranges(ids: Iterable[int]) -> Iterator[str]:
    """Ids as ranges for a command line: ``1000-1010``, ``1015``."""
    first = last = None
    for number in sorted(ids):
        if last is not None and number == last + 1:
            last = number
            continue
        if first is not None and last is not None:
            yield _range(first, last)
        first = last = number
    if first is not None and last is not None:
        yield _range(first, last)


def _range(first: int, last: int) -> str:
    return f"{first}-{last}" if last > first else str(first)
