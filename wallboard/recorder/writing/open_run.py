"""What the writer holds in memory: answers, targets, and the runs that go on."""

from dataclasses import dataclass, field

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.observation import Failure, Observation
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
