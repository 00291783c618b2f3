"""Where in a recording the board stands that is shown in place of the living one."""

from dataclasses import dataclass

from wallboard.domain.policy import Level


@dataclass(frozen=True, slots=True)
class Rewound:
    """What a replay adds to a picture.

    ``at`` is the moment that is shown, and the recording reaches from ``first_at`` to ``last_at``,
    all Unix time in seconds. ``speed`` is seconds of it a second. ``levels`` are the worst levels
    in slices of equal length, ``None`` where nothing was recorded; ``recorded`` says whether
    anything was at ``at``. ``jumps`` differs when the moment was gone to instead of played.
    """

    at: float
    first_at: float
    last_at: float
    speed: float = 1.0
    playing: bool = False
    recorded: bool = True
    levels: tuple[Level | None, ...] = ()
    jumps: int = 0
