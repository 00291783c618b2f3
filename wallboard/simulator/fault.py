"""A fault of a scenario: its kind, which entry points it affects, and when."""

from collections.abc import Mapping
from dataclasses import field
from enum import Enum, StrEnum, auto
from hashlib import blake2b
from math import inf
from types import MappingProxyType

from wallboard.domain.endpoint import Endpoint
from wallboard.frozen import frozen

Value = str | int | float


class Stage(Enum):
    """The part of an answer that a fault changes."""

    QUEUE = auto()
    """changes the queue itself"""
    STATE = auto()
    """changes the state of the entry point, in all its answers"""
    FIELD = auto()
    """makes one value of one answer wrong"""
    ANSWER = auto()
    """replaces the answer"""
    DELIVERY = auto()
    """changes how the bytes are sent"""
    DELAY = auto()
    """delays the answer"""
    LISTENER = auto()
    """closes the port of the server"""


class Kind(StrEnum):
    """The kinds of fault, as written in a scenario."""

    LATENCY = "latency"
    HTTP = "http"
    HTML = "html"
    REDIRECT = "redirect"
    MALFORMED = "malformed"
    EMPTY = "empty"
    HUGE = "huge"
    WRONG_ROOT = "wrong_root"
    DTD = "dtd"
    JSON = "json"
    DRIP = "drip"
    RESET = "reset"
    HANG = "hang"
    DOWN = "down"
    SERVICE_NOT_RUNNING = "service_not_running"
    INACTIVE = "inactive"
    INVALID = "invalid"
    OTHER = "other"
    AGENTS = "agents"
    ARRIVALS = "arrivals"
    MAX_DEPTH = "max_depth"
    CONTRADICTION = "contradiction"
    ODD_REASON = "odd_reason"
    MISSING_ALLOWED = "missing_allowed"
    NEGATIVE_COUNT = "negative_count"
    NAN_WAIT = "nan_wait"


@frozen
class Window:
    """When a fault is on, in simulated seconds.

    Without ``every`` it is on from ``start`` to ``until``. With it, it is on for the first
    ``length`` seconds of each period.
    """

    start: float = 0.0
    until: float = inf
    every: float | None = None
    length: float = inf

    def occurrence(self, seconds: float) -> int | None:
        """The number of the repetition (0 is the first), or ``None`` while the fault is off."""
        if not self.start <= seconds < self.until:
            return None
        if self.every is None:
            return 0
        number, into = divmod(seconds - self.start, self.every)
        return int(number) if into < self.length else None


@frozen
class Fault:
    """One ``[[fault]]`` table. ``None`` for entry points or endpoints means all of them."""

    table: int
    kind: Kind
    stage: Stage
    window: Window = Window()
    entry_points: tuple[range, ...] | None = None
    endpoints: frozenset[str] | None = None
    probability: float = 1.0
    parameters: Mapping[str, Value] = field(default_factory=dict)

    def concerns(self, entry_point: int | None, endpoint: str) -> bool:
        """Whether it can affect an address; ``entry_point`` is ``None`` for that of the survey."""
        if self.endpoints is not None and endpoint not in self.endpoints:
            return False
        return self.entry_points is None or any(entry_point in ids for ids in self.entry_points)

    def strikes(self, seconds: float, seed: int, entry_point: int | None, endpoint: str) -> bool:
        """Whether it is on at a simulated second.

        A probability is drawn once per occurrence where the fault changes the entry point itself,
        and each second for each endpoint where it changes answers. The draw is reproducible.
        """
        occurrence = self.window.occurrence(seconds)
        if occurrence is None or self.probability >= 1:
            return occurrence is not None
        if self.stage in _DRAWN_PER_OCCURRENCE:
            return self.draw(seed, entry_point, "", occurrence) < self.probability
        return self.draw(seed, entry_point, endpoint, int(seconds)) < self.probability

    def draw(self, seed: int, entry_point: int | None, endpoint: str, moment: int) -> float:
        """A number in [0, 1) that depends on nothing but its arguments."""
        key = f"{seed}/{self.table}/{entry_point}/{endpoint}/{moment}".encode()
        return int.from_bytes(blake2b(key, digest_size=6).digest()) / 2**48

    def number(self, name: str) -> float:
        """A parameter that is a number."""
        return float(self.parameters[name])

    def text(self, name: str) -> str:
        """A parameter that is a text."""
        return str(self.parameters[name])


_DRAWN_PER_OCCURRENCE = {Stage.QUEUE, Stage.STATE, Stage.LISTENER}


MOST_BYTES = 64 * 1024 * 1024
MOST_MILLISECONDS = 600_000


@frozen
class Parameter:
    """A key of one kind of fault. ``choices`` or ``least`` and ``most`` bound its value."""

    default: Value
    least: float = 0
    most: float = 1_000_000
    choices: tuple[Value, ...] = ()


@frozen
class Rule:
    """One kind of fault; ``only`` is the one endpoint it applies to, if there is one."""

    stage: Stage
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    only: Endpoint | None = None

    @property
    def takes_endpoints(self) -> bool:
        """Whether a scenario may choose the endpoints that are affected."""
        return self.stage in {Stage.ANSWER, Stage.DELIVERY, Stage.DELAY}


RULES: Mapping[Kind, Rule] = MappingProxyType(
    {
        Kind.LATENCY: Rule(
            Stage.DELAY,
            {
                "ms": Parameter(1000.0, most=MOST_MILLISECONDS),
                "jitter": Parameter(0.0, most=MOST_MILLISECONDS),
            },
        ),
        Kind.HTTP: Rule(
            Stage.ANSWER,
            {
                "status": Parameter(500, least=400, most=599),
                "body": Parameter("html", choices=("html", "xml")),
            },
        ),
        Kind.HTML: Rule(Stage.ANSWER),
        Kind.REDIRECT: Rule(Stage.ANSWER, {"location": Parameter("/system/web/apps/login/")}),
        Kind.MALFORMED: Rule(
            Stage.ANSWER, {"form": Parameter("readable", choices=("readable", "broken"))}
        ),
        Kind.EMPTY: Rule(Stage.ANSWER),
        Kind.HUGE: Rule(
            Stage.ANSWER, {"bytes": Parameter(2 * 1024 * 1024, least=1, most=MOST_BYTES)}
        ),
        Kind.WRONG_ROOT: Rule(Stage.ANSWER),
        Kind.DTD: Rule(Stage.ANSWER),
        Kind.JSON: Rule(Stage.ANSWER),
        Kind.DRIP: Rule(Stage.DELIVERY, {"bytes_per_second": Parameter(20.0, least=0.1)}),
        Kind.RESET: Rule(
            Stage.DELIVERY, {"when": Parameter("before", choices=("before", "mid_body"))}
        ),
        Kind.HANG: Rule(Stage.DELIVERY),
        Kind.DOWN: Rule(Stage.LISTENER),
        Kind.SERVICE_NOT_RUNNING: Rule(Stage.STATE),
        Kind.INACTIVE: Rule(Stage.STATE),
        Kind.INVALID: Rule(Stage.STATE),
        Kind.OTHER: Rule(Stage.STATE),
        Kind.AGENTS: Rule(Stage.QUEUE, {"count": Parameter(0, most=10_000)}),
        Kind.ARRIVALS: Rule(Stage.QUEUE, {"rate": Parameter(1.0, most=10_000)}),
        Kind.MAX_DEPTH: Rule(Stage.QUEUE, {"chats": Parameter(0)}),
        Kind.CONTRADICTION: Rule(Stage.FIELD, only=Endpoint.CHECK_ELIGIBILITY),
        Kind.ODD_REASON: Rule(
            Stage.FIELD, {"reason": Parameter("maintenance_window")}, Endpoint.CHAT_ALLOWED
        ),
        Kind.MISSING_ALLOWED: Rule(Stage.FIELD, only=Endpoint.CHAT_ALLOWED),
        Kind.NEGATIVE_COUNT: Rule(
            Stage.FIELD, {"count": Parameter(-2, least=-1_000_000, most=-1)}, Endpoint.CAPACITY
        ),
        Kind.NAN_WAIT: Rule(Stage.FIELD, {"text": Parameter("NaN")}, Endpoint.LIVE_SESSION_STATUS),
    }
)
