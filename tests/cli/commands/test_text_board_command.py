import asyncio
import re
import signal

import psutil
from waiting import PATIENCE_SECONDS


async def gone(process):
    """Wait for a process to end; psutil knows how, also for one that is not our child."""
    await asyncio.to_thread(process.wait, PATIENCE_SECONDS)


async def test_without_a_terminal_the_board_is_text_and_ends_after_its_frames(wallboard, simulated):
    simulator = await simulated()
    ended = await wallboard("--url", simulator.url, "1000-1002", "--frames", "2", "--every", "0.2")
    assert ended.status == 0
    headers = [line for line in ended.out.splitlines() if " wallboard: " in line]
    assert len(headers) == 2
    for number in ("1000", "1001", "1002"):
        assert number in ended.out
    assert "\x1b" not in ended.out


async def test_without_a_terminal_the_board_says_on_stderr_why_it_is_text(start, simulated):
    simulator = await simulated()
    process = await start("--url", simulator.url, "1000")
    async with asyncio.timeout(PATIENCE_SECONDS):
        said = await process.stderr.readline()
        await process.stdout.readline()
    assert b"no terminal to draw on" in said
    assert b"--frames" in said
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(PATIENCE_SECONDS):
        _, err = await process.communicate()
    assert process.returncode == 130
    assert err == b""


async def test_a_reader_that_leaves_ends_the_board_in_silence(start, simulated):
    simulator = await simulated()
    process = await start("--url", simulator.url, "1000", "--every", "0.1")
    async with asyncio.timeout(PATIENCE_SECONDS):
        await process.stdout.readline()
        process.stdout._transport.close()
        err = await process.stderr.read()
        status = await process.wait()
    assert status == 141
    assert err == b""


async def test_an_edit_of_the_config_is_taken_up_and_a_bad_one_only_said(
    start, simulated, tmp_path
):
    simulator = await simulated()
    file = tmp_path / "wallboard.toml"
    text = f'interval = 0.3\n[[server]]\nname = "prod"\nurl = "{simulator.url}"\n'
    text += "[[server.entry_point]]\nid = 1000\n"
    file.write_text(text)
    process = await start("--every", "0.2")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while b" wallboard: 1 ok" not in (line := await process.stdout.readline()):
            assert line
        file.write_text("no TOML")
        while b"Edited config is invalid" not in (line := await process.stderr.readline()):
            assert line
        file.write_text(f'title = "Night"\n{text}[[server.entry_point]]\nid = 1001\n')
        while b" Night: 2 ok" not in (line := await process.stdout.readline()):
            assert line


async def test_the_board_outlives_its_server_and_says_so(start, simulated):
    simulator = await simulated()
    port = int(simulator.url.rpartition(":")[2])
    process = await start(
        "--url", simulator.url, "1000-1002", "--interval", "0.2", "--every", "0.2"
    )

    async def line_with(text):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while text not in (line := await process.stdout.readline()):
                assert line
            return line

    await line_with(b"ok")
    await simulator.stop()
    await line_with(b"unreachable since")
    await simulator.start("127.0.0.1", port)
    await line_with(b"reachable again")


async def test_the_demo_shows_its_board_and_takes_its_simulator_along_when_it_ends(wallboard):
    ended = await wallboard("demo", "--entry-points", "14", "--frames", "1")
    assert ended.status == 0
    assert ended.err == ""
    assert "wallboard demo" in ended.out
    assert "Sales" in ended.out
    assert len(re.findall(r" 10\d\d ", ended.out)) == 14


async def test_the_simulator_of_a_demo_that_is_killed_ends_too(start):
    process = await start("demo", "--every", "0.5")
    async with asyncio.timeout(PATIENCE_SECONDS):
        await process.stdout.readline()
    (child,) = psutil.Process(process.pid).children()
    assert "simulate" in child.cmdline()
    process.kill()
    await gone(child)


async def test_a_simulator_announces_its_address_and_ends_in_good_order(start, wallboard):
    process = await start("simulate", "--port", "0", "--entry-points", "2", "--scenario", "calm")
    async with asyncio.timeout(PATIENCE_SECONDS):
        line = (await process.stdout.readline()).decode()
    url = line.removeprefix("Listening on ").strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
    ended = await wallboard("check", "--url", url, "1000-1001")
    assert ended.status in {0, 1, 2}
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await process.communicate()
    assert process.returncode == 0
