"""The bus of the tests: what is stored outlives a crash, and not the loss of the disk."""

from tests.fleet.bus_server import connected
from tests.waiting import until
from wallboard.fleet import names


async def test_what_is_kept_outlives_a_crash_but_not_the_disk(bus_server):
    async with connected(bus_server) as bus:
        await bus.keep(names.LAST, "board.main", b"kept")
        first = bus.epoch
        await bus_server.restart()
        await until(lambda: bus.status.connected and bus.status.connections == 2)
        assert await bus.kept(names.LAST, "board.main") == b"kept"
        assert bus.epoch == first
        await bus_server.restart(wiped=True)
        await until(lambda: bus.status.connected and bus.status.connections == 3)
        assert await bus.kept(names.LAST, "board.main") is None
        assert bus.epoch > first
