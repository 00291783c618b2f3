"""What has been heard and is not yet in the file, in the order in which it has to get there."""

from dataclasses import dataclass, field

from wallboard.domain.change import Change
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.history import Sample
from wallboard.domain.observation import ServerStatus
from wallboard.recorder.writing.open_run import KeptAnswer, OpenRun, Target


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
