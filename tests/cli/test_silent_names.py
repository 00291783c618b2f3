"""Every command where a name server never answers: a lookup takes minutes, and cannot be ended."""

import asyncio
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from silent_names import FADING, HOST, TWO_ADDRESSES, URL

PATIENCE_SECONDS = 60.0
"""Less than half of what one lookup takes."""

SILENT = [f"silent{number}" for number in range(1, 7)]
CONFIG = """interval = 1
backoff_max = 1
""" + "".join(
    f'[[server]]\nname = "{name}"\nurl = "{url}"\nentry_point = [{{ id = 1000 }}]\n'
    for name, url in (*((name, f"http://{name}.test") for name in SILENT), ("good", URL))
)
NAMESPACES = ("unshare", "-rmn")


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "board.toml"
    path.write_text(CONFIG)
    return str(path)


@pytest.fixture(scope="module")
def namespaces():
    if not shutil.which("unshare") or subprocess.run([*NAMESPACES, "true"], check=False).returncode:
        pytest.skip("this user may not make namespaces, so there is no name server to be had")


@pytest.fixture
async def start(tmp_path, environment, namespaces):
    """Starts ``python -m wallboard`` in namespaces of its own."""
    processes = []

    async def started(*args: str, program=("-m", "wallboard")):
        process = await asyncio.create_subprocess_exec(
            *NAMESPACES,
            *(sys.executable, str(Path(__file__).with_name("silent_names.py")), str(tmp_path)),
            *(sys.executable, *program, *args),
            cwd=tmp_path,
            env=environment | {"WALLBOARD_STATE": str(tmp_path / "state")},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        processes.append(process)
        return process

    yield started
    for process in processes:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def ended(process):
    """The exit status and what was said, which a hanging thread would hold back."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def until_line(stream, wanted):
    """Read on to a line that holds these words; all lines until then."""
    lines = []
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not lines or wanted not in lines[-1]:
                line = await stream.readline()
                assert line, f"it ended without {wanted!r}: {lines}"
                lines.append(line.decode())
    except TimeoutError:
        pytest.fail(f"waited in vain for {wanted!r}: {lines}")
    return lines


async def test_a_check_names_the_cause_and_the_others_are_well(start, config):
    status, out, _ = await ended(await start("check", "--config", config, "--format", "json"))
    document = json.loads(out)
    assert status == 2
    levels = {one["server"]: one["level"] for one in document["entry_points"]}
    assert levels == {**dict.fromkeys(SILENT, "critical"), "good": "ok"}
    causes = {
        endpoint["error"]
        for one in document["entry_points"]
        if one["server"] != "good"
        for endpoint in one["endpoints"].values()
    }
    assert "dns" in causes
    assert causes <= {"dns", None}, "nothing else is wrong with those that were not asked"


def out_of_reach(lines):
    """The servers that were said to be, at the start or as a change, as often as that was said."""
    return [
        one["server"]
        for one in map(json.loads, lines)
        if one["event"] == "server" or one.get("subject") == "server"
    ]


async def test_a_board_is_in_one_steady_state_and_ends_at_once(start, config):
    process = await start(
        *("watch", "--config", config, "--no-record", "--format", "ndjson", "--heartbeat", "1")
    )
    said = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not set(SILENT) <= set(out_of_reach(said)):
            said += await until_line(process.stdout, '"heartbeat"')
    for _ in range(3):
        said += await until_line(process.stdout, '"heartbeat"')
    process.send_signal(signal.SIGTERM)
    status, rest, err = await ended(process)
    assert (status, err) == (0, "")
    assert sorted(out_of_reach([*said, *rest.splitlines()])) == SILENT, said
    assert not [line for line in said if '"good"' in line and '"critical"' in line]


ONCE = {
    "raw": (["raw", "chatAllowed", "1000"], 69),
    "doctor": (["doctor"], 2),
    "survey": (["survey", "--sid", "1", "-q", "How?", "-a", "Well", "--yes"], 69),
    "discover": (["discover", "--ids", "1-100", "--timeout", "15"], 75),
}


@pytest.mark.parametrize("command", ONCE)
async def test_each_command_names_the_cause_and_ends(start, command):
    args, expected = ONCE[command]
    status, out, err = await ended(await start(*args, "--url", "http://silent.test"))
    assert status == expected, out + err
    assert "DNS lookup failed for silent.test: no name server answers." in out + err


async def test_an_address_that_is_dead_is_not_waited_for_where_there_is_another(start):
    status, out, err = await ended(
        await start("raw", "chatAllowed", "1000", "--url", TWO_ADDRESSES)
    )
    assert (status, err) == (0, "")
    assert "allowed=" in out
    status, out, _ = await ended(await start("doctor", "--url", TWO_ADDRESSES))
    assert status == 0, out


async def test_a_name_to_listen_on_is_not_waited_for_either(start, config):
    for args in (["simulate", "--host"], ["metrics", "--config", config, "--listen"]):
        where = "silent.test:0" if args[0] == "metrics" else "silent.test"
        status, _, err = await ended(await start(*args, where))
        assert status == 69
        assert "cannot listen on 'silent.test'" in err


LIVING = {
    "record": (["record"], "event=recording"),
    "metrics": (["metrics", "--listen", "0"], "event=recording"),
    "text": (["--every", "0.2"], "silent1"),
    "doctor": (["doctor"], "silent1"),
}


@pytest.mark.parametrize("command", LIVING)
async def test_an_interrupt_ends_it_at_once(start, config, command):
    args, sign = LIVING[command]
    process = await start(*args, "--config", config)
    service = command in {"record", "metrics"}
    await until_line(process.stderr if service else process.stdout, sign)
    process.send_signal(signal.SIGINT)
    status, _, err = await ended(process)
    assert (status, "Traceback" in err) == (130, False), err


FADES = f"""
import asyncio, socket
from wallboard.ece.ask.resolver import Resolver

async def main():
    names = Resolver(2.0)
    addresses = [one["host"] for one in await names.resolve("{FADING}", 80)]
    print(addresses, names.outdated)
    addresses = [one["host"] for one in await names.resolve("{FADING}", 80)]
    print(addresses, names.waits, names.outdated)
    try:
        await names.resolve("silent.test", 80)
    except socket.gaierror as error:
        print(error.errno == socket.EAI_AGAIN, names.waits)

asyncio.run(main())
"""


async def test_the_last_address_is_used_while_no_name_server_answers(start):
    status, out, err = await ended(await start(program=("-c", FADES)))
    assert (status, err) == (0, "")
    assert out.splitlines() == [f"['{HOST}'] False", f"['{HOST}'] False True", "True True"]
