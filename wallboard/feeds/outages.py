"""Outages of servers that were known before this process began to poll.

A feed that starts has never seen the server fail, so it would neither say that an outage is over
nor know since when it has lasted.
"""

from collections.abc import Iterator
from dataclasses import replace

from wallboard.domain.event import Event, RecordedBoard
from wallboard.domain.observation import Failure, Observation, ServerStatus


class Outages:
    """What a recording said of servers, set against what our own polls say."""

    def __init__(self) -> None:
        self._known: dict[str, ServerStatus] = {}

    @property
    def servers(self) -> frozenset[str]:
        """The servers that cannot be reached, as far as the recording says."""
        return frozenset(self._known)

    def told(self, event: Event) -> None:
        """Take in an event that came from a recording."""
        if isinstance(event, RecordedBoard):
            self._known = {status.server: status for status in event.servers if status.failure}
        elif isinstance(event, ServerStatus):
            self._known.pop(event.server, None)
            if event.failure:
                self._known[event.server] = event

    def polled(self, event: Event) -> Iterator[Event]:
        """What to publish for an event of our own polls."""
        if isinstance(event, Observation):
            if event.key.server in self._known and _reached(event):
                del self._known[event.key.server]
                yield ServerStatus(event.key.server, event.at)
        elif isinstance(event, ServerStatus):
            before = self._known.get(event.server)
            if before and event.failure:
                event = replace(event, since=before.since)
            else:
                self._known.pop(event.server, None)
        yield event


def _reached(observation: Observation) -> bool:
    outcome = observation.outcome
    return not (isinstance(outcome, Failure) and outcome.cause.unreachable)
