"""A simulator on a real socket whose story is told by the test, and a client to ask it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from json import dumps

import aiohttp
import pytest

from wallboard.simulator.contents import DIALECTS
from wallboard.simulator.scenario import parse_scenario
from wallboard.simulator.server import Simulator

ROOT = "/system/egain/chat/entrypoint"


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Answer:
    status: int
    body: bytes
    headers: "aiohttp.typedefs.CIMultiDictProxy[str]"

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Site:
    """A running simulator, its clock and a client without redirects."""

    simulator: Simulator
    clock: Clock
    client: aiohttp.ClientSession

    async def get(self, operation: str, entry_point: int | str = 1000, root: str = ROOT) -> Answer:
        return await self.path(f"{root}/{operation}/{entry_point}")

    async def path(self, path: str, method: str = "GET", **more) -> Answer:
        url = self.simulator.url + path
        async with self.client.request(method, url, allow_redirects=False, **more) as response:
            return Answer(response.status, await response.read(), response.headers)


OpenSite = Callable[..., Awaitable[Site]]


@pytest.fixture
async def open_site() -> AsyncIterator[OpenSite]:
    async with AsyncExitStack() as stack:

        async def opened(
            scenario: str = "", entry_points: Sequence[int] = range(1000, 1012), **more
        ) -> Site:
            clock = Clock()
            simulator = Simulator(
                entry_points=entry_points,
                scenario=parse_scenario(scenario),
                clock=clock,
                **{"dialect": DIALECTS[0], **more},
            )
            await stack.enter_async_context(simulator)
            client = await stack.enter_async_context(aiohttp.ClientSession())
            return Site(simulator, clock, client)

        yield opened


@pytest.fixture
def fault() -> Callable[..., str]:
    """Writes one ``[[fault]]`` table."""

    def written(kind: str, **keys: object) -> str:
        lines = [f"{key} = {dumps(value)}" for key, value in {"kind": kind, **keys}.items()]
        return "\n".join(["[[fault]]", *lines, ""])

    return written
