"""One scripted fault: what it is, whom it strikes, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from hashlib import blake2b
from math import inf

Value = str | int | float


class Stage(Enum):
    """Where in the making of an answer a fault acts."""

    QUEUE = auto()
    """changes what happens in the queue itself"""
    STANDING = auto()
    """changes how the entry point stands, in all its answers"""
    FIELD = auto()
    """spoils one value of one answer"""
    ANSWER = auto()
    """replaces the answer"""
    DELIVERY = auto()
    """spoils how the bytes travel"""
    DELAY = auto()
    """holds the answer back"""
    LISTENER = auto()
    """takes the whole server away"""


class Kind(StrEnum):
    """Everything that can go wrong, as written in a scenario."""

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


@dataclass(frozen=True, slots=True)
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
        """Which repetition is on (0 is the first), or ``None`` while the fault is off."""
        if not self.start <= seconds < self.until:
            return None
        if self.every is None:
            return 0
        number, into = divmod(seconds - self.start, self.every)
        return int(number) if into < self.length else None


@dataclass(frozen=True, slots=True)
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
        """Whether it can ever strike; an ``entry_point`` of ``None`` is the survey's address."""
        if self.endpoints is not None and endpoint not in self.endpoints:
            return False
        return self.entry_points is None or any(entry_point in ids for ids in self.entry_points)

    def strikes(self, seconds: float, seed: int, entry_point: int | None, endpoint: str) -> bool:
        """Whether it is on at a simulated second.

        A probability is drawn once per occurrence where the fault changes the entry point itself,
        and each second for each endpoint where it spoils answers. Asking never changes the draw.
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


_DRAWN_PER_OCCURRENCE = {Stage.QUEUE, Stage.STANDING, Stage.LISTENER}
