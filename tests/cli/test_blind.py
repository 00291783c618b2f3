"""A machine that has lost its network: what every command without a wall says of it."""

import asyncio
import json
import shutil
import socket
import subprocess
import sys
from datetime import datetime

import pytest

LOST = "This machine has no network since "


@pytest.fixture
def shut():
    """A socket of this machine whose port refuses connections until it listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held


@pytest.fixture
def config(tmp_path, shut):
    """A board of two servers, and a witness; none of the three answers."""
    port = shut.getsockname()[1]

    def written(witness=f"127.0.0.1:{port}", host="127.0.0.1:1"):
        servers = "".join(
            f'[[server]]\nname = "{name}"\nurl = "http://{host}"\n'
            f"[[server.entry_point]]\nid = {number}\n"
            for number, name in enumerate(("prod", "lab"), 1000)
        )
        text = f'record = false\ninterval = 0.2\n[alarm]\nwitness = ["{witness}"]\n{servers}'
        (tmp_path / "wallboard.toml").write_text(text)

    return written


async def test_a_check_knows_nothing_without_a_network(wallboard, config, shut):
    config()
    ended = await wallboard("check", "--format", "nagios")
    assert ended.status == 3
    assert ended.out.startswith(f"WALLBOARD UNKNOWN - {LOST}")
    assert "(no witness answers)|" in ended.out.splitlines()[0]
    ended = await wallboard("check")
    assert ended.status == 3
    assert any(line.startswith(LOST) for line in ended.out.splitlines())
    ended = await wallboard("check", "--format", "json")
    assert ended.status == 3
    told = json.loads(ended.out)
    assert told["blind_since"] <= told["at"]
    assert {one["verdict"] for one in told["entry_points"]} == {"unreachable"}
    ended = await wallboard("check", "--format", "openmetrics")
    assert "wallboard_blind 1.0" in ended.out.splitlines()


async def test_a_check_goes_by_its_servers_where_a_witness_answers(wallboard, config, shut):
    config()
    shut.listen()
    ended = await wallboard("check", "--format", "json")
    assert ended.status == 2
    assert json.loads(ended.out)["blind_since"] is None
    ended = await wallboard("check", "--format", "openmetrics")
    assert "wallboard_blind 0.0" in ended.out.splitlines()


async def test_a_watch_says_when_the_network_is_lost_and_when_it_is_back(start, config, shut):
    config()
    process = await start("watch", "--format", "ndjson", "--level", "critical")

    async def network():
        while True:
            line = json.loads(await process.stdout.readline())
            if line["event"] == "network":
                return line

    async with asyncio.timeout(60):
        lost = await network()
        shut.listen()
        back = await network()
    assert (lost["level"], lost["lasted_seconds"]) == ("unknown", None)
    assert lost["blind_since_unix"] <= lost["at_unix"]
    assert (back["level"], back["blind_since"]) == ("critical", None)
    assert back["lasted_seconds"] > 0


async def test_an_unplugged_machine_raises_nothing_until_a_witness_answers(
    wallboard, start, config, tmp_path, shut
):
    config()
    text = (tmp_path / "wallboard.toml").read_text().replace("record = false\n", "")
    (tmp_path / "wallboard.toml").write_text(text.replace("[alarm]\n", "[alarm]\nraise_for = 3\n"))
    recording = await start("record")

    async def told():
        return json.loads((await wallboard("status", "--format", "json")).out)

    async def kinds():
        ended = await wallboard("alarms", "log", "--format", "json")
        return [row["kind"] for row in json.loads(ended.out)["rows"]]

    async with asyncio.timeout(90):
        while (one := await told())["blind_since"] is None or _seconds(one) < 6:
            assert one["alarms"]["unacknowledged"] in {None, 0}
        assert await kinds() == ["blind"]
        shut.listen()
        while (await told())["alarms"]["unacknowledged"] != 2:
            pass
    assert (await kinds())[:2] == ["blind", "seeing"]
    assert sorted((await kinds())[2:]) == ["raised", "raised"]
    recording.terminate()
    _, log = await recording.communicate()
    events = [line.split("event=")[1].split()[0] for line in log.decode().splitlines()]
    assert [event for event in events if "network" in event] == ["network_lost", "network_back"]


def _seconds(told):
    """For how long it has been blind."""
    at, since = (datetime.fromisoformat(told[name]) for name in ("at", "blind_since"))
    return (at - since).total_seconds()


def test_a_machine_without_any_interface_says_that_it_is_blind(tmp_path, config, environment):
    if not _may_unshare():
        pytest.skip("this machine allows no network namespaces")
    config(witness="192.0.2.1:443", host="192.0.2.2")
    ended = subprocess.run(
        ["unshare", "-rn", sys.executable, "-m", "wallboard", "check", "--format", "nagios"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.stderr == ""
    assert ended.returncode == 3
    assert ended.stdout.startswith(f"WALLBOARD UNKNOWN - {LOST}")


def _may_unshare() -> bool:
    tool = shutil.which("unshare")
    return bool(tool) and subprocess.run([tool, "-rn", "true"], check=False).returncode == 0
