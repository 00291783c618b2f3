"""What crosses the bus, as rows of MessagePack: each value has the bounds it has in a recording.

What can be decoded is within them. Times are Unix time in seconds unless they say ``ms``.
"""

from typing import Annotated

from msgspec import Meta, Struct

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.node import NodeAnswer, Stance
from wallboard.domain.observation import Cause, Failure, Observation, Response, ServerStatus
from wallboard.recorder.file.answers import DIGEST_BYTES, Answer
from wallboard.recorder.file.columns import (
    HTTP_STATUS,
    ID,
    LATENCY,
    LONGEST_TEXT,
    MOMENT,
    MOST_ROWS,
    ROW,
    SECONDS,
    Kind,
    storable,
)
from wallboard.settings import LARGEST_BODY


def _within(kind: Kind) -> Meta:
    return Meta(ge=kind.least, le=kind.most)


Moment = Annotated[float, _within(MOMENT)]
Milliseconds = Annotated[int, Meta(ge=-(2**53), le=2**53)]
Seconds = Annotated[float, _within(SECONDS)]
Latency = Annotated[int, _within(LATENCY)]
"""In ticks of a recording, ``LATENCY_TICKS`` a second."""

Text = Annotated[str, Meta(max_length=LONGEST_TEXT)]
Head = Annotated[bytes, Meta(max_length=LONGEST_TEXT)]
Body = Annotated[bytes, Meta(max_length=LARGEST_BODY)]
Digest = Annotated[bytes, Meta(min_length=DIGEST_BYTES, max_length=DIGEST_BYTES)]
HttpStatus = Annotated[int, _within(HTTP_STATUS)]
Id = Annotated[int, _within(ID)]
Count = Annotated[int, _within(ROW)]
Place = Annotated[int, Meta(ge=0, le=MOST_ROWS)]
Step = Annotated[int, Meta(ge=-MOST_ROWS, le=MOST_ROWS)]


class Target(Struct, array_like=True, frozen=True):
    """One endpoint of one entry point, and what is asked of it."""

    server: Text
    id: Id
    endpoint: Endpoint
    url: Text


class AnswerRow(Struct, array_like=True, frozen=True):
    """An answer; without a ``status`` nothing came back."""

    cause: Cause | None
    message: Text
    status: HttpStatus | None
    reason: Text
    head: Head
    body: Body
    truncated: bool

    @classmethod
    def of(cls, answer: Answer) -> "AnswerRow":
        """The row of an answer, its texts cut as in a recording."""
        failure, response = answer.failure, answer.response
        cause, message = (failure.cause, storable(failure.message)) if failure else (None, "")
        if response is None:
            return cls(cause, message, None, "", b"", b"", truncated=False)
        return cls(
            cause,
            message,
            response.status,
            storable(response.reason),
            response.head[:LONGEST_TEXT],
            response.body,
            response.truncated,
        )

    @property
    def answer(self) -> Answer:
        """The answer again."""
        failure = None if self.cause is None else Failure(self.cause, self.message)
        response = None
        if self.status is not None:
            response = Response(self.status, self.reason, self.head, self.body, self.truncated)
        return Answer(failure, response)


class ServerRow(Struct, array_like=True, frozen=True):
    """The status of a server."""

    server: Text
    at: Moment
    cause: Cause | None
    message: Text
    since: Moment | None
    next_probe_at: Moment | None

    @classmethod
    def of(cls, status: ServerStatus) -> "ServerRow":
        """The row of a status."""
        failure = status.failure
        return cls(
            storable(status.server),
            status.at,
            failure.cause if failure else None,
            storable(failure.message) if failure else "",
            status.since,
            status.next_probe_at,
        )

    @property
    def status(self) -> ServerStatus:
        """The status again."""
        failure = None if self.cause is None else Failure(self.cause, self.message)
        return ServerStatus(self.server, self.at, failure, self.since, self.next_probe_at)


class NodeRow(Struct, array_like=True, frozen=True):
    """What makes a poll one of a node, and how it compares with what the server said."""

    node: Text
    next_at: Moment
    server: Stance | None
    rounds: Count
    since: Moment | None

    @classmethod
    def of(cls, answer: NodeAnswer) -> "NodeRow":
        """The row of what a node said."""
        return cls(
            storable(answer.node), answer.next_at, answer.server, answer.rounds, answer.since
        )

    def answer(self, poll: Observation) -> NodeAnswer:
        """What the node said, with its poll."""
        return NodeAnswer(self.node, poll, self.next_at, self.server, self.rounds, self.since)
