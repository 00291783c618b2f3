"""Where the output leads to a full disk, or nowhere at all."""

import asyncio
import os
import shlex
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import PATIENCE_SECONDS

URL = "URL"
LINES = {
    "version": "--version",
    "help": "--help",
    "board": f"--url {URL} 1000 --frames 1 --no-record",
    "check": f"check --url {URL} 1000",
    "nagios": f"check --url {URL} 1000 --format nagios",
    "doctor": f"doctor --url {URL}",
    "raw": f"raw capacity 1000 --url {URL}",
    "survey": f"survey --url {URL} --sid 1 -q a -a b --yes",
    "watch": f"watch --url {URL} 1000 --for 0.1 --no-record",
    "discover": f"discover --url {URL} --ids 1000 --rate 0",
    "schema": "config schema",
}


@pytest.fixture
def by_shell(tmp_path, environment, simulated):
    """Runs a line with redirections of the shell; its status and what it said on stderr."""

    async def run(line, redirections):
        simulator = await simulated()
        line = line.replace(URL, simulator.url)
        process = await asyncio.create_subprocess_exec(
            "sh", "-c", f"exec {shlex.quote(sys.executable)} -m wallboard {line} {redirections}",
            cwd=tmp_path, env=environment, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(PATIENCE_SECONDS):
            _, err = await process.communicate()
        return process.returncode, err.decode()

    return run


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("name", LINES)
async def test_an_output_that_takes_nothing_is_said_and_is_no_defect_of_ours(name, by_shell):
    status, err = await by_shell(LINES[name], ">/dev/full </dev/null")
    assert err == f"wallboard: cannot write the output: {os.strerror(28)}\n"
    assert status == 74


@pytest.mark.parametrize("name", LINES)
async def test_a_closed_output_is_no_output_and_changes_nothing_else(name, by_shell):
    status, err = await by_shell(LINES[name], "<&- >&-")
    assert err.count("\n") == err.count("wallboard: ")
    assert "internal error" not in err
    assert status in {0, 1}


async def test_no_file_of_ours_takes_the_place_of_a_closed_output(by_shell, tmp_path):
    line = f"--url {URL} 1000 --frames 2 --every 0.1 --record wall.db"
    assert (await by_shell(line, "<&- >&- 2>&-"))[0] == 0
    assert (await by_shell("recording verify --file wall.db", ">said </dev/null"))[0] == 0
    assert "intact" in (tmp_path / "said").read_text()
