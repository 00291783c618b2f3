"""Two sites with the configurations that come with the program."""

import re
from dataclasses import replace

import pytest

from tests.fleet.bus_server import NatsServer, free_port, running
from tests.fleet.roles import member, with_passwords
from tests.waiting import until
from wallboard.fleet import names
from wallboard.fleet.bus import BusError
from wallboard.fleet.local_server import shipped_config
from wallboard.fleet.overview import make_mirrors

BATCHES = "wallboard.observations.board.main"
ROWS = "wallboard.ledger.board"


def here(name: str, leaf_port: int) -> str:
    """A configuration as it is shipped, but for the ports and the folder of this test."""
    text = re.sub(r"(?m)^listen: .*$|^  store_dir: .*$", "", shipped_config(name))
    return text.replace("0.0.0.0:7422", f"127.0.0.1:{leaf_port}")


@pytest.fixture
async def sites(tmp_path, monkeypatch):
    """The servers of both sites, connected."""
    with_passwords(monkeypatch)
    leaf_port = free_port()
    monkeypatch.setenv("WALLBOARD_SITE", '"of-the-site"')
    url = f'"nats-leaf://site-b:of-the-site@127.0.0.1:{leaf_port}"'
    monkeypatch.setenv("WALLBOARD_SITE_URL", url)
    a = NatsServer(tmp_path / "a", here("site-a", leaf_port))
    b = NatsServer(tmp_path / "b", here("site-b", leaf_port))
    await a.start()
    await b.start()
    await until(lambda: "Leafnode connection created" in b.log)
    yield a, b
    a.kill()
    b.kill()


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
            # The cable between the sites is cut: what there was is still read.
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
