"""The newest poll of each endpoint that was folded here, from wherever it came."""

from collections.abc import Iterator

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.event import Event, RecordedBoard
from wallboard.domain.observation import Observation
from wallboard.domain.snapshot import Folded


class Newest:
    """Knows what need not be folded once more."""

    def __init__(self) -> None:
        self.at: float | None = None
        """When the newest poll of all was, Unix time in seconds."""
        self._of: dict[tuple[EntryPointKey, Endpoint], float] = {}

    def note(self, event: Event) -> None:
        """Take in an event that is folded."""
        for poll in polls_in(event):
            self._of[poll.key, poll.endpoint] = poll.at
            self.at = poll.at if self.at is None else max(self.at, poll.at)

    def has(self, poll: Observation, within: float) -> bool:
        """Whether this poll was folded, or one of this endpoint up to so many seconds later.

        What is older than that was dated by another clock.
        """
        newest = self._of.get((poll.key, poll.endpoint))
        return newest is not None and 0.0 <= newest - poll.at <= within


def polls_in(event: Event) -> Iterator[Observation]:
    """The poll that an event is, or the last ones that it has of each endpoint."""
    if isinstance(event, Observation):
        yield event
    elif isinstance(event, RecordedBoard):
        for one in event.entry_points:
            for state in one.endpoints.values():
                if state.last:
                    yield state.last


def recordable(folded: Folded, after: float | None) -> Iterator[Folded]:
    """What a recording takes of what was folded: of a whole board, what came after a moment.

    What was said of servers comes after the polls that it explains, and nodes come last, as they
    were compared with what their server said before.
    """
    board = folded.event
    if not isinstance(board, RecordedBoard):
        yield folded
        return
    polls = [
        (state.last, status)
        for status in folded.statuses
        for state in status.state.endpoints.values()
        if state.last and (after is None or state.last.at > after)
    ]
    for poll, status in sorted(polls, key=lambda one: one[0].at):
        yield Folded(poll, (status,))
    for server in board.servers:
        if after is None or server.at > after:
            yield Folded(server)
    for answer in board.nodes:
        if after is None or answer.at > after:
            yield Folded(answer)
