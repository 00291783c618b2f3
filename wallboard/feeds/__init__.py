"""Where observations come from. Everything downstream sees only the ``Feed`` protocol."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import Event
from wallboard.domain.snapshot import Folded
from wallboard.frozen import frozen
from wallboard.settings import Settings

Publish = Callable[[Event], object]
"""Takes one event; it must return at once and must not raise."""

Fold = Callable[[Event], Folded]
"""The same, of a board that says what it did."""


class Role(StrEnum):
    """What a board does for the others on its recording."""

    STARTS = "starts"
    RECORDS = "records"
    FOLLOWS = "follows"
    POLLS = "polls"


@frozen
class FeedStatus:
    """What a feed says of itself.

    A board with the role of polling does so for itself alone. ``leader`` is whom it follows, as in
    "ana@jump1 pid 123", and empty while it polls; ``lag_seconds`` is how far its own polls are
    behind their schedule. ``problems`` are sentences that hold for now. ``recording_path`` is the
    recording, if there is to be one. ``stalled_seconds`` is for how long the loop that polls has
    not taken what is due. ``blind_since`` is when this machine was found to have no network (Unix
    time in seconds), as far as it polls.
    """

    role: Role = Role.STARTS
    leader: str = ""
    lag_seconds: float = 0.0
    stalled_seconds: float = 0.0
    problems: tuple[str, ...] = ()
    recording_path: Path | None = None
    blind_since: float | None = None


class Feed(Protocol):
    """What a living board stands on: all that may be asked of it."""

    @property
    def status(self) -> FeedStatus:
        """How it is by now."""

    async def run(self, fold: Fold) -> None:
        """Have events folded until cancelled. One bad event never ends it."""

    def poll_now(self, key: EntryPointKey) -> bool:
        """Ask for fresh observations of one entry point as soon as may be; whether they come."""

    def check_clock(self) -> None:
        """Fold that the clock was set, if it was: to be asked before anything is dated by it."""

    def record(self, folded: Folded) -> None:
        """Record what the board did by itself, if this process records."""

    def keep_standing(self, standing: Mapping[str, float]) -> None:
        """Keep in the recording how the board stands, if this process records."""

    def replace(self, settings: Settings, edit: Folded) -> None:
        """Go by other settings from now on, without losing what goes on as before.

        ``edit`` is what they did to the board.
        """
