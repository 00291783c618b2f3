"""The rules a site sets for an entry point: levels, thresholds and the chat button."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType

from wallboard.domain.endpoint import Endpoint


class Level(IntEnum):
    """How bad a verdict is; a larger value is worse."""

    OK = 0
    WARNING = 1
    UNKNOWN = 2
    CRITICAL = 3

    @property
    def label(self) -> str:
        """The word used in the config and in every report."""
        return _LEVEL_LABELS[self]


_LEVEL_LABELS = {level: level.name.lower() for level in Level}


class Verdict(StrEnum):
    """The answer to "can a customer start a chat?"; the values are the names in every report."""

    OPEN = "open"
    QUEUE_DEPTH_REACHED = "queue_depth_reached"
    AGENT_NOT_AVAILABLE = "agent_not_available"
    SERVICE_NOT_RUNNING = "service_not_running"
    INVALID_ENTRY_POINT = "invalid_entry_point"
    ENTRY_POINT_INACTIVE = "entry_point_inactive"
    OTHER = "other"
    UNKNOWN = "unknown"
    UNREACHABLE = "unreachable"
    ERROR = "error"
    WAITING = "waiting"
    """Nothing has been heard yet; only ever seen in the first moments of a board."""

    place: int
    """Where it stands in ``WORST_FIRST``; an attribute, since looking up a member is slow."""

    @property
    def label(self) -> str:
        """The words on the tile."""
        return _LABELS[self]


_LABELS = {
    Verdict.OPEN: "OPEN",
    Verdict.QUEUE_DEPTH_REACHED: "QUEUE FULL",
    Verdict.AGENT_NOT_AVAILABLE: "NO AGENTS",
    Verdict.SERVICE_NOT_RUNNING: "SERVICE DOWN",
    Verdict.INVALID_ENTRY_POINT: "INVALID ID",
    Verdict.ENTRY_POINT_INACTIVE: "INACTIVE",
    Verdict.OTHER: "CLOSED",
    Verdict.UNKNOWN: "UNKNOWN",
    Verdict.UNREACHABLE: "UNREACHABLE",
    Verdict.ERROR: "ERROR",
    Verdict.WAITING: "WAITING",
}

WORST_FIRST = (
    Verdict.UNREACHABLE,
    Verdict.SERVICE_NOT_RUNNING,
    Verdict.AGENT_NOT_AVAILABLE,
    Verdict.OTHER,
    Verdict.QUEUE_DEPTH_REACHED,
    Verdict.ERROR,
    Verdict.UNKNOWN,
    Verdict.INVALID_ENTRY_POINT,
    Verdict.ENTRY_POINT_INACTIVE,
    Verdict.WAITING,
    Verdict.OPEN,
)
"""The order in which verdicts of one level are shown."""

for _place, _verdict in enumerate(WORST_FIRST):
    _verdict.place = _place

DEFAULT_LEVELS: Mapping[Verdict, Level] = MappingProxyType(
    {
        Verdict.OPEN: Level.OK,
        Verdict.QUEUE_DEPTH_REACHED: Level.WARNING,
        Verdict.AGENT_NOT_AVAILABLE: Level.CRITICAL,
        Verdict.SERVICE_NOT_RUNNING: Level.CRITICAL,
        Verdict.INVALID_ENTRY_POINT: Level.UNKNOWN,
        Verdict.ENTRY_POINT_INACTIVE: Level.WARNING,
        Verdict.OTHER: Level.CRITICAL,
        Verdict.UNKNOWN: Level.UNKNOWN,
        Verdict.UNREACHABLE: Level.CRITICAL,
        Verdict.ERROR: Level.UNKNOWN,
        Verdict.WAITING: Level.UNKNOWN,
    }
)


class Button(StrEnum):
    """Whether the customer sees the chat button."""

    SHOWN = "shown"
    HIDDEN = "hidden"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Figures that raise the level of an open entry point; ``None`` switches one off.

    Waits are seconds, queues are chats waiting, capacity is free chat slots. A wait or a queue at
    or above its figure raises the level; so does a capacity at or below its own.
    """

    wait_warning: float | None = 60.0
    wait_critical: float | None = 300.0
    queue_warning: int | None = 10
    queue_critical: int | None = 25
    capacity_warning: int | None = 0

    def wait_level(self, wait_seconds: float | None) -> Level:
        """The level that an estimated wait reaches by itself."""
        return _reached(wait_seconds, self.wait_warning, self.wait_critical)

    def queue_level(self, queue_depth: int | None) -> Level:
        """The level that a queue depth reaches by itself."""
        return _reached(queue_depth, self.queue_warning, self.queue_critical)

    def capacity_level(self, capacity: int | None) -> Level:
        """The level that a capacity reaches by itself."""
        low = capacity is not None and (
            self.capacity_warning is not None and capacity <= self.capacity_warning
        )
        return Level.WARNING if low else Level.OK


def _reached(value: float | None, warning: float | None, critical: float | None) -> Level:
    if value is None:
        return Level.OK
    if critical is not None and value >= critical:
        return Level.CRITICAL
    return Level.WARNING if warning is not None and value >= warning else Level.OK


@dataclass(frozen=True, slots=True)
class ButtonPolicy:
    """Which endpoint a site's web page asks before it shows its button, and the limits it uses.

    ``max_wait`` (seconds) and ``max_queue`` (chats) count only for the rule ``liveSessionStatus``.
    """

    rule: Endpoint = Endpoint.CHAT_ALLOWED
    max_wait: float = 300.0
    max_queue: int = 10


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that decides how one entry point is judged; ``interval`` is seconds per poll."""

    interval: float = 10.0
    thresholds: Thresholds = Thresholds()
    levels: Mapping[Verdict, Level] = field(default_factory=lambda: DEFAULT_LEVELS)
    button: ButtonPolicy = ButtonPolicy()

    @property
    def stale_after(self) -> float:
        """Seconds after which a reading no longer counts as fresh."""
        return 3 * self.interval
