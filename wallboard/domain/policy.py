"""The rules a site sets for an entry point: levels, thresholds and the chat button."""

import math
from collections.abc import Mapping
from dataclasses import field
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Failure
from wallboard.domain.reading import (
    CAN_TAKE_CHATS,
    MAXIMUM_DEPTH,
    NO_AGENT,
    AgentAvailability,
    Capacity,
    ChatAllowed,
    CheckEligibility,
    LiveSessionStatus,
    Reading,
)
from wallboard.frozen import frozen


class Level(IntEnum):
    """How bad a verdict is; a larger value is worse. Recordings hold the values."""

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
    """The answer to "can a customer start a chat?"; the values are the names in every report.

    All there is to say of a verdict is its row: its name, the number by which recordings know it,
    the words on its tile, the level it has unless the config says otherwise, its place among the
    verdicts of one level, worst first, and what it means. A number is never given a second time.
    """

    _value_: str
    number: int
    label: str
    default_level: Level
    place: int
    meaning: str

    # fmt: off
    OPEN = "open", 2, "OPEN", Level.OK, 10, "a customer can start a chat"
    QUEUE_DEPTH_REACHED = (
        "queue_depth_reached", 3, "QUEUE FULL", Level.WARNING, 4,
        "the queue is at its maximum depth",
    )
    AGENT_NOT_AVAILABLE = (
        "agent_not_available", 4, "NO AGENTS", Level.CRITICAL, 2, "no agent is available"
    )
    SERVICE_NOT_RUNNING = (
        "service_not_running", 5, "SERVICE DOWN", Level.CRITICAL, 1,
        "agent assignment service not running",
    )
    INVALID_ENTRY_POINT = (
        "invalid_entry_point", 6, "INVALID ID", Level.UNKNOWN, 7, "the server does not know the id"
    )
    ENTRY_POINT_INACTIVE = (
        "entry_point_inactive", 7, "INACTIVE", Level.WARNING, 8, "the entry point is not active"
    )
    OTHER = "other", 8, "CLOSED", Level.CRITICAL, 3, "not allowed, reason other or none"
    UNKNOWN = "unknown", 9, "UNKNOWN", Level.UNKNOWN, 6, "undocumented answer"
    UNREACHABLE = (
        "unreachable", 10, "UNREACHABLE", Level.CRITICAL, 0, "no endpoint could be reached"
    )
    ERROR = "error", 11, "ERROR", Level.UNKNOWN, 5, "chatAllowed and checkEligibility fail"
    # In the first moments of a board, and of a server that is back from an outage.
    WAITING = "waiting", 12, "WAITING", Level.UNKNOWN, 9, "no answer yet"
    # fmt: on

    def __new__(cls, name: str, *row: Any) -> "Verdict":  # noqa: ANN401  the rest of its row
        """A member of that row. Its facts are attributes, since they are asked for often."""
        self = str.__new__(cls, name)
        self._value_ = name
        self.number, self.label, self.default_level, self.place, self.meaning = row
        return self


WORST_FIRST = tuple(sorted(Verdict, key=lambda verdict: verdict.place))
"""The order in which verdicts of one level are shown."""

DEFAULT_LEVELS: Mapping[Verdict, Level] = MappingProxyType(
    {verdict: verdict.default_level for verdict in Verdict}
)


class Button(StrEnum):
    """Whether the customer sees the chat button."""

    SHOWN = "shown"
    HIDDEN = "hidden"
    UNKNOWN = "unknown"


@frozen
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


@frozen
class ButtonPolicy:
    """Which endpoint a site's web page asks before it shows its button, and the limits it uses.

    ``max_wait`` (seconds) and ``max_queue`` (chats) count only for the rule ``liveSessionStatus``.
    """

    rule: Endpoint = Endpoint.CHAT_ALLOWED
    max_wait: float = 300.0
    max_queue: int = 10

    def button(self, answer: Reading | Failure | None) -> Button:
        """Whether the customer sees the button, by the newest answer of the endpoint ``rule``.

        Nobody knows what a site's page does when its question fails, so that is ``unknown``.
        """
        match answer:
            case ChatAllowed(allowed=shown) | AgentAvailability(available=shown):
                pass
            case Capacity(count=count):
                shown = None if count is None else count > 0
            case CheckEligibility(response_type=response_type):
                known = response_type in {CAN_TAKE_CHATS, NO_AGENT, MAXIMUM_DEPTH}
                shown = response_type == CAN_TAKE_CHATS if known else None
            case LiveSessionStatus(wait_seconds=wait, queue_depth=depth):
                shown = self._within(wait, depth)
            case _:
                shown = None
        if shown is None:
            return Button.UNKNOWN
        return Button.SHOWN if shown else Button.HIDDEN

    def _within(self, wait: float | None, depth: int | None) -> bool | None:
        if (wait is not None and wait > self.max_wait) or (
            depth is not None and depth > self.max_queue
        ):
            return False
        return None if wait is None or depth is None else True


@frozen
class Policy:
    """Everything that decides how one entry point is judged; ``interval`` is seconds per poll.

    ``once`` is true where it is asked once only, so that no answer is too old for this round.
    """

    interval: float = 10.0
    thresholds: Thresholds = Thresholds()
    levels: Mapping[Verdict, Level] = field(default_factory=lambda: DEFAULT_LEVELS)
    button: ButtonPolicy = ButtonPolicy()
    once: bool = False

    @property
    def stale_after(self) -> float:
        """Seconds after which a reading no longer counts as fresh."""
        return math.inf if self.once else 3 * self.interval
