"""What the app gives a screen at every tick: one immutable value with everything to show."""

from wallboard.domain.snapshot import Snapshot
from wallboard.frozen import frozen
from wallboard.ui.picture.window import RecordedWindow


@frozen
class Extras:
    """What a kiosk, a slow link, the alarm and the meter add to a view.

    ``last_key_at`` is the Unix time of the last key press in seconds. ``inverted`` is true
    for half of a flash. ``traffic`` is the text of the meter. ``page`` is the page of a kiosk
    and their number, and ``page_held`` why it does not turn.
    """

    kiosk: bool = False
    lite: bool = False
    inverted: bool = False
    traffic: str = ""
    last_key_at: float | None = None
    page: tuple[int, int] | None = None
    page_held: str = ""


PLAIN = Extras()


@frozen
class ReplayPosition:
    """What a replay adds to a view.

    ``at`` is the moment that is shown, and the recording reaches from ``first_at`` to ``last_at``,
    all Unix time in seconds. ``speed`` is seconds of it a second. ``shares`` is what part of the
    board was at each level in slices of equal length, ``None`` where nothing was recorded;
    ``recorded`` says whether anything was at ``at``. ``jumps``
    changes when the position jumps instead of being played.
    """

    at: float
    first_at: float
    last_at: float
    speed: float = 1.0
    playing: bool = False
    recorded: bool = True
    shares: tuple[tuple[float, ...] | None, ...] = ()
    jumps: int = 0


@frozen
class View:
    """The board and everything shown with it.

    While the board is frozen, since ``frozen_at``, ``snapshot`` stays the same and ``now`` goes on;
    both times are Unix time in seconds. ``beat`` counts ticks. ``lag_seconds`` is how far the polls
    are behind schedule, ``longest_interval`` the longest polling interval of all servers in
    seconds. ``messages`` are the lasting ones, ``passing`` is one that disappears by itself, and
    ``unseen`` says how much changed while nobody looked.
    ``leader`` is the process that polls, if it is another one; ``witnesses`` is how many it asks
    whether it has a network. In a replay
    ``replay_position`` is set, and ``snapshot`` and ``now`` are of its position.
    ``recorded_window`` is that of the entry point that is shown in full.
    """

    title: str
    snapshot: Snapshot
    now: float
    beat: int = 0
    frozen_at: float | None = None
    lag_seconds: float = 0.0
    longest_interval: float = 10.0
    messages: tuple[str, ...] = ()
    passing: str = ""
    unseen: str = ""
    leader: str = ""
    witnesses: int = 0
    extras: Extras = PLAIN
    replay_position: ReplayPosition | None = None
    recorded_window: RecordedWindow | None = None

    @property
    def jump(self) -> int | None:
        """Changes when a replay jumps to another moment; ``None`` while the board is live."""
        return self.replay_position.jumps if self.replay_position else None
