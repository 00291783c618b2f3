"""One hostile server of each kind beside a healthy one: a server can only hurt itself."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from feeds_support import rounds
from waiting import until

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.observation import Failure
from wallboard.domain.policy import Verdict
from wallboard.inheritance import entry_points_of
from wallboard.settings import EntryPointSettings, ServerSettings

ROOT = Path(__file__).parents[2]
SLOW = {"silent", "slow head", "slow body"}
ASKED = (Endpoint.CHAT_ALLOWED, Endpoint.CHECK_ELIGIBILITY)


@pytest.fixture(scope="module")
def hostile():
    """The ports of hostile servers by kind, in a process of their own."""
    command = [sys.executable, "-m", "tests.bench.programs.serve_hostile"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        yield json.loads(child.stdout.readline())
        child.stdin.close()


async def test_a_hostile_server_hurts_only_itself_and_is_named(
    hostile, simulated, server_of, settings_of, running
):
    simulator = await simulated(entry_points=1)
    servers = [
        ServerSettings(
            name=kind,
            url=f"http://127.0.0.1:{port}",
            endpoints=ASKED,
            timeout=1.0 if kind in SLOW else 20.0,
            entry_point=(EntryPointSettings(id=1000),),
        )
        for kind, port in hostile.items()
    ]
    settings = settings_of(server_of(simulator, "healthy"), *servers)
    board = Board(entry_points_of(settings))
    last = {}

    def take(event):
        board.fold(event)
        if hasattr(event, "outcome"):
            last[event.key.server, event.endpoint] = event.outcome

    running(settings, take)
    await until(lambda: len(last) == 5 + len(ASKED) * len(servers) and rounds(simulator) >= 5)

    snapshot = board.snapshot(time.time())
    healthy = snapshot.entry_points[EntryPointKey("healthy", 1000)]
    assert healthy.judgement.verdict is Verdict.OPEN
    assert not healthy.judgement.partial
    for server in servers:
        status = snapshot.entry_points[EntryPointKey(server.name, 1000)]
        assert status.judgement.verdict in {Verdict.UNREACHABLE, Verdict.ERROR}, server.name
        for endpoint in ASKED:
            outcome = last[server.name, endpoint]
            assert isinstance(outcome, Failure), server.name
            assert outcome.cause != "internal", (server.name, outcome)
