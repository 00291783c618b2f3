"""The newest checkpoint in its bucket, in parts where it is too large for one message."""

from hashlib import blake2b
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from wallboard.abandonable import start_in_thread
from wallboard.fleet import names
from wallboard.fleet.batch import GarbageError
from wallboard.fleet.bus import Bus
from wallboard.fleet.checkpoint import Checkpoint, checkpoint_of
from wallboard.fleet.message import MOST_PARTS, VERSION, in_parts
from wallboard.fleet.names import BoardNames
from wallboard.fleet.rows import Digest

_DIGEST_BYTES = 16


class _Kept(Struct, array_like=True, frozen=True):
    """Either the checkpoint itself, or where its parts are: those of ``side``, 0 or 1.

    Sides take turns, so that whoever reads parts still finds them while others are written.
    """

    version: Annotated[int, Meta(ge=VERSION, le=VERSION)]
    side: Annotated[int, Meta(ge=0, le=1)]
    parts: Annotated[int, Meta(ge=0, le=MOST_PARTS)]
    digest: Digest
    data: bytes


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Kept)


async def keep_checkpoint(bus: Bus, board: BoardNames, data: bytes, side: int) -> None:
    """Have the bus keep a checkpoint in place of the one before. Raises ``BusError``."""
    parts = in_parts(data, bus.largest)
    if len(parts) == 1:
        kept = _Kept(VERSION, side, 0, _digest(data), data)
    else:
        for number, part in enumerate(parts):
            await bus.keep(names.LAST, _part_key(board, side, number), part)
        kept = _Kept(VERSION, side, len(parts), _digest(data), b"")
    await bus.keep(names.LAST, board.key, _encoder.encode(kept))


async def kept_checkpoint(bus: Bus, board: BoardNames) -> Checkpoint | None:
    """The newest checkpoint, if there is one. Raises ``BusError`` and ``GarbageError``."""
    found = await bus.kept(names.LAST, board.key)
    if not found:
        return None
    try:
        kept = _decoder.decode(found)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise GarbageError(f"the checkpoint cannot be read: {error}") from None
    data = kept.data
    if kept.parts:
        read = [
            await bus.kept(names.LAST, _part_key(board, kept.side, number)) or b""
            for number in range(kept.parts)
        ]
        data = b"".join(read)
    if _digest(data) != kept.digest:
        raise GarbageError("the checkpoint is not complete")
    return await start_in_thread(lambda: checkpoint_of(data))


def _part_key(board: BoardNames, side: int, number: int) -> str:
    return f"{board.key}.{side}.{number}"


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=_DIGEST_BYTES).digest()
