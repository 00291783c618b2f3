"""Rows of the ledger as they cross the bus, and what a row from there must be to be taken.

They may come from anybody who may write to the bus. A row is cleaned before it is sent, too, so
that it is the same row to the sender and to all others.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b

from wallboard.domain.foreign_text import brief
from wallboard.domain.ledger_row import LedgerRow
from wallboard.frozen import frozen
from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.columns import inflated
from wallboard.recorder.ledger.schema import SHAPE, row_of, values_of

MOST_ROWS = 1_000
"""Rows of one message: all of a flood, or all that somebody acknowledges, are in one."""

MOST_BYTES = 512 * 1024
"""Bytes of the rows of one message before it is compressed."""

LONGEST_TEXT = 1_000
LONGEST_NAME = 300
"""Characters of what is written, and of who and where."""

_FORMAT = 1

_Values = tuple[
    float, str, str | None, int | None, float | None, int | None, str, str, str, float | None,
    str, str, str,
]  # fmt: skip
"""The columns of ``WRITTEN``; a time is a float also where a whole number was sent."""


@frozen
class Unpacked:
    """The rows of a message, and how many of it were none that could be taken."""

    rows: tuple[LedgerRow, ...] = ()
    refused: int = 0


def cleaned(row: LedgerRow) -> LedgerRow:
    """A row as all members have it: its texts on one line, and not too long."""
    return replace(
        row,
        verdict=brief(row.verdict, LONGEST_NAME),
        who=brief(row.who, LONGEST_NAME),
        text=brief(row.text, LONGEST_TEXT),
        notice=brief(row.notice, LONGEST_NAME),
        channel=brief(row.channel, LONGEST_NAME),
        board=brief(row.board, LONGEST_NAME),
        number=0,
    )


def digest(row: LedgerRow) -> bytes:
    """Names a row by all that it says, but for its place in a file."""
    from msgspec import msgpack

    return blake2b(msgpack.encode(values_of(cleaned(row))), digest_size=12).digest()


def messages(rows: Sequence[LedgerRow]) -> Iterator[tuple[bytes, Sequence[LedgerRow]]]:
    """The messages that say these rows, in their order, each with those that are in it."""
    from msgspec import msgpack

    packed: list[bytes] = []
    first = size = 0
    for number, row in enumerate(rows):
        one = msgpack.encode(values_of(cleaned(row)))
        if packed and (len(packed) >= MOST_ROWS or size + len(one) > MOST_BYTES):
            yield _message(packed), rows[first:number]
            packed, first, size = [], number, 0
        packed.append(one)
        size += len(one)
    if packed:
        yield _message(packed), rows[first:]


def unpacked(data: bytes) -> Unpacked:
    """The rows of a message from the bus, whatever it may be."""
    import msgspec

    try:
        raw = inflated(data, MOST_BYTES + 64 * 1024, "the message")
        version, every = msgspec.msgpack.decode(raw, type=tuple[int, list[msgspec.Raw]])
    except (DamagedError, msgspec.DecodeError):
        return Unpacked(refused=1)
    if version != _FORMAT:
        return Unpacked(refused=1)
    found = [row for one in every[:MOST_ROWS] if (row := _row(bytes(one)))]
    return Unpacked(tuple(found), len(every) - len(found))


def _message(packed: Sequence[bytes]) -> bytes:
    import msgspec

    return zlib.compress(msgspec.msgpack.encode((_FORMAT, [msgspec.Raw(one) for one in packed])))


def _row(raw: bytes) -> LedgerRow | None:
    import msgspec

    try:
        row = row_of(SHAPE.checked((0, *msgspec.msgpack.decode(raw, type=_Values))))
    except (DamagedError, msgspec.DecodeError):
        return None
    if row.key and row.key.server != brief(row.key.server, LONGEST_NAME):
        return None  # to clean it would make it another server
    return cleaned(row)
