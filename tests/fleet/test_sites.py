"""Two sites with the configurations that come with the program."""

import re
import time
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from tests.fleet.bus_server import NatsServer, free_port, running
from tests.fleet.cable import Cable
from tests.fleet.roles import member, with_passwords
from tests.fleet.test_live_places import settings_of, simulated
from tests.waiting import until
from wallboard.config.state_folder import BoardId
from wallboard.feeds.shared import SharedFeed
from wallboard.fleet import names
from wallboard.fleet.bus import BusError
from wallboard.fleet.local_server import shipped_config
from wallboard.fleet.overview import make_mirrors
from wallboard.live import LiveBoard

BATCHES = "wallboard.observations.board.main"
ROWS = "wallboard.ledger.board"


def here(name: str, leaf_port: int) -> str:
    """A configuration as it is shipped, but for the ports and the folder of this test."""
    text = re.sub(r"(?m)^listen: .*$|^  store_dir: .*$", "", shipped_config(name))
    # Else it tells the other site by which addresses it can be reached as well.
    return text.replace('"0.0.0.0:7422"', f'"127.0.0.1:{leaf_port}", no_advertise: true')


@asynccontextmanager
async def connected_sites(folder, leaf_port, monkeypatch, to=None):
    """The servers of both sites, connected; ``to`` is the port by which B reaches A, if another."""
    with_passwords(monkeypatch)
    monkeypatch.setenv("WALLBOARD_SITE", '"of-the-site"')
    url = f'"nats-leaf://site-b:of-the-site@127.0.0.1:{to or leaf_port}"'
    monkeypatch.setenv("WALLBOARD_SITE_URL", url)
    a = NatsServer(folder / "a", here("site-a", leaf_port))
    b = NatsServer(folder / "b", here("site-b", leaf_port))
    try:
        await a.start()
        await b.start()
        await until(lambda: "Leafnode connection created" in b.log)
        yield a, b
    finally:
        a.kill()
        b.kill()


@pytest.fixture
async def sites(tmp_path, monkeypatch):
    """The servers of both sites, connected."""
    async with connected_sites(tmp_path, free_port(), monkeypatch) as sites:
        yield sites


@pytest.fixture
async def line_of_sites(tmp_path, monkeypatch):
    """The line between two sites, and their servers."""
    leaf_port = free_port()
    async with (
        Cable(leaf_port) as line,
        connected_sites(tmp_path, leaf_port, monkeypatch, line.port) as sites,
    ):
        yield line, *sites


def collector(server: NatsServer):
    return replace(member(server, "collector"), domain="site-a")


async def test_the_other_site_reads_from_its_own_server(sites):
    a, b = sites
    async with running(collector(a), "a") as leader:
        await until(lambda: leader.status.connected)
        await leader.store(BATCHES, b"before")
        await leader.keep(names.LAST, "board.main", b"checkpoint")
        revision = await leader.take_lease("board.main", b"leader")
        made = await make_mirrors(collector(b))
        assert len(made) == 5
        assert await make_mirrors(collector(b)) == []
        async with running(member(b, "viewer"), "viewer", writes=False) as viewer:
            await until(lambda: viewer.status.connected)
            heard = []
            await viewer.listen("wallboard.observations.board.*", heard.append)
            await viewer.alive()

            async def complete() -> bool:
                return await viewer.kept(names.LAST, "board.main") == b"checkpoint"

            await until(complete)
            number = await leader.store(BATCHES, b"now")
            await until(lambda: heard == [b"now"])

            async def mirrored() -> bool:
                found = await viewer.stored(names.OBSERVATIONS, BATCHES, 0)
                return [(one.number, one.data) for one in found] == [
                    (number - 1, b"before"),
                    (number, b"now"),
                ]

            await until(mirrored)
            assert (await viewer.stream(names.OBSERVATIONS)).mirror
            # Site A is away: what there was is still read.
            a.kill()
            assert await viewer.kept(names.LAST, "board.main") == b"checkpoint"
            assert viewer.status.connected
            await a.start()
            await until(lambda: leader.status.connections == 2)

            async def heard_again() -> bool:
                # What is sent before the sites are connected is not heard, but mirrored.
                await leader.store(BATCHES, b"again")
                return heard[-1] == b"again"

            await until(heard_again)
            assert await leader.renew_lease("board.main", b"leader", revision)


async def test_an_acknowledgement_of_the_other_site_comes_to_all(sites):
    a, b = sites
    async with running(collector(a), "a") as leader:
        await until(lambda: leader.status.connected)
        await make_mirrors(collector(b))
        heard = []
        await leader.listen(ROWS, heard.append)
        async with running(member(b, "operator"), "operator", writes=False) as operator:
            await until(lambda: operator.status.connected)

            async def stored() -> bool:
                try:
                    return await operator.store(ROWS, b"acknowledged", "id") == 1
                except BusError:
                    return False

            await until(stored)
            await until(lambda: heard == [b"acknowledged"])
            await operator.keep(names.MEMBERS, "board.b", b"here")
            assert await leader.kept(names.MEMBERS, "board.b") == b"here"
            a.kill()
            with pytest.raises(BusError, match="the site that has the streams is out of reach"):
                await operator.store(ROWS, b"x")
            assert operator.status.connected


@asynccontextmanager
async def board(simulator, name, fleet, folder):
    """A board of a member, with a recording of its own."""
    settings = replace(
        settings_of(simulator),
        record=str(folder / f"{name}.db"),
        fleet=replace(fleet, member=name, lease=5.0),
    )

    def feed(polled):
        return SharedFeed(polled, BoardId(name), environ={})

    async with LiveBoard(settings, feed) as board:
        yield board


def polled_at(board):
    """The date of its newest poll; 0 before there is one."""
    statuses = board.snapshot().entry_points.values()
    states = [state for one in statuses for state in one.state.endpoints.values()]
    return max((state.last.at for state in states if state.last), default=0.0)


async def test_while_the_line_is_down_the_site_with_the_streams_goes_on(line_of_sites, tmp_path):
    line, a, b = line_of_sites
    async with simulated() as simulator, board(simulator, "ana", collector(a), tmp_path) as ana:
        await until(lambda: ana.status.fleet and ana.status.fleet.holds)
        await make_mirrors(collector(b))
        viewer = replace(member(b, "viewer"), collect=False)
        async with (
            board(simulator, "bob", collector(b), tmp_path) as bob,
            board(simulator, "eve", viewer, tmp_path) as eve,
        ):
            await until(lambda: min(map(polled_at, (bob, eve))) > 0)
            await line.cut()
            cut = time.time()
            await until(lambda: bob.status.problems and eve.status.problems)
            await until(lambda: polled_at(ana) > cut + 6.0)
            assert ana.status.fleet.holds
            assert not ana.status.problems
            assert not bob.status.fleet.holds
            assert max(map(polled_at, (bob, eve))) < cut + 1.0
            await line.mend()
            mended = time.time()
            await until(lambda: min(map(polled_at, (bob, eve))) > mended)
            await until(lambda: not bob.status.problems and not eve.status.problems)
            assert ana.status.fleet.holds


async def test_there_is_one_lease_for_both_sites(sites):
    a, b = sites
    async with running(collector(a), "a") as first, running(collector(b), "b") as second:
        await until(lambda: first.status.connected and second.status.connected)
        assert first.epoch == second.epoch
        revision = await first.take_lease("board.main", b"first")
        assert await second.take_lease("board.main", b"second") is None
        await first.release_lease("board.main", revision)
        taken = await second.take_lease("board.main", b"second")
        assert taken
        assert taken > revision


async def test_a_collector_without_the_domain_makes_no_streams_of_its_own(sites):
    a, b = sites
    async with running(member(b, "collector")) as bus:
        await until(lambda: "has the JetStream domain 'site-b'" in bus.status.error)
    async with running(collector(a)) as leader:
        await until(lambda: leader.status.connected)
        await make_mirrors(collector(b))
        async with running(member(b, "collector")) as bus:
            await until(lambda: "this server only mirrors" in bus.status.error)
        with pytest.raises(BusError, match="this server is no other site"):
            await make_mirrors(collector(a))
