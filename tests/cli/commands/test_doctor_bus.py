"""``wallboard doctor`` looks at the bus of a fleet."""

import json

import pytest

from tests.fleet.bus_server import NatsServer, free_port, running
from tests.fleet.conftest import bus_server
from tests.fleet.roles import PASSWORDS, ROLES, member, with_passwords
from tests.waiting import until
from wallboard.fleet.bus import Bus
from wallboard.fleet.names import BoardNames
from wallboard.fleet_settings import FleetSettings

__all__ = ["bus_server"]


@pytest.fixture
def config(tmp_path):
    def written(simulator, fleet):
        path = tmp_path / "wallboard.toml"
        path.write_text(
            f'title = "chat"\nrecord = false\n[fleet]\n{fleet}\n'
            f'[[server]]\nname = "prod"\nurl = "{simulator.url}"\n'
            "[[server.entry_point]]\nid = 1000\n"
        )

    return written


async def asked(wallboard):
    ended = await wallboard("doctor", "--format", "json")
    machine = json.loads(ended.out)["machine"]
    return next((one for one in machine if one["step"] == "bus"), None), ended


async def leading(bus: Bus) -> None:
    await until(lambda: bus.status.connected)
    await bus.take_lease(BoardNames.of("chat").key, b'{"member": "jump1"}')
    await bus.take_lease(BoardNames.of("chat").alarms_key, b'{"member": "decider"}')


async def test_a_bus_that_is_as_it_should_be(simulated, bus_server, config, wallboard):
    config(await simulated(), f'url = "{bus_server.url}"')
    async with running(FleetSettings(url=bus_server.url)) as bus:
        await leading(bus)
        found, ended = await asked(wallboard)
    assert (found["level"], ended.status) == ("ok", 0)
    assert "no TLS; jump1 polls, 0 members." in found["message"]
    assert found["facts"]["holders"] == ["jump1"]


async def test_a_bus_that_is_away_does_not_make_the_servers_fail(simulated, config, wallboard):
    config(await simulated(), f'url = "nats://127.0.0.1:{free_port()}"')
    found, ended = await asked(wallboard)
    assert (found["level"], ended.status) == ("warning", 1)
    assert "connection refused" in found["message"]


async def test_other_times_of_the_lease_are_told(simulated, bus_server, config, wallboard):
    config(await simulated(), f'url = "{bus_server.url}"\nlease = 20')
    async with running(FleetSettings(url=bus_server.url)) as bus:
        await leading(bus)
        found, _ = await asked(wallboard)
    assert "`lease` is 20 s, but on the bus it lasts 10 s" in found["message"]


async def test_a_user_who_may_not_do_what_the_config_says_is_told(
    simulated, tmp_path, monkeypatch, config, wallboard
):
    with_passwords(monkeypatch)
    server = NatsServer(tmp_path / "bus", ROLES)
    await server.start()
    login = f'user = "viewer"\npassword = "{PASSWORDS["viewer"]}"'
    try:
        async with running(member(server, "collector")) as bus:
            await leading(bus)
            config(await simulated(), f'url = "{server.url}"\nlease = 5\n{login}')
            found, _ = await asked(wallboard)
            assert "This user may not publish polls" in found["message"]
            config(await simulated(), f'url = "{server.url}"\ncollect = false\n{login}')
            found, _ = await asked(wallboard)
            assert found["level"] == "ok"
    finally:
        server.kill()


async def test_without_a_fleet_there_is_no_bus(simulated, config, wallboard):
    config(await simulated(), "")
    found, ended = await asked(wallboard)
    assert (found, ended.status) == (None, 0)
