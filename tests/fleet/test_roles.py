"""The roles that come with the program, attacked by each of them."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace

import nats
import pytest
from nats.errors import NoRespondersError

from tests.fleet.bus_server import NatsServer, running
from tests.fleet.roles import PASSWORDS, ROLES, member, with_passwords
from tests.waiting import until
from wallboard.fleet import names
from wallboard.fleet.bus import NotAllowedError, bucket_stream
from wallboard.fleet_settings import FleetSettings
from wallboard.setting_types import Secret

BATCHES = "wallboard.observations.board.main"
ROWS = "wallboard.ledger.board"
LEASE = f"$KV.{names.LEASE}.board.main"
CHECKPOINT = f"$KV.{names.LAST}.board.main"
STREAMS = (names.OBSERVATIONS, names.LEDGER, *map(bucket_stream, (names.LAST, names.LEASE)))


@pytest.fixture
async def server(tmp_path, monkeypatch):
    with_passwords(monkeypatch)
    server = NatsServer(tmp_path / "bus", ROLES)
    await server.start()
    yield server
    server.kill()


@pytest.fixture
async def collector(server):
    """A collector that has the lease, with a message of each kind on the bus."""
    async with running(member(server, "collector"), "collector") as bus:
        await until(lambda: bus.status.connected)
        await bus.store(BATCHES, b"batch")
        await bus.store(ROWS, b"row")
        await bus.keep(names.LAST, "board.main", b"checkpoint")
        assert await bus.take_lease("board.main", b"collector")
        yield bus


@asynccontextmanager
async def attacker(server, role):
    """A client without our scruples, and what the server tells it."""
    told = []

    async def tell(error):
        told.append(str(error))

    client = await nats.connect(
        server.url,
        user=role,
        password=PASSWORDS[role],
        inbox_prefix=f"_INBOX.{role}",
        error_cb=tell,
        allow_reconnect=False,
    )
    try:
        yield client, told
    finally:
        await client.close()


async def state(bus):
    """All that an attacker may want to change."""
    extents = [replace(await bus.stream(stream), clock=0.0) for stream in STREAMS]
    return (
        extents,
        await bus.kept(names.LEASE, "board.main"),
        await bus.kept(names.LAST, "board.main"),
    )


@pytest.mark.parametrize("role", ["viewer", "operator"])
async def test_whoever_reads_gets_all_there_is(server, collector, role):
    async with running(member(server, role), role, writes=False) as bus:
        await until(lambda: bus.status.connected)
        heard = []
        await bus.listen("wallboard.observations.board.*", heard.append)
        await bus.alive()
        await collector.store(BATCHES, b"new")
        await until(lambda: heard == [b"new"])
        found = await bus.stored(names.OBSERVATIONS, BATCHES, 0)
        assert [one.data for one in found] == [b"batch", b"new"]
        assert await bus.kept(names.LAST, "board.main") == b"checkpoint"
        assert await bus.kept(names.LEASE, "board.main") == b"collector"
        assert await bus.keys(names.LAST, "board.") == ["board.main"]
        assert bus.epoch == collector.epoch


async def test_an_operator_writes_rows_and_says_who_it_is(server, collector):
    async with running(member(server, "operator"), "operator", writes=False) as bus:
        await until(lambda: bus.status.connected)
        assert await bus.may_store(ROWS)
        number = await bus.store(ROWS, b"acknowledged", "id")
        await bus.keep(names.MEMBERS, "board.operator", b"here")
        assert [one.number for one in await collector.stored(names.LEDGER, ROWS, 1)] == [number]
        assert await collector.kept(names.MEMBERS, "board.operator") == b"here"


@pytest.mark.parametrize(
    ("role", "allowed"),
    [("viewer", ()), ("operator", (ROWS, f"$KV.{names.MEMBERS}.board.x"))],
)
async def test_others_publish_nothing_else(server, collector, role, allowed):
    before = await state(collector)
    async with running(member(server, role), role, writes=False) as bus:
        await until(lambda: bus.status.connected)
        for subject in (BATCHES, ROWS, LEASE, CHECKPOINT, f"$KV.{names.MEMBERS}.board.x"):
            if subject in allowed:
                continue
            assert not await bus.may_store(subject)
            with pytest.raises(NotAllowedError, match="does not let this user publish to"):
                await bus.store(subject, b"evil")
    assert await state(collector) == before


@pytest.mark.parametrize("role", ["viewer", "operator", "collector"])
@pytest.mark.parametrize("prefix", ["$JS.API", "$JS.FLEET.API"])
async def test_nobody_deletes_or_changes_a_stream(server, collector, role, prefix):
    before = await state(collector)
    async with attacker(server, role) as (client, told):
        for stream in STREAMS:
            for what, asked in (
                (f"STREAM.DELETE.{stream}", None),
                (f"STREAM.PURGE.{stream}", None),
                (f"STREAM.MSG.DELETE.{stream}", {"seq": 1}),
                (f"STREAM.UPDATE.{stream}", {"name": stream, "max_age": 1_000_000_000}),
                (f"STREAM.SNAPSHOT.{stream}", {"deliver_subject": f"_INBOX.{role}.x"}),
                (f"CONSUMER.CREATE.{stream}", {"stream_name": stream, "config": {}}),
            ):
                await client.publish(
                    f"{prefix}.{what}",
                    json.dumps(asked).encode() if asked else b"",
                    reply=f"_INBOX.{role}.x",
                )
        await client.publish(f"{prefix}.STREAM.CREATE.OTHER", b'{"name":"OTHER","subjects":[">"]}')
        await until(lambda: len(told) == 6 * len(STREAMS) + 1)
    assert await state(collector) == before


@pytest.mark.parametrize("role", ["viewer", "operator"])
async def test_nobody_has_the_bus_write_for_them(server, collector, role):
    """JetStream answers to wherever it is told to, by its own right."""
    before = await state(collector)
    async with attacker(server, role) as (client, told):
        for target in (BATCHES, LEASE, CHECKPOINT, "_INBOX.collector.x"):
            for asked in (
                f"$JS.FLEET.API.DIRECT.GET.KV_{names.LAST}.{CHECKPOINT}",
                f"$JS.FLEET.API.STREAM.INFO.{names.LEDGER}",
                f"$JS.API.STREAM.INFO.{names.LEDGER}",
            ):
                await client.publish(asked, b"", reply=target)
        # What was asked last is answered last.
        await client.request(f"$JS.FLEET.API.STREAM.INFO.{names.LEDGER}", b"", timeout=5)
        assert told == []
    assert await state(collector) == before


@pytest.mark.parametrize("role", ["viewer", "operator"])
@pytest.mark.parametrize(
    "subject", [">", "_INBOX.>", "_INBOX.collector.>", "$JS.API.>", "$KV.>", "$SYS.>", "*.>"]
)
async def test_nobody_listens_to_what_others_ask(server, collector, role, subject):
    heard = []
    async with attacker(server, role) as (client, told):

        async def hear(message):
            heard.append(message.subject)

        await client.subscribe(subject, cb=hear)
        await until(lambda: any("permissions violation for subscription" in one for one in told))
        await collector.kept(names.LAST, "board.main")
        await client.flush()
    assert heard == []


@pytest.mark.parametrize(("user", "password"), [("viewer", "wrong"), ("nobody", "x"), (None, None)])
async def test_nobody_comes_in_without_a_password(server, user, password):
    settings = FleetSettings(
        url=server.url,
        user=Secret(user) if user else None,
        password=Secret(password) if password else None,
    )
    async with running(settings, writes=False) as bus:
        await until(lambda: "the bus refuses this user" in bus.status.error)


async def test_a_viewer_does_not_reach_the_system_of_the_server(server, collector):
    async with attacker(server, "viewer") as (client, told):
        with pytest.raises((NoRespondersError, asyncio.TimeoutError, nats.errors.TimeoutError)):
            await client.request("$SYS.REQ.SERVER.PING", b"", timeout=0.5)
        await until(lambda: any("permissions violation" in one for one in told))
