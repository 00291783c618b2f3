"""Random faults between members that take turns: each ends with every poll, once and in order."""

import asyncio
import random

import pytest

from tests.fleet.bus_server import connected
from tests.fleet.ends import NAMES, Leader, Receiver, running
from tests.fleet.heard import a_round, as_heard
from tests.waiting import until
from wallboard.domain.event import RecordedBoard
from wallboard.fleet import publisher
from wallboard.fleet.bus_answers import Place
from wallboard.fleet.lease import Term
from wallboard.fleet.subscriber import Subscriber

ROUNDS = 30
FAULTS = ("cut one", "cut other", "crash", "freeze", "hand over", "hand over")
FAULT_SHARE = 0.3


class Member:
    """One that polls while it is its turn, and else hears; it keeps all it knows."""

    def __init__(self, bus) -> None:
        self.bus = bus
        self.leader = Leader(bus)
        self.leader.term = None
        self.recorded = []
        self.boards = 0
        self._subscriber = Subscriber(bus, NAMES, complete=True, resume_after=self._place)
        self._hearing = None

    async def lead(self, term: Term) -> None:
        await self.end()
        self.leader.term = term

    def poll(self, polls) -> None:
        self.leader.fold(polls)
        self.recorded += [as_heard(poll) for poll in polls]

    def follow(self) -> None:
        self.leader.term = None
        self._hearing = asyncio.create_task(self._subscriber.run(self._take))

    async def end(self) -> None:
        if self._hearing:
            self._hearing.cancel()
            await asyncio.gather(self._hearing, return_exceptions=True)
            self._hearing = None

    def _take(self, event) -> None:
        if isinstance(event, RecordedBoard):
            self.boards += 1
        else:
            self.recorded.append(event)

    def _place(self) -> Place | None:
        places = (self._subscriber.place, self.leader.publisher.place)
        return max((one for one in places if one and one.number), default=None)


class Faults:
    """What goes wrong between rounds, the same for one seed."""

    def __init__(self, seed: int, bus_server, members) -> None:
        self.revision = 1
        self.one, self.other = members
        self._random = random.Random(seed)
        self._bus_server = bus_server

    async def maybe(self) -> None:
        """Perhaps one of ``FAULTS``."""
        await asyncio.sleep(self._random.uniform(0.02, 0.2))
        if self._random.random() > FAULT_SHARE:
            return
        match self._random.choice(FAULTS):
            case "cut one":
                self.one.bus.drop("the cable is cut")
            case "cut other":
                self.other.bus.drop("the cable is cut")
            case "crash":
                await self._bus_server.restart()
            case "freeze":
                self._bus_server.pause()
                await asyncio.sleep(self._random.uniform(0, 1))
                self._bus_server.go_on()
            case "hand over":
                await self._hand_over()

    async def _hand_over(self) -> None:
        await until(lambda: self.one.leader.publisher.lag_seconds == 0)
        self.one.follow()
        self.one, self.other = self.other, self.one
        self.revision += 1
        # What comes under the next term must not be before what it has not heard yet.
        await until(lambda: self.one.recorded == self.other.recorded)
        await self.one.lead(Term(self.one.bus.epoch, self.revision))


@pytest.mark.parametrize("seed", [1, 2])
async def test_members_that_take_turns_end_with_the_same(bus_server, monkeypatch, seed):
    monkeypatch.setattr(publisher, "CHECKPOINT_SECONDS", 0.5)
    monkeypatch.setattr(publisher, "STORED_CHECKPOINT_SECONDS", 1.0)
    async with (
        connected(bus_server) as bus,
        connected(bus_server) as other_bus,
        connected(bus_server) as third_bus,
    ):
        members, viewer = (Member(bus), Member(other_bus)), Receiver(third_bus)
        faults, polled = Faults(seed, bus_server, members), []
        async with running(*(member.leader for member in members), viewer):
            members[1].follow()
            # Whoever hears the first batch needs no checkpoint.
            await asyncio.sleep(0)
            assert await other_bus.alive()
            assert await third_bus.alive()
            await members[0].lead(Term(bus.epoch, 1))
            for number in range(ROUNDS):
                polls = a_round(number, wait=number * 7 % 900)
                polled += map(as_heard, polls)
                faults.one.poll(polls)
                await faults.maybe()
            await until(lambda: viewer.events[-1:] == polled[-1:])
            await until(lambda: faults.other.recorded[-1:] == polled[-1:])
            for member in members:
                await member.end()
    assert [member.recorded for member in members] == [polled, polled]
    assert [member.boards for member in members] == [0, 0]
    assert states(viewer.board) == states(faults.one.leader.board)


def states(board):
    """What of each entry point goes by its last polls."""
    return {key: one.judgement for key, one in board.snapshot(0.0).entry_points.items()}
