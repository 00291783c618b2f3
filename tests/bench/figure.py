"""One measured figure: a value, what it is held against, and whether it is met."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """``measured`` and ``against`` share a unit; ``reach`` is the largest ratio that is met.

    ``against`` was measured in the same run, unless it is a plain limit; then ``reach`` is 1.
    """

    name: str
    what: str
    unit: str
    measured: float
    against: float
    against_what: str
    reach: float = 1.0
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.measured / self.against

    @property
    def met(self) -> bool:
        return self.ratio <= self.reach

    def as_json(self) -> dict[str, Any]:
        fields = {field: getattr(self, field) for field in self.__dataclass_fields__}
        return {**fields, "ratio": self.ratio, "met": self.met}


@dataclass(frozen=True, slots=True)
class Skipped:
    """A figure that could not be measured here, and why."""

    name: str
    why: str

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "skipped": self.why, "met": None}


Outcome = Figure | Skipped


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to measure: ``runs`` of each side, spans in seconds, and how often."""

    runs: int
    seconds: float
    starts: int
    keys: int
    gets: int
    simulated_days: int
    kiosk_days: int
    soak_days: int
    recorded_seconds: float
    recorded_days: int


FULL = Pace(
    runs=3,
    seconds=10.0,
    starts=11,
    keys=300,
    gets=2000,
    simulated_days=3,
    kiosk_days=7,
    soak_days=28,
    recorded_seconds=1800.0,
    recorded_days=7,
)
QUICK = Pace(
    runs=1,
    seconds=4.0,
    starts=5,
    keys=60,
    gets=500,
    simulated_days=2,
    kiosk_days=2,
    soak_days=4,
    recorded_seconds=600.0,
    recorded_days=1,
)

Measure = Callable[[Pace], Sequence[Outcome]]
