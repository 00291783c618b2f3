"""``wallboard watch`` as a process: what it prints, beside whom it polls, and how it ends."""

import asyncio
import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import sys

import pytest
from waiting import PATIENCE_SECONDS

CALM = "[queue]\nload = 0.1\nagents = 9\n"
# Only the verdict changes, whichever endpoint is asked first.
TROUBLE = CALM + '[[fault]]\nkind = "other"\nentry_points = 1001\nfrom = 600\n'
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+\d\d:\d\d (OK|WARNING|UNKNOWN|CRITICAL) \S.*\.")


@pytest.fixture
def watch(start):
    async def started(simulator, *args: str, **variables):
        ids = ",".join(map(str, simulator.entry_points))
        address = ("--url", simulator.url, ids, "--interval", "0.3")
        return await start("watch", *address, *args, **variables)

    return started


@pytest.fixture
async def config(simulated, tmp_path):
    simulator = await simulated(TROUBLE)
    points = "".join(f"[[server.entry_point]]\nid = {id_}\n" for id_ in simulator.entry_points)
    text = f'interval = 0.3\n[[server]]\nname = "prod"\nurl = "{simulator.url}"\n{points}'
    (tmp_path / "wallboard.toml").write_text(text)
    return simulator


def let_trouble_come(simulator):
    simulator.speed = 1_000.0


async def line_with(process, text):
    """The first line of its output that holds a text."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while line := (await process.stdout.readline()).decode():
            if text in line:
                return line
    raise AssertionError(f"it ended without {text!r}: {await process.stderr.read()}")


async def ends(process, number=None):
    if number:
        process.send_signal(number)
    async with asyncio.timeout(PATIENCE_SECONDS):
        out, err = await process.communicate()
    return process.returncode, (out or b"").decode(), err.decode()


async def test_it_says_how_all_stands_then_what_changes_and_then_ends(watch, simulated):
    simulator = await simulated(TROUBLE)
    process = await watch(simulator, "--changes", "1", "--heartbeat", "0")
    first = await line_with(process, "")
    let_trouble_come(simulator)
    status, out, err = await ends(process)
    assert (status, err) == (0, "")
    lines = [first.rstrip(), *out.splitlines()]
    assert all(map(LINE.fullmatch, lines)), out
    assert " OK all 3 open; " in lines[0]
    assert re.search(r" CRITICAL 1001 \(127.0.0.1:\d+\): CLOSED, was OPEN", lines[-1])
    assert len(lines) == 2


async def test_a_heartbeat_comes_at_the_pace_that_was_asked_for(watch, simulated):
    process = await watch(await simulated(CALM), "--heartbeat", "0.2")
    for _ in range(4):
        await line_with(process, " OK all 3 open; ")
    assert (await ends(process, signal.SIGTERM))[0] == 0
    process = await watch(await simulated(CALM), "--heartbeat", "0", "--for", "5")
    # On a busy machine it may also say that something is stale.
    assert (await ends(process))[1].count(" in the last minute.") == 1


async def test_programs_read_along_in_ndjson(watch, simulated):
    arguments = ("--format", "ndjson", "--changes", "1", "--heartbeat", "0")
    simulator = await simulated(TROUBLE)
    process = await watch(simulator, *arguments)
    opening = [await line_with(process, "") for _ in range(4)]
    let_trouble_come(simulator)
    status, out, err = await ends(process)
    assert (status, err) == (0, "")
    told = [json.loads(line) for line in (*opening, *out.splitlines())]
    assert [one["event"] for one in told] == [*["entry_point"] * 3, "heartbeat", "change"]
    change = told[-1]
    assert (change["id"], change["before"], change["after"], change["level"]) == (
        1001, "open", "other", "critical",
    )  # fmt: skip


async def test_the_server_that_dies_and_comes_back_is_one_line_each(watch, simulated):
    simulator = await simulated(CALM)
    port = int(simulator.url.rpartition(":")[2])
    process = await watch(simulator, "--heartbeat", "0")
    await line_with(process, " open; ")
    await simulator.stop()
    line = await line_with(process, " CRITICAL server ")
    assert "Check that the server is running" in line
    await simulator.start("127.0.0.1", port)
    await line_with(process, ": answers, was ")
    assert (await ends(process, signal.SIGTERM))[0] == 0


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
async def test_a_signal_ends_it_in_good_order(watch, simulated, number, status):
    process = await watch(await simulated(CALM))
    await line_with(process, " open; ")
    assert await ends(process, number) == (status, "", "")


async def test_a_reader_that_leaves_ends_it_in_silence_even_when_nothing_is_to_be_said(
    watch, simulated
):
    process = await watch(await simulated(CALM), "--heartbeat", "0")
    await line_with(process, " open; ")
    process.stdout._transport.close()
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert (await process.stderr.read(), await process.wait()) == (b"", 141)


async def asked_more(simulator, count):
    """Wait until the simulator was asked so many times more; what it was asked then, by id."""
    before = simulator.requests.count
    async with asyncio.timeout(PATIENCE_SECONDS):
        while simulator.requests.count < before + count:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)
    return [path.rpartition("/")[2] for _, path in simulator.requests.log][before:]


async def test_a_part_polls_for_the_whole_board_that_follows_it(start, config, tmp_path):
    state = {"WALLBOARD_STATE": str(tmp_path / "state")}
    part = await start("watch", "1002", "--heartbeat", "0.2", **state)
    await line_with(part, " all 1 open; ")
    assert set(await asked_more(config, 30)) == {"1000", "1001", "1002"}
    whole = await start("watch", "--heartbeat", "0.2", **state)
    await line_with(whole, " all 3 open; ")
    assert len(list((tmp_path / "state" / "recordings").glob("*.db"))) == 1
    status, out, err = await ends(part, signal.SIGTERM)
    assert (status, err) == (0, "")
    assert "1001" not in out
    # The other one goes on where this one ended.
    await asked_more(config, 30)


async def test_an_edit_of_the_config_is_taken_up_and_a_bad_one_only_said(start, config, tmp_path):
    file = tmp_path / "wallboard.toml"
    process = await start("watch", "--heartbeat", "0.2", "--level", "critical")
    await line_with(process, "all 3 open; ")
    good = file.read_text()
    file.write_text("no TOML")
    async with asyncio.timeout(PATIENCE_SECONDS):
        said = (await process.stderr.readline()).decode()
    assert said.startswith(
        "wallboard: Edited config is invalid, still using the previous config: wallboard.toml: "
    )
    file.write_text(good.replace("[[server.entry_point]]\nid = 1000\n", ""))
    await line_with(process, "all 2 open; ")
    let_trouble_come(config)
    await line_with(process, " CRITICAL 1001 (prod): CLOSED, was OPEN")


async def test_a_config_that_does_not_answer_is_told_of_and_holds_up_no_end(
    start, config, tmp_path
):
    file = tmp_path / "wallboard.toml"
    good = file.read_text()
    process = await start("watch", "--heartbeat", "0.2")
    await line_with(process, "all 3 open; ")
    for _ in range(2):
        file.unlink()
        os.mkfifo(file)
        held = os.open(file, os.O_RDWR)
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert "cannot be read" in (await process.stderr.readline()).decode()
        await line_with(process, " open; ")
        mended = tmp_path / "mended.toml"
        mended.write_text(good.replace("[[server.entry_point]]\nid = 1000\n", ""))
        mended.replace(file)
        os.close(held)
        await line_with(process, "all 2 open; ")
    file.unlink()
    os.mkfifo(file)
    held = os.open(file, os.O_RDWR)
    await line_with(process, " open; ")
    assert (await ends(process, signal.SIGTERM))[0] == 0
    os.close(held)


async def test_in_a_locale_without_utf8_it_writes_ascii(start, config, tmp_path):
    file = tmp_path / "wallboard.toml"
    text = file.read_text().replace("id = 1001", 'id = 1001\nname = "Küche"')
    file.write_text(text.replace("[[server]]", '[levels]\nopen = "warning"\n[[server]]'))
    process = await start("watch", "--for", "0.1", "--no-record", LC_ALL="C")
    _, out, _ = await ends(process)
    assert out.isascii()
    assert "K\\xfcche (prod 1001)" in out


async def test_a_reader_that_pauses_does_not_hold_back_the_polls(simulated, environment):
    simulator = await simulated(CALM)
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "wallboard", "watch", "--url", simulator.url, "1000-1002"),
        *("--interval", "0.3", "--no-record", "--format", "ndjson", "--heartbeat", "0.005"),
        env=environment,
        stdout=writing,
        stderr=asyncio.subprocess.PIPE,
    )
    os.close(writing)
    try:
        # Long after the pipe is full it still polls, and it ends when it is told to.
        await asked_more(simulator, 150)
        status, _, err = await ends(process, signal.SIGTERM)
        assert status == 0
        assert "lines were dropped" in err
    finally:
        os.close(reading)


def test_it_loads_no_textual():
    modules = "wallboard.cli.commands.watch, wallboard.cli.run.watching, wallboard.ui.look.glyphs"
    forms = "wallboard.report.now.sentences, wallboard.report.now.json, wallboard.feeds.shared"
    code = f"import sys, {modules}, {forms}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"textual", "rich", "httpx", "pydantic"} & set(done.stdout.split())


async def test_servers_that_hang_are_one_line_each_and_then_it_is_quiet(start, tmp_path):
    silent = [socket.create_server(("127.0.0.1", 0)) for _ in range(5)]
    points = "".join(f"[[server.entry_point]]\nid = {id_}\n" for id_ in (1000, 1001, 1002))
    servers = "".join(
        f'[[server]]\nname = "s{number}"\nurl = "http://127.0.0.1:{one.getsockname()[1]}"\n{points}'
        for number, one in enumerate(silent)
    )
    path = tmp_path / "hanging.toml"
    path.write_text(f"interval = 1\ntimeout = 0.5\nconnect_timeout = 0.5\n{servers}")

    process = await start(
        "watch", "--config", str(path), "--no-record", "--heartbeat", "0", "--for", "12"
    )
    status, out, err = await ends(process)

    for one in silent:
        one.close()
    *lines, count = out.splitlines()
    assert (status, err) == (0, "")
    assert sorted(line.split()[3] for line in lines) == [f"s{number}:" for number in range(5)]
    assert count.endswith("in the last minute.")
