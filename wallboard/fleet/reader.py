"""Reads the messages of the fleet in order: what is out of date, twice there or missing is found.

It is pure: it says what was missed, and others get it.
"""

import math
from collections.abc import Iterator

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.node import NodeAnswer
from wallboard.domain.observation import Observation, ServerStatus
from wallboard.fleet.batch import GarbageError, Published, batch_of
from wallboard.fleet.checkpoint import Checkpoint
from wallboard.fleet.codebook import MOST_TARGETS, Codebook, UnknownError
from wallboard.fleet.lease import Term
from wallboard.fleet.message import Assembly, Message, message_of
from wallboard.recorder.file.schema import TICKS

Source = tuple[EntryPointKey, Endpoint] | tuple[str, str] | str
"""What an event tells of: an endpoint of an entry point, a node of a server, or a server."""


class MissedError(Exception):
    """Something before this message did not come."""


class Reader:
    """Where in the stream of a board a receiver is."""

    def __init__(self, own: int = -1) -> None:
        """``own`` is how this member marks what it sends late."""
        self.term: Term | None = None
        """The highest that was read: what bears a lower one is out of date."""
        self.stored = 0
        """The number in the stream of a message that was read, or of one before it."""
        self.dropped = 0
        """Messages that were out of date."""
        self.late = 0
        """Late events that were news."""
        self.sent_ms = 0
        """When the last batch was sent, on the clock of its sender."""
        self._own = own
        self._number = 0
        self._codebook: Codebook | None = None
        self._assembly = Assembly()
        self._newest: dict[Source, float] = {}
        self._polled: dict[str, float] = {}

    @property
    def knows_where(self) -> bool:
        """Whether it can tell what comes next; else it needs a checkpoint, or a new term."""
        return self._codebook is not None

    def forget(self) -> None:
        """Begin anew with a bus that has no memory of the terms there were."""
        self.term, self.stored, self._codebook = None, 0, None

    def lose(self) -> None:
        """Know no more what comes next."""
        self._codebook = None

    def restore(self, checkpoint: Checkpoint) -> bool:
        """Go on from a checkpoint, unless it is out of date."""
        if self.term and checkpoint.term < self.term:
            self.dropped += 1
            return False
        self.term, self._number = checkpoint.term, checkpoint.number
        self.sent_ms, self.stored = checkpoint.sent_ms, checkpoint.stored
        self._codebook = checkpoint.codebook
        for one in checkpoint.board.entry_points:
            for state in one.endpoints.values():
                if state.last:
                    self._note(state.last)
        for status in checkpoint.board.servers:
            self._note(status)
        for answer in checkpoint.board.nodes:
            self._note(answer)
        return True

    def take(self, data: bytes, stored: int = 0) -> list[Published]:
        """The events of the next message; ``stored`` is its number in the stream, if known.

        Raises ``GarbageError``, and ``MissedError`` where it does not follow what was read.
        """
        message = message_of(data)
        if message.late:
            return list(self._late(message))
        if self.term and message.term < self.term:
            self.dropped += 1
            return []
        begins = self._begins(message)
        if not begins:
            if message.term != self.term or self._codebook is None:
                raise MissedError
            if message.sent_ms <= self.sent_ms:
                return []  # it came before
            if message.number != self._number + 1:
                raise MissedError
        codebook = self._codebook if self._codebook and not begins else Codebook()
        return self._read(message, codebook, stored)

    def _begins(self, message: Message) -> bool:
        """Whether a sender begins anew with this message."""
        if message.number != 1:
            return False
        return message.term != self.term or message.sent_ms > self.sent_ms

    def _read(self, message: Message, codebook: Codebook, stored: int) -> list[Published]:
        whole = self._assembly.whole(message)
        if whole is None:
            return []
        try:
            events, self._codebook = batch_of(whole, codebook)
        except UnknownError:
            raise MissedError from None
        finally:
            if codebook is self._codebook and not codebook.whole:
                self._codebook = None
        self.term, self._number, self.sent_ms = message.term, message.number, message.sent_ms
        self.stored = stored or max(self.stored, message.stored)
        for event in events:
            self._note(event)
        return events

    def _late(self, message: Message) -> Iterator[Published]:
        """The events of a late message that are newer than what is known."""
        if message.revision == self._own:
            return
        whole = self._assembly.whole(message)
        if whole is None:
            return
        try:
            events, _ = batch_of(whole, Codebook())
        except UnknownError:
            raise GarbageError("what is late refers to something before it") from None
        for event in events:
            if self._is_news(event):
                self.late += 1
                self._note(event)
                yield event

    def _is_news(self, event: Published) -> bool:
        """Whether nothing newer is known; of a server that is down, polls say whether it is."""
        known = self._newest.get(_source(event), -math.inf)
        if isinstance(event, ServerStatus) and event.failure:
            known = max(known, self._polled.get(event.server, -math.inf) - 1 / TICKS)
        return event.at > known

    def _note(self, event: Published) -> None:
        if len(self._newest) > MOST_TARGETS:
            self._newest.clear()
            self._polled.clear()
        self._newest[_source(event)] = event.at
        if isinstance(event, Observation):
            self._polled[event.key.server] = event.at


def _source(event: Published) -> Source:
    if isinstance(event, NodeAnswer):
        return event.key.server, event.node
    return (event.key, event.endpoint) if isinstance(event, Observation) else event.server
