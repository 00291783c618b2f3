"""Which poll the drill-down shows."""

from collections.abc import Sequence

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Observation
from wallboard.domain.snapshot import EntryPointStatus


class ShownPoll:
    """Of the chosen endpoint the newest poll, or the one stepped to."""

    def __init__(self, status: EntryPointStatus | None) -> None:
        """That of the endpoint which decides."""
        endpoints = status.entry_point.endpoints if status else ()
        deciding = status.judgement.decided_by if status else None
        self.endpoint = deciding or next(iter(endpoints), Endpoint.CHAT_ALLOWED)
        self.stepped_to: Observation | None = None

    def of(self, status: EntryPointStatus | None) -> Observation | None:
        """The shown poll of this entry point."""
        if self.stepped_to or status is None:
            return self.stepped_to
        return status.state.endpoint(self.endpoint).last

    def choose(self, endpoint: Endpoint) -> None:
        """Show the newest poll of this endpoint."""
        self.endpoint, self.stepped_to = endpoint, None

    def choose_next(self, status: EntryPointStatus, step: int) -> None:
        """Choose the endpoint so many after this one."""
        endpoints = status.entry_point.endpoints
        if self.endpoint in endpoints:
            self.choose(endpoints[(endpoints.index(self.endpoint) + step) % len(endpoints)])

    def open(self, poll: Observation) -> None:
        """Show this poll."""
        self.endpoint, self.stepped_to = poll.endpoint, poll

    def step(self, status: EntryPointStatus, steps: int) -> None:
        """Go back through the recent polls; past the newest it is live again."""
        recent, poll = status.state.endpoint(self.endpoint).recent, self.of(status)
        if poll is None or not recent:
            return
        index = index_of(poll, recent)
        if index is not None:
            index = max(0, index - steps)
            self.stepped_to = recent[index] if index < len(recent) - 1 else None
        elif steps < 0:
            self.stepped_to = None


def index_of(poll: Observation, recent: Sequence[Observation]) -> int | None:
    """The index of a poll, by identity; ``None`` if it is not recent."""
    return next((index for index, other in enumerate(recent) if other is poll), None)
