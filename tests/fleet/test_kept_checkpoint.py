"""The newest checkpoint on a real bus: a holder whose lease is over does not put its own back."""

import asyncio

import pytest

from tests.fleet.bus_server import connected
from tests.fleet.ends import NAMES, Leader
from wallboard.fleet.bus import Bus
from wallboard.fleet.bus_errors import OvertakenError
from wallboard.fleet.checkpoint import checkpoint_bytes
from wallboard.fleet.checkpoint_tables import Codes
from wallboard.fleet.codebook import Codebook
from wallboard.fleet.kept_checkpoint import CheckpointKeeper, kept_checkpoint
from wallboard.fleet.lease import Term


@pytest.fixture
async def buses(bus_server):
    """A connection of a holder, and one of the next."""
    async with connected(bus_server) as one, connected(bus_server) as other:
        yield one, other


class Holder:
    """Keeps checkpoints under its term for as long as it believes in it."""

    def __init__(self, bus: Bus, revision: int) -> None:
        self.bus = bus
        self.board = Leader(bus).board.snapshot(0.0).recorded
        self.term = Term(bus.epoch, revision)
        self.believes = True
        self.keeper = CheckpointKeeper(bus, NAMES, holds=lambda: self.believes)
        self.codebook = Codebook()

    async def keep(self, number):
        await self.keeper.keep(
            checkpoint_bytes(self.term, number, 0, number, self.board, Codes.of(self.codebook))
        )


@pytest.fixture(params=["whole", "in parts"])
def holders(request, buses, monkeypatch):
    if request.param == "in parts":
        # Of a small board it takes some.
        monkeypatch.setattr("wallboard.fleet.message.PART_BYTES", 40)
    return [Holder(bus, revision) for revision, bus in enumerate(buses, 1)]


async def newest(holder):
    kept = await kept_checkpoint(holder.bus, NAMES)
    return kept.term.revision, kept.number


async def test_the_last_one_is_kept(holders):
    first, second = holders
    for number in (1, 2, 3):
        await first.keep(number)
        assert await newest(first) == (1, number)
    first.believes = False
    await second.keep(1)
    assert await newest(first) == (2, 1)


async def test_what_was_under_way_as_the_lease_ended_does_not_replace_that_of_the_next(holders):
    first, second = holders
    for number in (1, 2):
        await first.keep(number)
    await second.keep(1)
    for number in (3, 4):
        # Still believing: it asked for its term before it was stopped, and sends now.
        with pytest.raises(OvertakenError):
            await first.keep(number)
        first.believes = False
        assert await newest(second) == (2, 1)


async def test_what_was_read_as_the_lease_ended_is_not_followed(holders, monkeypatch):
    first, second = holders
    kept, may_go_on, stopped = first.bus.keep, asyncio.Event(), asyncio.Event()

    async def delayed(bucket, key, data, *, after):
        stopped.set()
        await may_go_on.wait()
        return await kept(bucket, key, data, after=after)

    monkeypatch.setattr(first.bus, "keep", delayed)
    keeping = asyncio.create_task(first.keep(1))
    await asyncio.wait_for(stopped.wait(), 10)
    await second.keep(1)
    may_go_on.set()
    with pytest.raises(OvertakenError):
        await keeping
    assert await newest(second) == (2, 1)


async def test_a_value_that_somebody_else_put_is_followed_while_the_lease_is_held(holders):
    first, second = holders
    await first.keep(1)
    await second.keep(1)
    await second.keep(2)
    with pytest.raises(OvertakenError):
        await first.keep(2)
    # It may be a bus that forgot, or an answer that was lost: it looks again.
    await first.keep(3)
    assert await newest(first) == (1, 3)
