"""A judgement: what the board says of an entry point at one moment."""

from dataclasses import field, replace
from enum import StrEnum

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import AHEAD_SECONDS, Cause
from wallboard.domain.policy import WORST_FIRST, Button, Level, Verdict
from wallboard.domain.reading import finite
from wallboard.frozen import frozen

WITHOUT_READING = frozenset({Verdict.ERROR, Verdict.UNREACHABLE, Verdict.WAITING})


class Raised(StrEnum):
    """Why the level of an open entry point is raised; the values are what a tile says."""

    WAIT = "long wait"
    QUEUE = "long queue"
    NO_SLOTS = "no free slots"
    FEW_SLOTS = "few free slots"


@frozen
class Judgement:
    """What the board says of an entry point at one moment.

    Values are those of the last good polls, ``None`` where nothing usable was ever read.
    ``wait_seconds`` is the estimated wait in seconds, ``queue_depth`` chats waiting, ``capacity``
    free chat slots. ``raised`` is what raises the level of an open one, the worst first. ``raw`` is
    the text behind an unknown verdict, ``cause`` the cause behind ``unreachable`` and ``error``.
    ``because`` is what is expected of it, where its level is by that, without times.
    ``decided_by`` is the endpoint whose newest poll the verdict rests on, if one's does.
    ``failing`` are the endpoints whose newest poll failed. ``newest_at``, when the last good poll
    was, and ``fresh_until`` are Unix time in seconds; two judgements that differ only there say the
    same.
    """

    verdict: Verdict
    level: Level
    summary: str
    button: Button
    partial: bool = False
    contradiction: bool = False
    lenient: bool = False
    failing: tuple[Endpoint, ...] = ()
    raw: str | None = None
    cause: Cause | None = None
    decided_by: Endpoint | None = None
    hint: str | None = None
    chat_allowed: bool | None = None
    reason: str | None = None
    response_type: int | None = None
    raw_response_type: str | None = None
    agent_available: bool | None = None
    capacity: int | None = None
    wait_seconds: float | None = None
    queue_depth: int | None = None
    raised: tuple[Raised, ...] = ()
    because: str = ""
    newest_at: float | None = field(default=None, compare=False)
    fresh_until: float | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """What is no number is not known."""
        object.__setattr__(self, "wait_seconds", finite(self.wait_seconds))

    def same_state(self, other: "Judgement") -> bool:
        """Whether verdict and level are those of another."""
        return self.verdict is other.verdict and self.level is other.level

    def stale(self, now: float) -> bool:
        """Whether the last good reading is older than three intervals, or of unknown age."""
        if self.fresh_until is None or self.newest_at is None:
            return False
        return now > self.fresh_until or self.newest_at > now + AHEAD_SECONDS

    def unconfirmed(self, now: float) -> bool:
        """Whether the verdict rests on a stale reading: nobody knows whether it still holds."""
        try:
            return self.verdict not in WITHOUT_READING and self.stale(now)
        except TypeError:  # of a wrong type: its tile says that it cannot be drawn
            return True

    def level_at(self, now: float) -> Level:
        """Its level, at least unknown where nobody knows whether it still holds."""
        return max(self.level, Level.UNKNOWN) if self.unconfirmed(now) else self.level

    def rank_at(self, now: float) -> int:
        """Sorts entry points worst first: by level, then by what a level's verdicts mean."""
        shown = Verdict.UNKNOWN if self.unconfirmed(now) else self.verdict
        return (Level.CRITICAL - self.level_at(now)) * len(WORST_FIRST) + shown.place

    def as_old_as_before(self, by: float) -> "Judgement":
        """The same after the clock was put forward ``by`` seconds, or back."""
        if self.newest_at is None or self.fresh_until is None:
            return self
        return replace(self, newest_at=self.newest_at + by, fresh_until=self.fresh_until + by)
