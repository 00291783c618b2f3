"""What a board keeps about all polls: their rate, and equal parts of answers once."""

from collections.abc import Hashable
from typing import TypeVar

from wallboard.domain.observation import AHEAD_SECONDS, Failure, Observation, Response
from wallboard.domain.reading import Reading

TRAFFIC_SECONDS = 60
"""The span over which polls are counted."""


class Traffic:
    """Counts polls a second over the last minute, in a fixed amount of memory."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}

    def add(self, at: float) -> None:
        """Count one poll at a moment in Unix time."""
        second = int(at)
        self._counts[second] = self._counts.get(second, 0) + 1
        if len(self._counts) > 2 * TRAFFIC_SECONDS:
            self._forget(second)

    def count(self, now: float) -> int:
        """The polls of the last ``TRAFFIC_SECONDS``, and none that are dated after that."""
        self._forget(int(now))
        return sum(n for second, n in self._counts.items() if second <= now + AHEAD_SECONDS)

    def clock_set(self, by: float) -> None:
        """Count on after the clock was put forward ``by`` seconds, or back."""
        self._counts = {second + round(by): n for second, n in self._counts.items()}

    def _forget(self, now: int) -> None:
        oldest = now - TRAFFIC_SECONDS
        self._counts = {second: n for second, n in self._counts.items() if second > oldest}


SHARED_PARTS = 1024
"""How many parts of answers of each kind are remembered, to be shared with later equal ones."""

SHARED_BYTES = 4096
"""A longer body is shared only with the poll before it: telling it from others costs too much."""

Part = TypeVar("Part", bound=Hashable)


class Sharing:
    """Keeps equal parts of answers once: most heads, bodies and readings repeat."""

    def __init__(self) -> None:
        self._heads: dict[bytes, bytes] = {}
        self._bodies: dict[bytes, bytes] = {}
        self._outcomes: dict[Reading | Failure, Reading | Failure] = {}

    def shared(self, observation: Observation, last: Observation | None) -> Observation:
        """The same observation, its parts shared with equal ones of earlier polls.

        ``last`` is the poll of the same endpoint before it.
        """
        return Observation(
            observation.key,
            observation.endpoint,
            observation.at,
            observation.elapsed_seconds,
            _one(self._outcomes, observation.outcome),
            observation.request,
            self._response(observation.response, last),
            observation.asked_again,
        )

    def _response(self, response: Response | None, last: Observation | None) -> Response | None:
        if response is None:
            return None
        body = response.body
        if last and last.response and body == last.response.body:
            body = last.response.body
        elif len(body) <= SHARED_BYTES:
            body = _one(self._bodies, body)
        head = _one(self._heads, response.head)
        return Response(response.status, response.reason, head, body, response.truncated)


def _one(known: dict[Part, Part], part: Part) -> Part:
    one = known.setdefault(part, part)
    if len(known) > SHARED_PARTS:
        known.clear()
    return one
