"""What the app hands to a screen at every tick: one frozen picture of everything."""

from dataclasses import dataclass

from wallboard.board import Snapshot
from wallboard.ui.picture.extras import PLAIN, Extras
from wallboard.ui.picture.replay_position import Rewound


@dataclass(frozen=True, slots=True)
class View:
    """The board and what surrounds it.

    ``snapshot`` stays the same while the picture is frozen, since ``frozen_at``; ``now`` goes on.
    Both are Unix time in seconds. ``beat`` counts ticks; ``lag_seconds`` is how far the polls are
    behind their schedule and ``longest_interval`` seconds between two polls of the most patient
    server; ``notices`` are lasting messages to the operator, ``passing`` is one that will go away
    by itself. ``who`` says whom the board follows, if others poll for it. ``extras`` is what stands
    beside the board. ``rewound`` is set while the picture is not live: ``snapshot`` and ``now`` are
    then those of another moment.
    """

    title: str
    snapshot: Snapshot
    now: float
    beat: int = 0
    frozen_at: float | None = None
    lag_seconds: float = 0.0
    longest_interval: float = 10.0
    notices: tuple[str, ...] = ()
    passing: str = ""
    who: str = ""
    extras: Extras = PLAIN
    rewound: Rewound | None = None

    @property
    def jump(self) -> int | None:
        """Differs when the moment that is shown was gone to; ``None`` while the picture is live."""
        return self.rewound.jumps if self.rewound else None
