"""The newest checkpoint in its bucket, in parts where it is too large for one message."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from wallboard.fleet import names
from wallboard.fleet.batch import GarbageError
from wallboard.fleet.bus import Bus
from wallboard.fleet.bus_errors import BusError, OvertakenError
from wallboard.fleet.checkpoint import Checkpoint, checkpoint_of
from wallboard.fleet.message import MOST_PARTS, VERSION, in_parts
from wallboard.fleet.names import BoardNames
from wallboard.fleet.rows import Digest
from wallboard.threads import start_in_thread

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


class CheckpointKeeper:
    """Has the bus keep checkpoints of one term, never in place of one of a later holder.

    A value follows the revision that this holder has put or, at first, has read while it held the
    lease. Whatever a later holder puts comes after that.
    """

    def __init__(self, bus: Bus, board: BoardNames, *, holds: Callable[[], bool]) -> None:
        """``holds`` says whether the term goes on."""
        self._bus = bus
        self._board = board
        self._holds = holds
        self._side = 0
        self._revisions: dict[str, int] = {}

    async def keep(self, data: bytes) -> None:
        """Keep a checkpoint in place of the one before. Raises ``BusError``."""
        side = self._side = 1 - self._side
        parts = in_parts(data, self._bus.largest)
        try:
            if len(parts) == 1:
                kept = _Kept(VERSION, side, 0, _digest(data), data)
            else:
                for number, part in enumerate(parts):
                    await self._put(_part_key(self._board, side, number), part)
                kept = _Kept(VERSION, side, len(parts), _digest(data), b"")
            await self._put(self._board.key, _encoder.encode(kept))
        except BusError:
            # What was put though its answer was lost, or by another, is looked up again.
            self._revisions.clear()
            raise

    async def _put(self, key: str, value: bytes) -> None:
        revision = self._revisions.get(key)
        if revision is None:
            found = await self._bus.entry(names.LAST, key)
            revision = found.revision if found else 0
        # After the look: what was read while it holds is older than all of the next holder.
        if not self._holds():
            raise OvertakenError("the lease is over")
        self._revisions[key] = await self._bus.keep(names.LAST, key, value, after=revision)


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
