"""One poll of everything: what ``wallboard check`` asks for."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from random import Random

from wallboard.domain.endpoint import Endpoint, EntryPoint
from wallboard.domain.observation import Failure
from wallboard.ece.ask.client import EceClient
from wallboard.feeds import Publish
from wallboard.feeds.gate import Gate
from wallboard.feeds.poll import by_server
from wallboard.feeds.schedule import verdict_first
from wallboard.settings import ServerSettings, Settings


async def poll_once(
    settings: Settings,
    publish: Publish,
    *,
    client_for: Callable[[ServerSettings], EceClient] | None = None,
    clock: Callable[[], float] = time.time,
) -> None:
    """Poll every endpoint once, all servers at the same time.

    A server that cannot be reached is given up after a few polls and published as such; its other
    endpoints are not asked. ``clock`` is Unix time in seconds. Raises ``ClientSetupError``.
    """
    async with AsyncExitStack() as clients:
        rounds = []
        for server, entry_points in by_server(settings):
            client = client_for(server) if client_for else EceClient(server, settings, clock=clock)
            clients.push_async_callback(client.aclose)
            rounds.append(_Round(server, settings, client, entry_points, publish, clock))
        async with asyncio.TaskGroup() as servers:
            for one in rounds:
                servers.create_task(one.run())


class _Round:
    """One round of polls of one server."""

    def __init__(
        self,
        server: ServerSettings,
        settings: Settings,
        client: EceClient,
        entry_points: Sequence[EntryPoint],
        publish: Publish,
        clock: Callable[[], float],
    ) -> None:
        self._client = client
        self._publish = publish
        self._clock = clock
        self._concurrency = settings.concurrency_of(server)
        self._pending = deque(
            (entry_point, endpoint)
            for entry_point in entry_points
            for endpoint in verdict_first(entry_point.endpoints)
        )
        self._gate = Gate(
            server.name,
            endpoints=len(self._pending),
            concurrency=self._concurrency,
            interval=settings.interval_of(server),
            backoff_max=settings.backoff_max,
            random=Random(0),  # noqa: S311 - nothing here ever waits
        )

    async def run(self) -> None:
        while self._pending and not self._gate.announced:
            if self._gate.shut:
                # From the far end: what hangs is likely to have hanging neighbours.
                await self._poll(self._pending.pop(), probe=True)
                continue
            async with asyncio.TaskGroup() as workers:
                for _ in range(min(self._concurrency, len(self._pending))):
                    workers.create_task(self._work())
        if self._gate.shut:
            self._publish(self._gate.given_up(self._clock()))

    async def _work(self) -> None:
        while self._pending and not self._gate.shut:
            await self._poll(self._pending.popleft(), probe=False)

    async def _poll(self, what: tuple[EntryPoint, Endpoint], *, probe: bool) -> None:
        observation = await self._client.poll(self._client.prepare(*what))
        self._publish(observation)
        outcome, wall = observation.outcome, observation.at
        if isinstance(outcome, Failure) and outcome.cause.unreachable:
            self._gate.unreached(outcome, 0.0, wall, probe=probe)
        else:
            self._gate.answered(wall)
