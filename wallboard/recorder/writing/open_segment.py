"""What has been heard and is not yet in the file, in the order in which it has to get there."""

from dataclasses import dataclass, field

from wallboard.domain.change import Change
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.history import Sample
from wallboard.domain.observation import Failure, Observation, ServerStatus
from wallboard.recorder.file.answers import Answer


@dataclass(slots=True, eq=False)
class KeptAnswer:
    """An answer that is in the file, or will be: ``id`` is ``None`` until then.

    ``answer`` is ``None`` for one of which only the number is known. ``seen`` is the last segment
    that is known to hold it.
    """

    answer: Answer | None
    digest: bytes
    good: bool
    endpoint: Endpoint | None = None
    id: int | None = None
    seen: int = 0

    def same(self, observation: Observation) -> bool:
        """Whether a poll brought this answer; headers alone do not make it another one."""
        if self.answer is None:
            return False
        response, known = observation.response, self.answer.response
        if response is None or known is None:
            if response is not known:
                return False
        elif not (
            response.body == known.body
            and response.status == known.status
            and response.truncated == known.truncated
            and response.reason == known.reason
        ):
            return False
        if self.good:
            # A reading follows from its body.
            return not isinstance(observation.outcome, Failure)
        return observation.outcome == self.answer.failure


@dataclass(slots=True, eq=False)
class OpenRun:
    """A run while it grows; times and latencies in the units of the schema."""

    answer: KeptAnswer
    first: int
    last: int
    elapsed: int
    polls: int = 1
    total: int = 0
    least: int = 0
    most: int = 0

    def extend(self, at: int, elapsed: int) -> None:
        """One more poll that brought the same."""
        # A clock that was put back by a moment does not end a run before it began.
        self.last = max(self.last, at)
        self.polls += 1
        self.elapsed = elapsed
        self.total += elapsed
        if elapsed < self.least:
            self.least = elapsed
        elif elapsed > self.most:
            self.most = elapsed


def begun(answer: KeptAnswer, at: int, elapsed: int) -> OpenRun:
    """The run that begins with one poll."""
    return OpenRun(answer, at, at, elapsed, 1, elapsed, elapsed, elapsed)


@dataclass(slots=True, eq=False)
class Target:
    """One endpoint of one entry point: the run that goes on, the last one, and the last good one.

    ``run`` is ``None`` between a seal and the next poll; ``stood`` is then the run that was sealed.
    """

    key: EntryPointKey
    endpoint: Endpoint
    url: str
    id: int | None = None
    run: OpenRun | None = None
    stood: OpenRun | None = None
    good: tuple[KeptAnswer, int, int] | None = field(default=None)


@dataclass(frozen=True, slots=True)
class Stood:
    """How a target stood when its segment was sealed."""

    target: Target
    run: OpenRun
    good: tuple[KeptAnswer, int, int] | None


@dataclass(slots=True)
class Stretch:
    """A segment in the making, and after it is sealed until it is written.

    ``ended`` holds the runs that are over, ``touched`` the targets polled since the last commit.
    """

    number: int
    from_at: float | None = None
    to_at: float | None = None
    polls: int = 0
    ended: list[tuple[Target, OpenRun]] = field(default_factory=list)
    touched: dict[Target, OpenRun] = field(default_factory=dict)
    samples: list[tuple[EntryPointKey, Sample]] = field(default_factory=list)
    changes: list[tuple[Change, KeptAnswer | None]] = field(default_factory=list)
    servers: list[tuple[ServerStatus, bool]] = field(default_factory=list)
    sealed: tuple[Stood, ...] | None = None

    def heard_at(self, at: float) -> None:
        """Note that there was a poll at a moment in Unix time."""
        self.from_at = at if self.from_at is None else min(self.from_at, at)
        self.to_at = at if self.to_at is None else max(self.to_at, at)
        self.polls += 1

    def goes_on_until(self, at: float) -> None:
        """Let the next stretch begin where this one ends, for there is no gap between."""
        self.to_at = at

    def written(self) -> None:
        """Forget what has reached the file."""
        self.ended.clear()
        self.touched.clear()
        self.samples.clear()
        self.changes.clear()
        self.servers.clear()

    @property
    def size(self) -> int:
        """How many things wait to be written."""
        return len(self.ended) + len(self.samples) + len(self.changes) + len(self.servers)
