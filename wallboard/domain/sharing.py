"""Many polls bring the same answer: what is equal is kept once."""

from collections.abc import Hashable
from typing import TypeVar

from wallboard.domain.observation import Failure, Observation, Response
from wallboard.domain.reading import Reading
from wallboard.domain.state import EndpointState

SHARED_PARTS = 1024
"""How many parts of answers of each kind are remembered, to be shared with later equal ones."""

SHARED_BYTES = 4096
"""A longer body is shared only with the poll before it: telling it from others costs too much."""

Part = TypeVar("Part", bound=Hashable)


class Sharing:
    """Keeps equal parts of answers once: most heads, bodies and readings say what others said."""

    def __init__(self) -> None:
        self._heads: dict[bytes, bytes] = {}
        self._bodies: dict[bytes, bytes] = {}
        self._outcomes: dict[Reading | Failure, Reading | Failure] = {}

    def shared(self, observation: Observation, before: EndpointState) -> Observation:
        """The same observation, its parts shared with equal ones of earlier polls."""
        return Observation(
            observation.key,
            observation.endpoint,
            observation.at,
            observation.elapsed_seconds,
            _one(self._outcomes, observation.outcome),
            observation.request,
            self._response(observation.response, before.last),
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
