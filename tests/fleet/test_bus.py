"""What a member may ask of the bus."""

import asyncio

import pytest

from tests.fleet.bus_server import connected
from tests.waiting import until
from wallboard.fleet import names
from wallboard.fleet.bus import BusError, LeaseLostError

SUBJECT = "wallboard.observations.board.main"


async def test_listeners_hear_what_is_stored(bus_server):
    async with connected(bus_server, "a") as sender, connected(bus_server, "b") as listener:
        heard = []
        await listener.listen(SUBJECT, heard.append)
        await listener.alive()
        await sender.store(SUBJECT, b"one")
        await sender.store(SUBJECT, b"two")
        await until(lambda: heard == [b"one", b"two"])


async def test_a_listener_hears_over_the_next_connection_too(bus_server):
    async with connected(bus_server, "a") as sender, connected(bus_server, "b") as listener:
        heard = []
        await listener.listen(SUBJECT, heard.append)
        await bus_server.restart()
        await until(lambda: sender.status.connections == listener.status.connections == 2)
        await sender.store(SUBJECT, b"again")
        await until(lambda: heard == [b"again"])


async def test_stored_messages_come_in_order_from_any_number_on(bus_server):
    async with connected(bus_server) as bus:
        numbers = [await bus.store(SUBJECT, b"%d" % n) for n in range(5)]
        await bus.store("wallboard.observations.other.main", b"other")
        found = await bus.stored(names.OBSERVATIONS, SUBJECT, numbers[1])
        assert [one.data for one in found] == [b"2", b"3", b"4"]
        assert [one.number for one in found] == numbers[2:]
        assert await bus.stored(names.OBSERVATIONS, SUBJECT, numbers[-1]) == []
        kept = await bus.stream(names.OBSERVATIONS)
        assert (kept.first, kept.last, kept.messages) == (1, 6, 6)
        assert kept.size > 0


async def test_a_message_with_the_same_id_is_kept_once(bus_server):
    async with connected(bus_server) as bus:
        first = await bus.store("wallboard.ledger.board", b"row", "id-1")
        assert await bus.store("wallboard.ledger.board", b"row", "id-1") == first


async def test_values_are_kept_by_key(bus_server):
    async with connected(bus_server) as bus:
        assert await bus.kept(names.LAST, "board.main") is None
        await bus.keep(names.LAST, "board.main", b"1")
        await bus.keep(names.LAST, "board.main", b"2")
        await bus.keep(names.LAST, "other.main", b"3")
        assert await bus.kept(names.LAST, "board.main") == b"2"
        assert await bus.keys(names.LAST, "board.") == ["board.main"]


async def test_one_has_the_lease_until_it_gives_it_back_or_it_ends(bus_server):
    async with connected(bus_server, lease=2.0) as bus:
        revision = await bus.take_lease("board.main", b"a")
        assert revision
        assert await bus.take_lease("board.main", b"b") is None
        renewed = await bus.renew_lease("board.main", b"a", revision)
        with pytest.raises(LeaseLostError):
            await bus.renew_lease("board.main", b"b", revision)
        await bus.release_lease("board.main", renewed)
        assert await bus.kept(names.LEASE, "board.main") is None
        taken = await bus.take_lease("board.main", b"b")
        assert taken
        assert taken > renewed

        async def ended() -> bool:
            return await bus.take_lease("board.main", b"c") is not None

        await until(ended, 10)


async def test_a_message_that_is_too_large_is_refused_here(bus_server):
    bus_server.kill()
    bus_server.config = "max_payload: 4096"
    await bus_server.start()
    async with connected(bus_server) as bus:
        assert bus.largest == 4096
        with pytest.raises(BusError, match="a message of 5000 bytes; the bus takes 4096"):
            await bus.store(SUBJECT, bytes(5000))
        with pytest.raises(BusError, match="the bus takes 4096"):
            await bus.keep(names.LAST, "board.main", bytes(5000))
        assert await bus.store(SUBJECT, bytes(4000))


async def test_the_time_limit_of_leases_is_that_of_the_bus(bus_server):
    async with connected(bus_server, lease=2.0):
        pass
    async with connected(bus_server, lease=60.0) as bus:
        assert bus.lease_seconds == 2.0


async def test_what_a_stream_holds_is_said_with_the_clock_of_the_bus(bus_server):
    async with connected(bus_server) as bus:
        await bus.store(SUBJECT, b"x")
        state = await bus.stream(names.OBSERVATIONS)
        assert (state.messages, state.seconds) == (1, 3600.0)
        assert state.largest == 256 * 1024 * 1024
        assert state.created <= state.clock
        assert await bus.round_trip() < 4


async def test_a_stream_that_somebody_deletes_is_made_again(bus_server):
    async with connected(bus_server) as bus:
        await bus._request(f"STREAM.DELETE.{names.LEDGER}")
        with pytest.raises(BusError, match="no stream of the bus keeps this"):
            await bus.store("wallboard.ledger.board", b"row")
        await until(lambda: bus.status.connections == 2)
        assert await bus.store("wallboard.ledger.board", b"row") == 1


async def test_a_viewer_waits_for_the_first_collector(bus_server):
    from tests.fleet.bus_server import running
    from wallboard.fleet_settings import FleetSettings

    async with running(FleetSettings(url=bus_server.url), writes=False) as viewer:
        await until(lambda: "a collector makes them" in viewer.status.error)
        async with connected(bus_server):
            await until(lambda: viewer.status.connected)


async def test_subjects_that_are_no_text_do_not_make_it_deaf(bus_server):
    async with connected(bus_server) as listener:
        heard = []
        await listener.listen("wallboard.observations.board.*", heard.append)
        await listener.alive()
        _, writer = await asyncio.open_connection("127.0.0.1", bus_server.port)
        writer.write(b'CONNECT {"verbose":false}\r\n')
        writer.write(b"PUB wallboard.observations.board.\xff\xfe 1\r\nx\r\n")
        writer.write(b"PUB wallboard.observations.board.main 4\r\nsane\r\n")
        await writer.drain()
        await until(lambda: heard == [b"sane"])
        assert listener.status.lost == 1
        assert listener.status.connections == 1
        writer.close()
        await writer.wait_closed()
