"""The segment that is being recorded: its runs, samples and changes not yet in the file."""

from dataclasses import dataclass, field

from wallboard.domain.change import Change
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.expectation import Expectation
from wallboard.domain.history import Sample
from wallboard.domain.node import NodeAnswer
from wallboard.domain.observation import Failure, Observation, ServerStatus
from wallboard.frozen import frozen
from wallboard.recorder.file.answers import Answer


@dataclass(slots=True, eq=False)
class KeptAnswer:
    """An answer and its row in the file; ``id`` is ``None`` until it is written.

    ``answer`` is ``None`` for one taken up from the file, of which only the row number is known.
    ``seen`` is the last segment that refers to it.
    """

    answer: Answer | None
    digest: bytes
    good: bool
    endpoint: Endpoint | None = None
    id: int | None = None
    seen: int = 0

    def same(self, observation: Observation) -> bool:
        """Whether a poll got the same answer; different headers alone do not count."""
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
            # Equal bodies give equal readings.
            return not isinstance(observation.outcome, Failure)
        return observation.outcome == self.answer.failure


@dataclass(slots=True, eq=False)
class OpenRun:
    """A run that may still grow; times and latencies in the units of the schema."""

    answer: KeptAnswer
    first: int
    last: int
    elapsed: int
    polls: int = 1
    total: int = 0
    least: int = 0
    most: int = 0

    def extend(self, at: int, elapsed: int) -> None:
        """Add one more poll with the same answer."""
        # The clock may have been put back a little: a run never ends before it began.
        self.last = max(self.last, at)
        self.polls += 1
        self.elapsed = elapsed
        self.total += elapsed
        if elapsed < self.least:
            self.least = elapsed
        elif elapsed > self.most:
            self.most = elapsed


def begun(answer: KeptAnswer, at: int, elapsed: int) -> OpenRun:
    """A new run of one poll."""
    return OpenRun(answer, at, at, elapsed, 1, elapsed, elapsed, elapsed)


@dataclass(slots=True, eq=False)
class Target:
    """One endpoint of one entry point and its newest runs.

    ``run`` is the open run, ``None`` after a segment was sealed until the next poll; ``last_run``
    is the newest run, open or sealed; ``good`` is the newest good answer, its time and latency.
    """

    key: EntryPointKey
    endpoint: Endpoint
    url: str
    id: int | None = None
    run: OpenRun | None = None
    last_run: OpenRun | None = None
    good: tuple[KeptAnswer, int, int] | None = field(default=None)


@frozen
class SealedTarget:
    """The state of a target when its segment was sealed."""

    target: Target
    run: OpenRun
    good: tuple[KeptAnswer, int, int] | None


@dataclass(slots=True)
class OpenSegment:
    """A segment until it is sealed and written.

    ``ended`` holds the runs that are over, ``touched`` the targets polled since the last commit;
    ``outages`` are servers and since when they are out of reach: what the outages explain is no
    change any more. ``sealed`` is ``None`` while the segment is open.
    """

    number: int
    from_at: float | None = None
    to_at: float | None = None
    polls: int = 0
    ended: list[tuple[Target, OpenRun]] = field(default_factory=list)
    touched: dict[Target, OpenRun] = field(default_factory=dict)
    samples: list[tuple[EntryPointKey, Sample]] = field(default_factory=list)
    changes: list[tuple[Change, KeptAnswer | None]] = field(default_factory=list)
    outages: list[tuple[ServerStatus, float]] = field(default_factory=list)
    servers: list[tuple[ServerStatus, bool]] = field(default_factory=list)
    expectations: list[tuple[EntryPointKey, float, Expectation]] = field(default_factory=list)
    nodes: list[tuple[NodeAnswer, KeptAnswer, bool]] = field(default_factory=list)
    sealed: tuple[SealedTarget, ...] | None = None

    def note_poll(self, at: float) -> None:
        """Count a poll at ``at``, Unix time in seconds."""
        self.from_at = at if self.from_at is None else min(self.from_at, at)
        self.to_at = at if self.to_at is None else max(self.to_at, at)
        self.polls += 1

    def extend_to(self, at: float) -> None:
        """End this segment where the next one begins: there is no gap between them."""
        self.to_at = at

    def written(self) -> None:
        """Drop what was written to the file."""
        self.ended.clear()
        self.touched.clear()
        self.samples.clear()
        self.changes.clear()
        self.outages.clear()
        self.servers.clear()
        self.expectations.clear()
        self.nodes.clear()

    @property
    def size(self) -> int:
        """How many rows wait to be written, beside those of targets that go on."""
        events = len(self.changes) + len(self.servers) + len(self.expectations)
        events += len(self.nodes)
        return len(self.ended) + len(self.samples) + events
