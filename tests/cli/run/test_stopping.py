"""SIGTERM at any moment of a command that runs until it is stopped."""

import asyncio
import signal
import sys

import pytest
from waiting import PATIENCE_SECONDS

SERVICES = {
    "watch": ("--no-record",),
    "record": ("--file", "wall.db"),
    "metrics": ("--no-record", "--listen", "0"),
}


@pytest.fixture
async def loading(tmp_path):
    """Starts a command that tells each module it has loaded, and waits for one of them."""
    running = []

    async def loading(module, words):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-X", "importtime", "-m", "wallboard", *words),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            cwd=tmp_path,
        )
        running.append(process)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while line := await process.stderr.readline():
                if line.split(b"|")[-1].strip() == module.encode():
                    return process
        raise AssertionError(f"it ended without loading {module}")

    yield loading
    for process in running:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def ends(process):
    async with asyncio.timeout(PATIENCE_SECONDS):
        await process.communicate()
    return process.returncode


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_stopped_while_it_starts_has_ended_well(loading, service):
    server = ("--url", "http://127.0.0.1:9", "1000")
    process = await loading("click", (service, *server, *SERVICES[service]))
    process.send_signal(signal.SIGTERM)
    assert await ends(process) == 0


async def test_a_simulator_stopped_while_it_starts_has_ended_well(loading):
    process = await loading("click", ("simulate", "--port", "0"))
    process.send_signal(signal.SIGTERM)
    assert await ends(process) == 0


async def test_a_command_told_to_stop_when_it_is_over_has_the_status_of_its_end(tmp_path):
    program = """if True:
        import atexit, os, signal
        from wallboard.cli import main

        atexit.register(os.kill, os.getpid(), signal.SIGTERM)
        main(["check", "--url", "http://127.0.0.1:9", "1000"])
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program), stdout=asyncio.subprocess.PIPE, cwd=tmp_path
    )
    assert await ends(process) == 2


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
async def test_a_board_as_text_is_stopped_in_good_order(start, simulated, number, status, tmp_path):
    simulator = await simulated()
    file = tmp_path / "wall.db"
    words = ("--url", simulator.url, "1000", "--every", "0.2", "--record", str(file))
    process = await start(*words)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await process.stdout.readline()
    assert file.with_name("wall.db-wal").exists()
    process.send_signal(number)
    assert await ends(process) == status
    assert not file.with_name("wall.db-wal").exists(), "the recording was left open"
