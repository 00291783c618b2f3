"""Messages: batches as they are sent, in parts where one is too large, and put together again."""

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from wallboard.fleet.batch import GarbageError
from wallboard.fleet.lease import Term
from wallboard.fleet.rows import Count

VERSION = 1
PART_BYTES = 16_384
"""Two seconds of a link of 64 kbit/s: neither an answer nor the lease waits for longer."""

AROUND_BYTES = 1024
"""More than a message has beside its part."""

MOST_PARTS = 8192

MOST_BYTES = 64 * 1024 * 1024
"""Bytes of parts that are held at once; whose batch began first is forgotten first."""

Part = Annotated[int, Meta(ge=0, lt=MOST_PARTS)]


class Message(Struct, array_like=True, frozen=True):
    """A batch or a part of it.

    ``number`` counts the batches of a term from 1, by itself for those that are ``late``.
    ``sent_ms`` is on a clock of the sender that only goes on; ``stored`` is the number in the
    stream of a message that this sender has sent before.
    """

    version: Annotated[int, Meta(ge=VERSION, le=VERSION)]
    epoch: Count
    revision: Count
    number: Count
    part: Part
    parts: Annotated[int, Meta(ge=1, le=MOST_PARTS)]
    late: bool
    sent_ms: Count
    stored: Count
    data: bytes

    @property
    def term(self) -> Term:
        """Of which holder it is."""
        return Term(self.epoch, self.revision)


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Message)


def messages(
    term: Term,
    number: int,
    data: bytes,
    largest: int,
    *,
    late: bool = False,
    sent_ms: int = 0,
    stored: int = 0,
) -> Iterator[bytes]:
    """The messages of one batch, or of one checkpoint, where the largest has so many bytes."""
    chunks = in_parts(data, largest)
    for part, chunk in enumerate(chunks):
        yield _encoder.encode(
            Message(VERSION, *term, number, part, len(chunks), late, sent_ms, stored, chunk)
        )


def in_parts(data: bytes, largest: int) -> list[bytes]:
    """Data in as many parts as it needs, at least one, where messages have so many bytes."""
    size = max(1, min(PART_BYTES, largest - AROUND_BYTES))
    return [data[start : start + size] for start in range(0, max(1, len(data)), size)]


def message_of(data: bytes) -> Message:
    """A message as it came. Raises ``GarbageError``."""
    try:
        message = _decoder.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise GarbageError(f"a message cannot be read: {error}") from None
    if message.part >= message.parts:
        raise GarbageError("a message is a part that its batch does not have")
    return message


class Assembly:
    """Puts the parts of batches together; a part that is missing is missed by its number."""

    def __init__(self) -> None:
        self._parts: dict[tuple[Term, int], list[bytes]] = {}
        self._bytes = 0

    def whole(self, message: Message) -> bytes | None:
        """The batch that is whole with this message, if one is."""
        if message.parts == 1:
            return message.data
        batch = message.term, message.number
        if message.part == 0:
            self._forget(batch)
            self._parts[batch] = []
        parts = self._parts.get(batch)
        if parts is None or len(parts) != message.part:
            return None
        parts.append(message.data)
        self._bytes += _bytes_of(message.data)
        if len(parts) == message.parts:
            self._forget(batch)
            return b"".join(parts)
        while self._bytes > MOST_BYTES:
            self._forget(next(iter(self._parts)))
        return None

    def _forget(self, batch: tuple[Term, int]) -> None:
        self._bytes -= sum(map(_bytes_of, self._parts.pop(batch, ())))


def _bytes_of(part: bytes) -> int:
    return len(part) + AROUND_BYTES
