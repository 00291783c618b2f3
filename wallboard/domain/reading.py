"""The readings: what a good answer states, one frozen fact for each of the five GETs.

``None`` in a fact means that the server said nothing usable; the text it did send is kept in the
``raw…`` field, so that the board can show it. ``lenient`` marks a body that was not well formed.
"""

from math import isfinite

from wallboard.frozen import frozen

DOCUMENTED_REASONS = (
    "queue_depth_reached",
    "agent_not_available",
    "service_not_running",
    "invalid_entry_point",
    "entry_point_inactive",
    "other",
)
"""The values of ``reason`` that the vendor documents for ``chatAllowed``."""

CAN_TAKE_CHATS, NO_AGENT, MAXIMUM_DEPTH = 0, 1, 2
"""The documented values of ``responseType``."""


def finite(value: float | None) -> float | None:
    """The value, or ``None`` for NaN and infinity, which no face can show."""
    return None if value is None or not isfinite(value) else value


@frozen
class AgentAvailability:
    """Whether an agent is available."""

    available: bool | None
    raw: str | None = None
    lenient: bool = False


@frozen
class Capacity:
    """Chats that agents can still take; may be negative, and is shown as it is."""

    count: int | None
    raw: str | None = None
    lenient: bool = False


@frozen
class LiveSessionStatus:
    """The estimated wait of a new arrival in seconds, and the chats waiting for assignment."""

    wait_seconds: float | None
    queue_depth: int | None
    raw_wait: str | None = None
    raw_depth: str | None = None
    lenient: bool = False

    def __post_init__(self) -> None:
        """What is no number is not known."""
        object.__setattr__(self, "wait_seconds", finite(self.wait_seconds))


@frozen
class CheckEligibility:
    """The response type: 0 can take chats, 1 no agent available, 2 maximum queue depth reached."""

    response_type: int | None
    raw: str | None = None
    lenient: bool = False


@frozen
class ChatAllowed:
    """Whether a chat may start and, if not, the documented reason (``None`` when there is none)."""

    allowed: bool | None
    reason: str | None = None
    raw_allowed: str | None = None
    raw_reason: str | None = None
    lenient: bool = False


Reading = AgentAvailability | Capacity | LiveSessionStatus | CheckEligibility | ChatAllowed
