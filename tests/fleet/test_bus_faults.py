"""A bus that stands still, is out of reach, is full, or is none."""

import asyncio
import shutil
import subprocess
import time

import pytest

from tests.fleet.bus_server import NatsServer, connected, running
from tests.fleet.cable import Cable, serving
from tests.waiting import until
from wallboard.fleet import bus_connector, names
from wallboard.fleet.bus import BusError
from wallboard.fleet.bus_client import MOST_UNSENT
from wallboard.fleet.bus_streams import LARGEST_MESSAGE
from wallboard.fleet_settings import FleetSettings

SUBJECT = "wallboard.observations.board.main"
LARGE = bytes(900_000)


async def sent_in_vain(bus):
    """Messages, more of them than the sockets take, to a server that reads nothing."""
    sending = []
    for _ in range(60):
        sending.append(asyncio.create_task(bus.store(SUBJECT, LARGE)))
        await asyncio.sleep(0.01)
    return sending


async def test_a_server_that_stands_still_is_noticed_and_found_again(bus_server, monkeypatch):
    monkeypatch.setattr(bus_connector, "PING_SECONDS", 0.2)
    async with connected(bus_server) as bus:
        bus_server.pause()
        with pytest.raises(BusError, match=r"no answer|lost"):
            await bus.store(SUBJECT, b"x")
        await until(lambda: not bus.status.connected)
        await until(lambda: "no answer yet" in bus.status.error)
        bus_server.go_on()
        await until(lambda: bus.status.connected, 5)


async def test_a_server_that_dies_with_messages_on_their_way_is_found_again(bus_server):
    async with connected(bus_server) as bus:
        bus_server.pause()
        # The rest waits, and what came is unread when it dies.
        sending = await sent_in_vain(bus)
        bus_server.kill()
        await until(lambda: not bus.status.connected, 10)
        await asyncio.gather(*sending, return_exceptions=True)
        await bus_server.start()
        await until(lambda: bus.status.connected)


async def test_nothing_waits_for_a_server_that_takes_nothing(bus_server):
    async with connected(bus_server) as bus:
        bus_server.pause()
        sending = await sent_in_vain(bus)
        client = bus._client
        waiting = client.pending_data_size + client._writer.transport.get_write_buffer_size()
        assert waiting < MOST_UNSENT + LARGEST_MESSAGE + 2 * len(LARGE)
        await until(lambda: all(one.done() for one in sending))
        assert all(isinstance(one.exception(), BusError) for one in sending)
        assert "outbound buffer limit exceeded" in {str(one.exception()) for one in sending}
    bus_server.go_on()


async def test_a_cable_that_swallows_is_noticed_and_back_within_two_seconds(
    bus_server, monkeypatch
):
    monkeypatch.setattr(bus_connector, "PING_SECONDS", 0.2)
    async with (
        connected(bus_server),
        Cable(bus_server.port) as cable,
        running(FleetSettings(url=cable.url, lease=3.0), writes=False) as bus,
    ):
        await until(lambda: bus.status.connected)
        cable.swallows = True
        await until(lambda: "no answer yet" in bus.status.error)
        cable.swallows = False
        await until(lambda: bus.status.connected, 2.0)


async def test_of_several_servers_the_first_that_answers_is_taken(bus_server):
    async with Cable(bus_server.port) as silent:
        silent.swallows = True
        url = f"nats://127.0.0.1:1,{silent.url},{bus_server.url}"
        began = time.monotonic()
        async with running(FleetSettings(url=url, lease=3.0)) as bus:
            await until(lambda: bus.status.connected)
            assert time.monotonic() - began < 5
            assert bus.status.address == f"127.0.0.1:{bus_server.port}"
            # And at once when it comes back.
            await bus_server.restart()
            await until(lambda: bus.status.connections == 2, 5)


async def test_a_slow_listener_is_cut_off_counted_and_connects_anew(bus_server, monkeypatch):
    from wallboard.fleet import bus as bus_module

    monkeypatch.setattr(bus_module, "MOST_PENDING", 10)
    async with connected(bus_server, "a") as sender, connected(bus_server, "b") as slow:
        await slow.listen(SUBJECT, lambda data: time.sleep(0.01))
        await slow.alive()
        sending = (sender.store(SUBJECT, b"%d" % n) for n in range(2_000))
        await asyncio.gather(*sending, return_exceptions=True)
        await until(lambda: slow.status.lost > 0)
        await until(lambda: slow.status.connections > 1 and slow.status.connected)


async def test_a_server_without_jetstream_is_told_from_one_that_is_away(tmp_path):
    server = NatsServer(tmp_path / "bus")
    server.jetstream = False
    await server.start()
    async with running(FleetSettings(url=server.url)) as bus:
        await until(lambda: "start nats-server with --jetstream" in bus.status.error)
        server.kill()
        await until(lambda: "connection refused" in bus.status.error)


async def test_a_server_that_is_too_old_is_told(bus_server):
    version = bus_server_version().encode()
    old = b'"version":"2.10.99"'
    async with (
        Cable(bus_server.port, (b'"version":"%s"' % version, old)) as cable,
        running(FleetSettings(url=cable.url)) as bus,
    ):
        await until(lambda: "is nats-server 2.10.99; a fleet needs 2.11" in bus.status.error)


def bus_server_version() -> str:
    from tests.fleet.bus_server import PROGRAM

    said = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout
    return said.split("v")[-1].strip()


async def test_the_streams_are_smaller_where_the_disk_is(tmp_path):
    server = NatsServer(tmp_path / "bus", "jetstream { max_file_store: 100MB }")
    await server.start()
    async with connected(server) as bus:
        state = await bus.stream(names.OBSERVATIONS)
        assert 0 < state.largest < 100 * 1024 * 1024
        await bus.store(SUBJECT, b"x")
    server.kill()


async def test_a_bus_that_is_too_small_is_told(tmp_path):
    server = NatsServer(tmp_path / "bus", "jetstream { max_file_store: 1MB }")
    await server.start()
    async with running(FleetSettings(url=server.url)) as bus:
        await until(lambda: "no space left" in bus.status.error)
    server.kill()


async def test_a_full_bucket_says_so(bus_server):
    async with connected(bus_server, lease=2.0) as bus:

        async def fill() -> None:
            for n in range(10):
                await bus.keep(names.LEASE, f"board.{n}", bytes(200_000))

        with pytest.raises(BusError, match="no space left"):
            await fill()


@pytest.mark.skipif(not shutil.which("unshare"), reason="needs a small disk")
async def test_a_disk_that_runs_full_is_told_and_does_not_hang(tmp_path):
    folder = tmp_path / "bus"
    folder.mkdir()
    server = NatsServer(folder, "jetstream { max_file_store: 500MB }")
    server.prefix = (
        *("unshare", "--map-root-user", "--mount", "sh", "-c"),
        f'mount -t tmpfs -o size=12m none {folder} && cp "$0.conf" {folder}/nats.conf && exec "$@"',
        str(tmp_path / "saved"),
    )
    (tmp_path / "saved.conf").write_text(server.config)
    await server.start()
    async with connected(server, lease=60.0) as bus:

        async def fill() -> None:
            for _ in range(40):
                await bus.store(SUBJECT, bytes(900_000))

        with pytest.raises(BusError, match="is the disk of the bus full"):
            await fill()
        assert await bus.alive()
    server.kill()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://nats:4222", "not the address of a bus"),
        ("nats://a:secret@nats:4222", "not the address of a bus"),
        ("nats://nats:port", "not the address of a bus"),
        ("nats://no-such-host.invalid", "no-such-host.invalid:4222: no such name"),
    ],
)
async def test_urls_that_are_none_are_told(url, words):
    async with running(FleetSettings(url=url)) as bus:
        await until(lambda: words in bus.status.error)


async def test_a_program_that_is_no_bus_is_told():
    async def hello(reader, writer):
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")
        await writer.drain()

    async with (
        serving(hello) as port,
        running(FleetSettings(url=f"nats://127.0.0.1:{port}")) as bus,
    ):
        await until(lambda: "INFO" in bus.status.error)
