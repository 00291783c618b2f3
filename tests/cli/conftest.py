"""The command line as its users start it: a process with an environment of its own."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass

import pytest

from tests.cli.processes import Starter
from tests.waiting import PATIENCE_SECONDS
from wallboard.simulator.scenario import parse_scenario
from wallboard.simulator.server import Simulator


@dataclass
class Ended:
    status: int
    out: str
    err: str


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    home = str(tmp_path / "home")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("WALLBOARD", "XDG"))}
    return kept | {"HOME": home, "XDG_CONFIG_HOME": home}


@pytest.fixture(scope="session")
def starter() -> Iterator[Starter]:
    with closing(Starter()) as starter:
        yield starter


@pytest.fixture
async def start(tmp_path, environment, starter) -> AsyncIterator[Callable]:
    """Starts ``wallboard`` with pipes for its output; the test's end kills it."""
    processes = []

    async def started(*args: str, **variables):
        if any(name.startswith(("PYTHON", "LC_", "LANG")) for name in variables):
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "wallboard",
                *args,
                cwd=tmp_path,
                env=environment | variables,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        else:
            process = await starter.start(args, tmp_path, environment | variables)
        processes.append(process)
        return process

    yield started
    for process in processes:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.fixture
def wallboard(start) -> Callable:
    """Runs ``wallboard`` to its end."""

    async def ran(*args: str, **variables) -> Ended:
        process = await start(*args, **variables)
        async with asyncio.timeout(PATIENCE_SECONDS):
            out, err = await process.communicate()
        return Ended(process.returncode, out.decode(), err.decode())

    return ran


@pytest.fixture
async def simulated() -> AsyncIterator[Callable]:
    async with AsyncExitStack() as stack:

        async def started(scenario: str = "", entry_points: int = 3) -> Simulator:
            ids = range(1000, 1000 + entry_points)
            simulator = Simulator(entry_points=ids, scenario=parse_scenario(scenario))
            return await stack.enter_async_context(simulator)

        yield started
