"""What waits to be published, bounded: pictures of the past may go, for the recording has them."""

from collections import deque
from collections.abc import Sequence
from itertools import islice, takewhile

from wallboard.fleet.batch import ENOUGH_EVENTS, Published, size_of, whole_batch
from wallboard.fleet.lease import Term
from wallboard.frozen import frozen

MOST_EVENTS = 20_000
MOST_BYTES = 32 * 1024 * 1024
_OBJECT_BYTES = 512


@frozen
class Waiting:
    """An event, under which term it was folded, and when it came on the publisher's clock."""

    event: Published
    term: Term | None
    since: float


@frozen
class Lost:
    """The time between the first and the last event that only the recording has, Unix seconds."""

    first_at: float
    last_at: float


class Outbox:
    """Events in their order; where there are too many, the oldest go."""

    def __init__(self) -> None:
        self.dropped = 0
        """Events that had no room."""
        self.lost: Lost | None = None
        """Of which time, until somebody has seen to it."""
        self._waiting: deque[Waiting] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def oldest(self) -> Waiting | None:
        """The event that has waited for longest."""
        return self._waiting[0] if self._waiting else None

    def put(self, waiting: Waiting) -> None:
        """Have an event wait behind all others."""
        self._waiting.append(waiting)
        self._bytes += _bytes_of(waiting)
        while len(self._waiting) > MOST_EVENTS or self._bytes > MOST_BYTES:
            self._drop(self._taken())

    def lose(self, span: Lost) -> None:
        """Have somebody see to a time of which no event waits here."""
        lost = self.lost or span
        self.lost = Lost(min(lost.first_at, span.first_at), max(lost.last_at, span.last_at))

    def put_back(self, taken: Sequence[Waiting]) -> None:
        """Have events wait again that were taken and could not be sent."""
        self._waiting.extendleft(reversed(taken))
        self._bytes += sum(map(_bytes_of, taken))

    def take(self) -> list[Waiting]:
        """The next events of one term, as many as make a batch."""
        if not self._waiting:
            return []
        term = self._waiting[0].term
        alike = takewhile(lambda one: one.term == term, self._waiting)
        first = list(islice(alike, ENOUGH_EVENTS))
        return [self._taken() for _ in range(whole_batch([one.event for one in first]))]

    def _taken(self) -> Waiting:
        waiting = self._waiting.popleft()
        self._bytes -= _bytes_of(waiting)
        return waiting

    def _drop(self, waiting: Waiting) -> None:
        self.dropped += 1
        self.lose(Lost(waiting.event.at, waiting.event.at))


def _bytes_of(waiting: Waiting) -> int:
    return size_of(waiting.event) + _OBJECT_BYTES
