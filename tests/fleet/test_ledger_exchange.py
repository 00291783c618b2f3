"""The ledgers of several members over a real bus: each with a real file of its own."""

import asyncio
import zlib
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest
from ledger_rows import START, kept, raised, said, written

from tests.fleet.bus_server import NatsServer, connected, running
from tests.fleet.roles import ROLES, member, with_passwords
from tests.waiting import until
from wallboard.domain.ledger_row import AlarmKey, RowKind
from wallboard.fleet import names
from wallboard.fleet.ledger_exchange import LedgerExchange
from wallboard.fleet.names import BoardNames
from wallboard.fleet.shared_rows import messages
from wallboard.recorder.paths import RecordingFile, ledger_path

BOARD = BoardNames.of("Board")


@pytest.fixture
def place(tmp_path):
    """The recording of a member by its name."""

    def made(member):
        folder = tmp_path / member
        folder.mkdir(exist_ok=True)
        return RecordingFile(folder / "prod.db")

    return made


@asynccontextmanager
async def exchanging(bus_server, recording, **more):
    """A member that exchanges rows, for as long as this context lasts."""
    async with connected(bus_server) as bus, exchange_on(bus, recording, **more) as exchange:
        yield exchange


@asynccontextmanager
async def exchange_on(bus, recording, keep_days=lambda: 400.0, clock=lambda: START + 100):
    exchange = LedgerExchange(bus, BOARD, recording, keep_days=keep_days, clock=clock)
    task = asyncio.create_task(exchange.run())
    try:
        yield exchange
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def ledger_of(recording):
    """All rows of a member's ledger, without their numbers."""
    path = ledger_path(recording.path)
    return {replace(row, number=0) for row in kept(path)} if path.exists() else set()


async def test_a_row_of_one_member_comes_to_all_and_to_nobody_twice(bus_server, place):
    here, there = place("here"), place("there")
    async with exchanging(bus_server, here), exchanging(bus_server, there) as other:
        written(ledger_path(here.path), raised(0), said(RowKind.NOTE, 5))
        await until(lambda: len(ledger_of(there)) == 2)
        written(ledger_path(there.path), said(RowKind.ACKNOWLEDGED, 40, 0))
        await until(lambda: len(ledger_of(here)) == 3)
        await until(lambda: other.waiting == 0)
        assert other.taken == 2
        assert ledger_of(here) == ledger_of(there)


async def test_what_was_written_while_the_bus_was_away_comes_once_it_is_back(bus_server, place):
    here, there = place("here"), place("there")
    async with exchanging(bus_server, here) as mine, exchanging(bus_server, there):
        written(ledger_path(here.path), raised(0))
        await until(lambda: len(ledger_of(there)) == 1)
        bus_server.kill()
        written(ledger_path(here.path), said(RowKind.NOTE, 5, text="here"))
        written(ledger_path(there.path), said(RowKind.NOTE, 6, text="there"))
        await until(lambda: mine.waiting == 1)
        await until(lambda: mine.problems)
        assert mine.problems[0].startswith("1 row of alarms is not shared yet: ")
        assert mine.problems[0].endswith(". Retrying.")
        await bus_server.start()
        await until(lambda: len(ledger_of(here)) == len(ledger_of(there)) == 3)
        await until(lambda: not mine.problems and not mine.waiting)


async def test_an_alarm_that_two_raised_while_apart_is_the_same_in_all_ledgers(bus_server, place):
    here, there, third = place("here"), place("there"), place("third")
    later = replace(raised(0), at=START + 33, verdict="closed")
    written(ledger_path(here.path), later, said(RowKind.NOTE, 5))
    written(ledger_path(there.path), raised(0))
    async with exchanging(bus_server, here), exchanging(bus_server, third):
        await until(lambda: len(ledger_of(third)) == 2)
        async with exchanging(bus_server, there):
            expected = {raised(0), said(RowKind.NOTE, 5)}
            await until(lambda: all(ledger_of(one) == expected for one in (here, there, third)))


async def test_what_was_written_while_no_member_ran_comes_too(bus_server, place):
    here, there = place("here"), place("there")
    async with exchanging(bus_server, here), exchanging(bus_server, there):
        written(ledger_path(here.path), raised(0))
        await until(lambda: len(ledger_of(there)) == 1)
    written(ledger_path(here.path), said(RowKind.ACKNOWLEDGED, 40, 0))
    async with connected(bus_server) as bus, exchange_on(bus, here):
        before = (await bus.stream(names.LEDGER)).last

        async def is_sent():
            return (await bus.stream(names.LEDGER)).last > before

        await until(is_sent)
    async with exchanging(bus_server, there) as mine:
        await until(lambda: len(ledger_of(there)) == 2)
        assert mine.taken == 1


async def test_a_bus_that_lost_its_disk_gets_all_that_matters_again(bus_server, place):
    here, there, third = place("here"), place("there"), place("third")
    async with exchanging(bus_server, here), exchanging(bus_server, there):
        written(ledger_path(here.path), *(said(RowKind.NOTE, at, text=str(at)) for at in range(50)))
        await until(lambda: len(ledger_of(there)) == 50)
        await bus_server.restart(wiped=True)
        async with exchanging(bus_server, third):
            await until(lambda: len(ledger_of(third)) == 50)
    assert ledger_of(here) == ledger_of(there) == ledger_of(third)


async def test_what_the_retention_has_dropped_does_not_come_back(bus_server, place):
    here, there = place("here"), place("there")
    old = said(RowKind.NOTE, -20 * 86_400, text="old")
    written(ledger_path(here.path), old, said(RowKind.NOTE, 5, text="new"))
    dropping = exchanging(bus_server, there, keep_days=lambda: 10.0)
    async with exchanging(bus_server, here), dropping:
        await until(lambda: ledger_of(there))
    assert {row.text for row in ledger_of(there)} == {"new"}


async def test_garbage_is_counted_and_what_is_good_beside_it_is_taken(bus_server, place):
    here = place("here")
    steering = said(RowKind.NOTE, 5, text="a\x1b[2Jb", who="x\u202ey")
    good = said(RowKind.NOTE, 6, text="good")
    async with connected(bus_server) as bus, exchange_on(bus, here) as mine:
        await until(lambda: bus.status.connected)
        for data in (b"", b"\x00" * 50, zlib.compress(b"\x92\x01"), zlib.compress(b"a" * 10**7)):
            await bus.store(BOARD.ledger, data)
        for data, _ in messages([steering, replace(good, at=float("nan")), good]):
            await bus.store(BOARD.ledger, data)
        await until(lambda: len(ledger_of(here)) == 2)
        await until(lambda: mine.refused == 5)
    assert {(row.who, row.text) for row in ledger_of(here)} == {
        ("x\ufffdy", "a\ufffd[2Jb"),
        (good.who, "good"),
    }


async def test_many_rows_at_once_come_in_one_message(bus_server, place):
    here, there = place("here"), place("there")
    rows = [
        said(RowKind.ACKNOWLEDGED, 40, 0, key=AlarmKey("prod", number)) for number in range(200)
    ]
    async with exchanging(bus_server, here), exchanging(bus_server, there):
        written(ledger_path(here.path), *rows)
        await until(lambda: len(ledger_of(there)) == 200)
    async with connected(bus_server) as bus:
        assert (await bus.stream(names.LEDGER)).messages == 1


async def test_an_operator_shares_what_he_did_and_a_viewer_says_that_nobody_may(
    tmp_path, monkeypatch, place
):
    with_passwords(monkeypatch)
    server = NatsServer(tmp_path / "bus", ROLES)
    await server.start()
    collector, operator, viewer = place("collector"), place("operator"), place("viewer")
    try:
        async with AsyncExitStack() as stack:
            for name, recording in (("collector", collector), ("operator", operator)):
                writes = name == "collector"
                of_role = running(member(server, name), name, writes=writes)
                bus = await stack.enter_async_context(of_role)
                await until(lambda: bus.status.connected)  # noqa: B023  at once
                await stack.enter_async_context(exchange_on(bus, recording))
            bus = await stack.enter_async_context(running(member(server, "viewer"), writes=False))
            mine = await stack.enter_async_context(exchange_on(bus, viewer))
            written(ledger_path(operator.path), said(RowKind.ACKNOWLEDGED, 40, 0))
            await until(lambda: len(ledger_of(collector)) == len(ledger_of(viewer)) == 1)
            await until(lambda: mine.read_only)
            written(ledger_path(viewer.path), said(RowKind.NOTE, 50))
            await until(lambda: mine.problems)
            assert mine.problems == (
                "Read only: the bus does not let this member write; 1 row of alarms is known to "
                "this machine alone.",
            )
            assert len(ledger_of(collector)) == 1
    finally:
        server.kill()
