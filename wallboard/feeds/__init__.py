"""Where observations come from. Everything downstream sees only the ``Feed`` protocol."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import Event, RecordedBoard
from wallboard.domain.snapshot import Folded
from wallboard.frozen import frozen
from wallboard.settings import Settings

Publish = Callable[[Event], object]
"""Takes one event; it must return at once and must not raise."""

Fold = Callable[[Event], Folded]
"""The same, of a board that says what it did."""

WholeBoard = Callable[[], RecordedBoard]
"""Asks for the whole board as it is by now, from which other boards can go on."""


class Role(StrEnum):
    """What a board does for the others on its recording."""

    STARTS = "starts"
    RECORDS = "records"
    FOLLOWS = "follows"
    POLLS = "polls"


@frozen(kw_only=True)
class FleetStatus:
    """How a member of a fleet is.

    ``since`` is when the bus at ``address`` was reached or lost (Unix time in seconds), ``error``
    why it is out of reach, ``refused`` that it is for its user, and ``denied`` what it does not
    let its user listen to. ``holder`` has the lease, ``term``
    is its number, and it polls here if ``holds``; ``alone`` is who polls without the bus.
    ``lag_seconds`` is how late this member hears others, or others hear this one. ``dropped`` are
    messages of former holders and polls that had no room while the bus was away, ``resyncs`` how
    often the whole board was read because something was missed, ``late`` the polls that came after
    a partition, ``garbage`` messages that no member sends, ``published`` the polls that were sent.
    ``read_only`` is why nobody may do anything about alarms here, as the bus would not take it;
    empty if one may.
    """

    member: str
    vantage: str = ""
    connected: bool = False
    address: str = ""
    error: str = ""
    refused: bool = False
    denied: str = ""
    since: float = 0.0
    connections: int = 0
    holder: str = ""
    holds: bool = False
    term: int | None = None
    alone: bool = False
    lag_seconds: float = 0.0
    dropped: int = 0
    resyncs: int = 0
    late: int = 0
    garbage: int = 0
    published: int = 0
    read_only: str = ""


@frozen
class FeedStatus:
    """What a feed says of itself.

    A board with the role of recording polls and decides; one that polls does so for itself alone.
    ``leader`` is whom it follows, as in "ana@jump1 pid 123", or the member of the fleet that polls,
    and empty while it polls; ``lag_seconds`` is how far its own polls are behind their schedule.
    ``problems`` are sentences that hold for now. ``recording_path`` is the recording, if there is
    to be one; whoever ``records`` holds it and writes to it, also what others poll.
    ``stalled_seconds`` is for how long the loop that polls has not taken what is due.
    ``blind_since`` is when this machine was found to have no network (Unix time in seconds), as far
    as it polls, and ``network_until`` when it was last known to have one. ``fleet`` is there on a
    member of one.
    """

    role: Role = Role.STARTS
    leader: str = ""
    lag_seconds: float = 0.0
    stalled_seconds: float = 0.0
    problems: tuple[str, ...] = ()
    recording_path: Path | None = None
    blind_since: float | None = None
    network_until: float | None = None
    records: bool = False
    fleet: FleetStatus | None = None
    decider: str = ""

    @property
    def decides(self) -> bool:
        """Whether alarms are raised and over, and told to people, by this process.

        Of several places that poll, ``decider`` names the member that does, if it is another one.
        """
        return self.role in {Role.RECORDS, Role.POLLS} and not self.decider


class Feed(Protocol):
    """What a living board stands on: all that may be asked of it."""

    @property
    def status(self) -> FeedStatus:
        """How it is by now."""

    async def run(self, fold: Fold, board: WholeBoard) -> None:
        """Have events folded until cancelled. One bad event never ends it.

        ``board`` asks for the board that folds them.
        """

    def poll_now(self, key: EntryPointKey) -> bool:
        """Ask for fresh observations of one entry point as soon as may be; whether they come."""

    def check_clock(self) -> None:
        """Fold that the clock was set, if it was: to be asked before anything is dated by it."""

    def record(self, folded: Folded) -> None:
        """Record what the board did by itself, if this process records."""

    def keep_board_status(self, status: Mapping[str, float]) -> None:
        """Keep in the recording how the board stands, if this process records."""

    def replace(self, settings: Settings, edit: Folded) -> None:
        """Go by other settings from now on, without losing what goes on as before.

        ``edit`` is what they did to the board.
        """
