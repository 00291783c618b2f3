"""What feeds said, what servers saw, and a way to wait for what should happen."""

from collections import Counter, defaultdict

from wallboard.domain.event import Event
from wallboard.domain.observation import Observation, ServerStatus
from wallboard.settings import Settings
from wallboard.simulator.server import Simulator


class Heard:
    """Takes events in and keeps them."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        self.events.append(event)

    def observations(self, server: str | None = None) -> list[Observation]:
        return [
            event
            for event in self.events
            if isinstance(event, Observation) and server in {None, event.key.server}
        ]

    def statuses(self, server: str | None = None) -> list[ServerStatus]:
        return [
            event
            for event in self.events
            if isinstance(event, ServerStatus) and server in {None, event.server}
        ]

    def counts(self, server: str | None = None) -> Counter:
        return Counter((o.key, o.endpoint) for o in self.observations(server))


def connections(simulator: Simulator) -> set:
    """The open connections, as the server sees them: without any, nothing more is under way."""
    return set(simulator._web.connections)


def starts(simulator: Simulator) -> dict[str, list[float]]:
    """When each address was asked, as the server saw it."""
    found = defaultdict(list)
    for at, path in simulator.requests.log:
        found[path].append(at)
    return found


def most_polls(began: float, last: float, interval: float) -> float:
    """How often a feed that began then may have asked one address by the last time it did.

    No request arrives sooner than its round, less the jitter; later it may, and the next one not.
    """
    return 1 + (last - began) / interval + Settings().jitter


def rounds(simulator: Simulator) -> int:
    """How often the address asked least was asked, once all were asked."""
    found = starts(simulator)
    whole = len(found) == 5 * len(simulator.entry_points)
    return min(map(len, found.values())) if whole else 0
