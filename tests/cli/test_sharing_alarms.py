"""Processes that share the alarms of one recording, and one that is killed."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
WITHOUT_RIGHTS = ["unshare", "--user", "--map-user=54321", "--map-group=54321"]
"""Runs a command that even as the super-user may do only what modes allow."""

DOWN = '[[fault]]\nkind = "service_not_running"\nentry_points = [1000]\n'


@pytest.fixture
async def config(simulated, tmp_path):
    simulator = await simulated(DOWN)
    points = "".join(f"[[server.entry_point]]\nid = {id_}\n" for id_ in simulator.entry_points)
    text = 'interval = 0.5\nrecord = "wall.db"\n[alarm]\nraise_for = 0.5\n'
    path = tmp_path / "wallboard.toml"
    path.write_text(f'{text}[[server]]\nname = "prod"\nurl = "{simulator.url}"\n{points}')
    return path


@pytest.fixture
async def showing(config, tmp_path, environment):
    """Starts boards that tell of their alarms, a line each time one is another."""
    boards = []

    async def started(role):
        board = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.programs.show_alarms", str(config), role,
            cwd=tmp_path, env=environment | {"PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        boards.append(board)
        return board

    yield started
    for board in boards:
        if board.returncode is None:
            board.kill()
        await board.wait()


async def told(board, words):
    """Wait until a board tells of an alarm in these words."""
    lines = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while line := (await board.stdout.readline()).decode():
            lines.append(line)
            if line.rstrip().endswith(words):
                return
    raise AssertionError(f"never {words!r}: {lines}")


async def test_what_one_says_every_other_process_shows_and_a_kill_takes_nothing_back(
    showing, wallboard
):
    leader = await showing("records")
    await told(leader, "1000 unacknowledged")
    followers = [await showing("follows") for _ in range(2)]
    for board in followers:
        await told(board, "1000 unacknowledged")
    said = await wallboard("alarms", "ack", "1000", "--why", "restarting it")
    assert (said.status, said.err) == (0, "")
    for board in (leader, *followers):
        await told(board, "1000 acknowledged restarting it")
    leader.kill()
    await leader.wait()
    # Whoever takes over now, and whoever comes later, goes on with it.
    listed = await wallboard("alarms", "list", "--format", "json")
    (alarm,) = json.loads(listed.out)["alarms"]
    assert (listed.status, alarm["state"]) == (1, "acknowledged")
    await told(await showing("follows"), "1000 acknowledged restarting it")
    rows = json.loads((await wallboard("alarms", "log", "--format", "json")).out)["rows"]
    assert [row["kind"] for row in rows] == ["raised", "acknowledged"]


async def test_a_command_acknowledges_while_no_board_runs(showing, wallboard):
    leader = await showing("records")
    await told(leader, "1000 unacknowledged")
    follower = await showing("follows")
    await told(follower, "1000 unacknowledged")
    for board in (leader, follower):
        board.terminate()
        await board.wait()
    assert (await wallboard("alarms", "list")).status == 2
    assert (await wallboard("alarms", "ack", "--all", "--why", "on it")).status == 0
    assert (await wallboard("alarms", "list")).status == 1
    await told(await showing("records"), "1000 acknowledged on it")


@pytest.fixture
def asked(tmp_path, environment):
    """Runs a subcommand as somebody who may do only what modes allow."""
    tried = subprocess.run([*WITHOUT_RIGHTS, "true"], check=False, capture_output=True)
    if tried.returncode:
        pytest.skip("a user namespace cannot be made here")
    return lambda *words: subprocess.run(
        [*WITHOUT_RIGHTS, sys.executable, "-m", "wallboard", "alarms", *words],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


async def test_who_may_only_read_lists_alarms_and_is_told_why_nothing_can_be_done(
    showing, asked, tmp_path
):
    leader = await showing("records")
    await told(leader, "1000 unacknowledged")
    await told(await showing("follows"), "1000 unacknowledged")
    for file in tmp_path.glob("wall.ledger*"):
        file.chmod(0o444)

    assert asked("list").returncode == 2
    refused = asked("ack", "1000", "--why", "on it")
    assert (refused.returncode, refused.stdout) == (69, "")
    assert refused.stderr.splitlines() == [
        "wallboard: cannot write the ledger of alarms: no write permission",
        f"  {tmp_path / 'wall.ledger'}",
    ]
