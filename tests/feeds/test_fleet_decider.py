"""Of members that poll from several places one decides about alarms, by a lease on a real bus."""

import asyncio
from contextlib import asynccontextmanager

from waiting import until

from tests.fleet.bus_server import connected
from wallboard.feeds.fleet_decider import NOBODY, Decider
from wallboard.fleet.names import BoardNames

BOARD = BoardNames.of("chat")


class Candidate:
    """A member that may decide as long as it polls and has a network."""

    def __init__(self, bus, member) -> None:
        self.polls = self.sees = True
        self.decider = Decider(
            bus, BOARD, member, seconds=3.0, may_decide=lambda: (self.polls, self.sees)
        )

    @property
    def decides(self) -> bool:
        return self.decider.decides


@asynccontextmanager
async def candidate(server, member):
    async with connected(server, member) as bus:
        one = Candidate(bus, member)
        task = asyncio.create_task(one.decider.run())
        try:
            yield one
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_one_of_them_decides_and_the_other_knows_who(bus_server):
    async with candidate(bus_server, "fra") as fra:
        assert fra.decider.name == NOBODY
        await until(lambda: fra.decides)
        async with candidate(bus_server, "nyc") as nyc:
            await until(lambda: nyc.decider.name == "fra")
            assert not nyc.decides
            fra.polls = False
            await until(lambda: nyc.decides)
            await until(lambda: fra.decider.name == "nyc")
            assert not fra.decides
        # Nobody polls any more: nobody decides.
        await until(lambda: fra.decider.name == NOBODY)
        fra.polls = True
        await until(lambda: fra.decides)


async def test_whoever_has_no_network_lets_others_decide(bus_server):
    async with candidate(bus_server, "fra") as fra:
        await until(lambda: fra.decides)
        async with candidate(bus_server, "nyc") as nyc:
            await until(lambda: nyc.decider.name == "fra")
            fra.sees = False
            await until(lambda: nyc.decides)
            fra.sees = True
            await until(lambda: fra.decider.name == "nyc")
            assert nyc.decides


async def test_where_nobody_else_is_it_decides_though_it_has_no_network(bus_server):
    async with candidate(bus_server, "fra") as fra:
        await until(lambda: fra.decides)
        fra.sees = False
        await until(lambda: not fra.decides)
        await until(lambda: fra.decides)
