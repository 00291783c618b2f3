"""A simulator on a real socket and a feed that polls it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace

import pytest
from feeds_support import Heard

from tests.fleet.bus_server import NatsServer
from wallboard.feeds.poll_feed import PollFeed
from wallboard.settings import EntryPointSettings, ServerSettings, Settings
from wallboard.simulator.scenario import parse_scenario
from wallboard.simulator.server import Simulator


@pytest.fixture
async def simulated() -> AsyncIterator[Callable]:
    async with AsyncExitStack() as stack:

        async def started(scenario: str = "", entry_points: int = 3) -> Simulator:
            ids = range(1000, 1000 + entry_points)
            simulator = Simulator(entry_points=ids, scenario=parse_scenario(scenario))
            return await stack.enter_async_context(simulator)

        yield started


@pytest.fixture
async def bus_server(tmp_path):
    """A bus that runs; the test may stop it, wipe it and start it again."""
    server = NatsServer(tmp_path / "bus")
    await server.start()
    yield server
    server.kill()


@pytest.fixture
def server_of() -> Callable[..., ServerSettings]:
    def made(simulator: Simulator, name: str = "prod", **more) -> ServerSettings:
        ids = tuple(EntryPointSettings(id=number) for number in simulator.entry_points)
        return ServerSettings(name=name, url=simulator.url, entry_point=ids, **more)

    return made


@pytest.fixture
def settings_of() -> Callable[..., Settings]:
    def made(*servers: ServerSettings, **more) -> Settings:
        return replace(Settings(interval=0.2, timeout=5.0), server=servers, **more)

    return made


@pytest.fixture
async def running() -> AsyncIterator[Callable]:
    """Starts feeds and ends them with the test."""
    tasks = []

    def started(settings: Settings, publish: Callable | None = None, **more):
        heard = Heard()
        feed = PollFeed(settings, **more)
        tasks.append(asyncio.create_task(feed.run(publish or heard)))
        return feed, heard

    yield started
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
def closed_port():
    """A port of this machine that refuses connections for the length of the test."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]
