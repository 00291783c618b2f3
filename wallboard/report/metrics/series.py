"""The series that describe an entry point, each said once: the page, rules and dashboard go by it.

Names and units follow the conventions of metrics servers: base units, a prefix of our own, and a
state set whose label is called as the set is.
"""

from collections.abc import Callable

from wallboard.domain.policy import Button, Verdict
from wallboard.domain.verdict import Judgement
from wallboard.frozen import frozen

ENTRY_POINT_LABELS = ("server", "entry_point", "name", "group")
"""What tells one entry point from all others, and how people call it."""

POLL_LABELS = ("server", "endpoint")


@frozen
class Gauge:
    """One number of an entry point; where it is not known there is no series.

    ``value`` takes the judgement and the moment of the snapshot, Unix time in seconds.
    """

    name: str
    help: str
    value: Callable[[Judgement, float], float | None]

    @property
    def unit(self) -> str:
        """``seconds``, or nothing for what is merely counted."""
        return "seconds" if self.name.endswith("_seconds") else ""


@frozen
class StateSet:
    """One of several states: a series for each, 1 for the one it is in and 0 for all others."""

    name: str
    help: str
    states: tuple[str, ...]
    state: Callable[[Judgement], str]


VERDICT = StateSet(
    "wallboard_verdict",
    "Whether a customer can start a chat with the entry point and, if not, why.",
    tuple(verdict.value for verdict in Verdict),
    lambda judgement: judgement.verdict.value,
)
BUTTON = StateSet(
    "wallboard_button",
    "Whether the customer sees the chat button, by the rule of the site.",
    tuple(button.value for button in Button),
    lambda judgement: judgement.button.value,
)
LEVEL = Gauge(
    "wallboard_level",
    "How bad the verdict is: 0 ok, 1 warning, 2 unknown, 3 critical.",
    lambda judgement, _: judgement.level,
)
WAIT = Gauge(
    "wallboard_estimated_wait_seconds",
    "The wait that the server estimates for a new arrival, as last read.",
    lambda judgement, _: judgement.wait_seconds,
)
QUEUE = Gauge(
    "wallboard_queue_depth",
    "Chats waiting for an agent, as last read.",
    lambda judgement, _: judgement.queue_depth,
)
CAPACITY = Gauge(
    "wallboard_capacity_slots",
    "Chats that agents can still take, as last read; may be negative.",
    lambda judgement, _: judgement.capacity,
)
AGENT = Gauge(
    "wallboard_agent_available",
    "Whether an agent is available, as last read: 1 yes, 0 no.",
    lambda judgement, _: judgement.agent_available,
)
NEWEST_READING = Gauge(
    "wallboard_newest_reading_timestamp_seconds",
    "When the entry point last gave a usable answer, Unix time.",
    lambda judgement, _: judgement.newest_at,
)
STALE = Gauge(
    "wallboard_stale",
    "Whether the newest usable answer is older than three intervals: 1 yes, 0 no.",
    lambda judgement, now: judgement.stale(now),
)

ENTRY_POINT_SERIES: tuple[StateSet | Gauge, ...] = (
    VERDICT,
    BUTTON,
    LEVEL,
    WAIT,
    QUEUE,
    CAPACITY,
    AGENT,
    NEWEST_READING,
    STALE,
)

REACHABLE = "wallboard_server_reachable"
DURATION = "wallboard_poll_duration_seconds"
POLLS = "wallboard_polls_total"
FAILURES = "wallboard_poll_failures_total"
INTERVAL = "wallboard_poll_interval_seconds"
NEWEST_POLL = "wallboard_newest_poll_timestamp_seconds"
BUILD = "wallboard_build_info"
