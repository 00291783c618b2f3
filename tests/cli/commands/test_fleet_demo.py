"""``wallboard fleet demo`` from start to end."""

import re
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.fleet.bus_server import free_port
from tests.waiting import until
from wallboard.cli.commands.fleet_demo import LEASE_SECONDS, POLL_SECONDS


async def test_its_board_goes_on_when_the_member_that_polls_is_killed(wallboard):
    frames = int(POLL_SECONDS + LEASE_SECONDS + 15)
    ended = await wallboard(
        *("fleet", "demo", "--entry-points", "3", "--every", "1", "--frames", str(frames))
    )
    assert ended.status == 0, ended.err
    assert "collector-1 was killed" in ended.out
    first, *_, last = re.findall(r"(\d+) polls in the last minute", ended.out)
    # At most so many come within what was there before the kill.
    assert int(last) > int(first)
    assert "unknown" not in ended.out.rpartition("polls in the last minute")[0][-60:]


async def test_a_scenario_that_is_not_there_is_said_before_anything_starts(wallboard):
    ended = await wallboard("fleet", "demo", "--scenario", "/nowhere.toml", "--frames", "1")
    assert ended.status not in {0, None}
    assert "nowhere.toml" in ended.err
    assert "Traceback" not in ended.err


STARTED = {
    "demo --frames 1000": ["simulate"],
    "fleet demo --frames 1000": ["nats-server", "record", "record", "serve", "simulate"],
    "fleet serve --store bus --port": ["nats-server"],
}
"""What each of them starts, and that what it starts."""


def program_of(process):
    words = process.cmdline()
    return next(
        (one for one in ("serve", "simulate", "record") if one in words), Path(words[0]).name
    )


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a child is not told")
@pytest.mark.parametrize("words", STARTED)
async def test_nothing_that_was_started_outlives_a_kill(words, start, tmp_path):
    port = [str(free_port())] if words.endswith("--port") else []
    running = psutil.Process((await start(*words.split(), *port, TMPDIR=str(tmp_path))).pid)

    def started():
        with suppress(psutil.Error, IndexError):
            found = running.children(recursive=True)
            return found if sorted(map(program_of, found)) == STARTED[words] else []

    await until(started)
    children = started()
    running.kill()
    await until(lambda: not psutil.wait_procs(children, timeout=0)[1])
