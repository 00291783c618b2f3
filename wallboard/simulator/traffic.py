"""Counts what a simulator was asked, for tests and for the line it prints at the end."""

from collections import deque
from dataclasses import dataclass, field

BOUND = 10_000


@dataclass(slots=True)
class Traffic:
    """``log`` holds the last requests as (clock time in seconds, path); figures are for all."""

    count: int = 0
    in_flight: int = 0
    max_in_flight: int = 0
    log: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=BOUND))

    def begin(self, at: float, path: str) -> None:
        """A request has arrived."""
        self.count += 1
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)
        self.log.append((at, path))

    def end(self) -> None:
        """Its answer has been sent, or never will be."""
        self.in_flight -= 1
