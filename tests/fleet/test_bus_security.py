"""Who the bus is, and who this member is: TLS, passwords and keys."""

import asyncio
from dataclasses import replace

import nkeys
import pytest
import trustme

from tests.fleet.bus_server import NatsServer, running
from tests.fleet.cable import Cable, serving
from tests.waiting import until
from wallboard.cli.options.board_options import BoardOptions
from wallboard.feeds import FleetStatus
from wallboard.feeds.shared import SharedFeed
from wallboard.fleet_settings import FleetSettings
from wallboard.live import LiveBoard
from wallboard.setting_types import Secret


class Pem:
    """A CA, a certificate of it for this machine, and one for a client."""

    def __init__(self, folder) -> None:
        folder.mkdir()
        ca = trustme.CA()
        ca.cert_pem.write_to_path(folder / "ca.pem")
        for name, issued in (
            ("server", ca.issue_cert("localhost", "127.0.0.1")),
            ("other", ca.issue_cert("other.example.com")),
            ("client", ca.issue_cert("client@example.com")),
        ):
            issued.private_key_and_cert_chain_pem.write_to_path(folder / f"{name}.pem")
        self.folder = folder
        self.ca_file = str(folder / "ca.pem")
        self.client_cert = str(folder / "client.pem")

    def config(self, name: str = "server", more: str = "") -> str:
        """TLS as the server's configuration has it."""
        file = self.folder / f"{name}.pem"
        return (
            f'tls {{ cert_file: "{file}", key_file: "{file}", ca_file: "{self.ca_file}" {more} }}\n'
        )


@pytest.fixture
def pem(tmp_path):
    return Pem(tmp_path / "pem")


@pytest.fixture
async def start(tmp_path):
    servers = []

    async def start(config: str) -> NatsServer:
        server = NatsServer(tmp_path / f"bus{len(servers)}", config)
        servers.append(server)
        await server.start()
        return server

    yield start
    for server in servers:
        server.kill()


def tls(server: NatsServer, **more) -> FleetSettings:
    return FleetSettings(url=f"tls://localhost:{server.port}", lease=5.0, **more)


async def test_the_certificate_of_the_bus_is_verified(start, pem):
    server = await start(pem.config())
    async with running(tls(server, ca_file=pem.ca_file)) as bus:
        await until(lambda: bus.status.connected)
    for settings, words in (
        (tls(server), "set `ca_file` of [fleet] to the CA that signed it"),
        (tls(server, ca_file="/none.pem"), "[fleet]: ca_file: cannot use '/none.pem'"),
    ):
        async with running(settings) as bus:
            await until(lambda bus=bus, words=words: words in bus.status.error)
    async with running(tls(server, verify=False)) as bus:
        await until(lambda: bus.status.connected)


async def test_the_certificate_must_be_for_the_name_in_the_url(start, pem):
    server = await start(pem.config("other"))
    async with running(tls(server, ca_file=pem.ca_file)) as bus:
        await until(lambda: "use the name in the certificate" in bus.status.error)


async def test_a_server_may_ask_for_a_client_certificate(start, pem):
    server = await start(pem.config(more=", verify: true"))
    async with running(tls(server, ca_file=pem.ca_file)) as bus:
        await until(lambda: "requires a client certificate" in bus.status.error)
    async with running(tls(server, ca_file=pem.ca_file, client_cert=pem.client_cert)) as bus:
        await until(lambda: bus.status.connected)


async def test_a_server_that_demands_tls_gets_it_also_without_tls_in_the_url(start, pem):
    server = await start(pem.config())
    settings = FleetSettings(url=f"nats://localhost:{server.port}", ca_file=pem.ca_file)
    async with running(settings) as bus:
        await until(lambda: bus.status.connected)


async def test_nothing_is_said_to_a_server_without_tls_where_tls_is_asked_for():
    heard = bytearray()

    async def plain(reader, writer):
        writer.write(b'INFO {"server_id":"x","version":"2.11.0","max_payload":1048576}\r\n')
        await writer.drain()
        while data := await reader.read(1024):
            heard.extend(data)

    async with serving(plain) as port:
        settings = FleetSettings(
            url=f"tls://127.0.0.1:{port}", user=Secret("me"), password=Secret("hunter2")
        )
        async with running(settings) as bus:
            await until(lambda: "tls:// means that nothing is sent without" in bus.status.error)
        assert heard == b""


async def test_a_server_that_hangs_in_tls_is_tried_again(start, pem):
    """The first connection is accepted, and TLS goes unanswered."""
    server = await start(pem.config())
    hung = asyncio.Event()

    async with Cable(server.port) as cable:

        async def hangs_first(reader, writer):
            if not hung.is_set():
                writer.write(
                    b'INFO {"version":"2.11.0","tls_required":true,"max_payload":1000}\r\n'
                )
                await reader.read(65536)
                hung.set()
                await reader.read()
            else:
                await cable.join(reader, writer)

        async with serving(hangs_first) as port:
            settings = FleetSettings(url=f"tls://localhost:{port}", ca_file=pem.ca_file)
            async with running(settings) as bus:
                await until(hung.is_set)
                await until(lambda: bus.status.connected, 5)


USER = 'authorization {{ users: [ {{ user: wall, password: "{}" }} ] }}'


CONFIG = """\
title = "chat"
record = false
[fleet]
url = "{url}"
collect = false
user = "wall"
password = {{ file = "password" }}
[[server]]
name = "ece"
url = "http://127.0.0.1:9"
[[server.entry_point]]
id = 1000
"""


async def test_a_board_says_what_it_may_not_listen_to(start, tmp_path):
    server = await start(NO_LEDGER.replace("ledger", "observations"))
    config = tmp_path / "wallboard.toml"
    file = tmp_path / "password"
    file.write_text("x")
    config.write_text(CONFIG.format(url=server.url).replace('"wall"', '"some"'))
    options = BoardOptions(url=None, config=config, no_verify=False, headers=())
    settings, source = options.opened()
    everything = FleetSettings(url=server.url, user=Secret("all"), password=Secret("x"))
    async with (
        running(everything),
        LiveBoard(settings, lambda found: SharedFeed(found, source.board), source=source) as live,
    ):
        await until(
            lambda: any(
                "not seen here: the bus does not let this user subscribe to wallboard.obs"
                in problem
                for problem in live.problems
            )
        )


async def test_a_password_that_changes_on_disk_is_read_again(start, tmp_path):
    server = await start(USER.format("first"))
    async with running(
        FleetSettings(url=server.url, user=Secret("wall"), password=Secret("first"))
    ) as collector:
        await until(lambda: collector.status.connected)
    file, config = tmp_path / "password", tmp_path / "wallboard.toml"
    file.write_text("first")
    config.write_text(CONFIG.format(url=server.url))
    options = BoardOptions(url=None, config=config, no_verify=False, headers=())
    settings, source = options.opened()
    edits = []
    live = LiveBoard(settings, lambda found: SharedFeed(found, source.board), source=source)
    live.on_edited(lambda *edit: edits.append(edit))

    def bus():
        return live.status.fleet or FleetStatus(member="")

    async with live:
        await until(lambda: bus().connected)
        server.config = USER.format("second")
        server.reload()
        await until(lambda: bus().refused)
        assert not any("first" in problem for problem in live.problems)
        assert not edits
        file.write_text("second")
        await until(lambda: bus().connected)
        assert len(edits) == 1


def seed_and_public() -> tuple[str, str]:
    """A new key of a user, as ``nk -gen user`` makes one."""
    import os

    seed = nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER)
    return seed.decode(), nkeys.from_seed(bytearray(seed)).public_key.decode()


async def test_a_key_takes_the_place_of_a_password(start):
    seed, public = seed_and_public()
    other, _ = seed_and_public()
    server = await start(f"authorization {{ users: [ {{ nkey: {public} }} ] }}")
    async with running(FleetSettings(url=server.url, nkey=Secret(seed))) as bus:
        await until(lambda: bus.status.connected)
    for nkey, words in ((other, "the bus refuses this user"), ("SUX", "not the seed of a user")):
        async with running(FleetSettings(url=server.url, nkey=Secret(nkey))) as bus:
            await until(lambda bus=bus, words=words: words in bus.status.error)


NO_LEDGER = """authorization { users: [
  { user: all, password: x }
  { user: some, password: x, permissions: { subscribe: { deny: "wallboard.ledger.>" } } }
] }"""


async def test_what_one_may_not_listen_to_is_told_and_the_rest_goes_on(start):
    server = await start(NO_LEDGER)
    heard = []
    everything = FleetSettings(url=server.url, user=Secret("all"), password=Secret("x"))
    async with (
        running(everything) as sender,
        running(replace(everything, user=Secret("some"))) as bus,
    ):
        await bus.listen("wallboard.ledger.board", heard.append)
        await bus.listen("wallboard.observations.board.main", heard.append)
        await until(lambda: sender.status.connected and bus.status.connected)
        assert bus.status.denied == (
            "the bus does not let this user subscribe to wallboard.ledger.board"
        )
        await sender.store("wallboard.ledger.board", b"row")
        await sender.store("wallboard.observations.board.main", b"batch")
        await until(lambda: heard == [b"batch"])
