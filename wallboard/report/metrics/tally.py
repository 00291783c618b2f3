"""Counts polls as they come: what a board forgets and a metrics server wants for ever."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.event import Event
from wallboard.domain.observation import Cause, Failure, Observation
from wallboard.frozen import frozen

BUCKET_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper ends of the buckets of poll durations; one more takes all that is longer."""


@frozen
class Polls:
    """The polls of one endpoint of a server since the start: how long they took, how they failed.

    ``buckets`` counts the polls of each bucket by itself, and of what is longer than all.
    """

    buckets: tuple[int, ...] = (0,) * (len(BUCKET_SECONDS) + 1)
    total_seconds: float = 0.0
    failures: Mapping[Cause, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """All polls, good or bad."""
        return sum(self.buckets)


UNPOLLED = Polls()


class Tally:
    """Counts per server and endpoint, whatever the number of entry points."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, Endpoint], _Count] = {}

    def take(self, event: Event | None) -> None:
        """Count an event, if it is a poll. What a recording gives back was counted when it was."""
        if not isinstance(event, Observation):
            return
        where = (event.key.server, event.endpoint)
        count = self._counts.get(where)
        if count is None:
            count = self._counts[where] = _Count()
        count.take(event)

    def polls(self) -> Mapping[tuple[str, Endpoint], Polls]:
        """All counts as they stand, for another thread to read."""
        return MappingProxyType({where: count.polls() for where, count in self._counts.items()})


class _Count:
    __slots__ = ("buckets", "failures", "total_seconds")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BUCKET_SECONDS) + 1)
        self.total_seconds = 0.0
        self.failures: dict[Cause, int] = {}

    def take(self, observation: Observation) -> None:
        elapsed = observation.elapsed_seconds
        self.buckets[bisect_left(BUCKET_SECONDS, elapsed)] += 1
        self.total_seconds += elapsed
        if isinstance(observation.outcome, Failure):
            cause = observation.outcome.cause
            self.failures[cause] = self.failures.get(cause, 0) + 1

    def polls(self) -> Polls:
        return Polls(tuple(self.buckets), self.total_seconds, dict(self.failures))
