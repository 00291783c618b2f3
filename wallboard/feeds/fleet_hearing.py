"""What is received from the member that polls: when, of which entry points, and by which clock."""

from collections.abc import Callable, Iterator

from wallboard.clock import running
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.event import RecordedBoard
from wallboard.domain.observation import AHEAD_SECONDS, Observation, ServerStatus
from wallboard.domain.time_span import span
from wallboard.feeds.newest import polls_in
from wallboard.inheritance import entry_points_of
from wallboard.settings import Settings, longest_interval

PATIENCE_INTERVALS = 3
"""After so many without a poll of an entry point, it is said that it is not polled."""

PATIENCE_SECONDS = 5.0

COUNT_SECONDS = 1.0
"""Between two counts of entry points that are not polled."""

BEHIND_SECONDS = 10.0
"""A clock that is less behind may be a slow link; one that is ahead makes all it dates unknown."""


class Hearing:
    """What came from the member that polls, since this one began to listen to it."""

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        """``clock`` is Unix time in seconds."""
        self.of = ""
        """The member that polls; empty until that is known."""
        self._clock = clock
        self._since = running()
        self._seen: dict[tuple[EntryPointKey, Endpoint], float] = {}
        self._down: set[str] = set()
        self._ahead_seconds = 0.0
        self._unpolled, self._counted_at = 0, running()
        self.replace(settings)

    def replace(self, settings: Settings) -> None:
        """Listen for other entry points from now on."""
        self._wanted = [point for point, _ in entry_points_of(settings)]
        self._patience = PATIENCE_INTERVALS * longest_interval(settings) + PATIENCE_SECONDS

    def begin(self, of: str) -> None:
        """Listen to another member; what was heard before is forgotten."""
        self.of, self._since, self._ahead_seconds, self._unpolled = of, running(), 0.0, 0
        self._seen.clear()

    def note(self, event: Observation | ServerStatus | RecordedBoard, *, live: bool) -> None:
        """Take in what was heard; ``live`` is what was sent just now."""
        now = running()
        for poll in polls_in(event):
            self._seen[poll.key, poll.endpoint] = now
        if isinstance(event, RecordedBoard):
            self._down = {one.server for one in event.servers if one.failure}
        elif isinstance(event, ServerStatus):
            (self._down.add if event.failure else self._down.discard)(event.server)
        elif live:
            self._ahead_seconds = event.at + event.elapsed_seconds - self._clock()

    @property
    def unpolled(self) -> int:
        """How many entry points of this board nobody was heard to poll of late."""
        now = running()
        if now - self._counted_at > COUNT_SECONDS:
            self._counted_at = now
            self._unpolled = self._count(now) if now - self._since > self._patience else 0
        return self._unpolled

    def _count(self, now: float) -> int:
        return sum(
            any(
                now - self._seen.get((point.key, endpoint), self._since) > self._patience
                for endpoint in point.endpoints
            )
            for point in self._wanted
            # Of a server that is out of reach, only a few are asked now and then.
            if point.key.server not in self._down
        )

    def problems(self) -> Iterator[str]:
        """What is odd about what the other member polls, in sentences."""
        if unpolled := self.unpolled:
            yield f"{self.of} does not poll {unpolled} of this board's entry points."
        ahead = self._ahead_seconds
        if ahead > AHEAD_SECONDS or ahead < -BEHIND_SECONDS:
            words = "ahead of" if ahead > 0 else "behind"
            yield f"The clock of {self.of} is {span(abs(ahead))} {words} this one; times are by it."
