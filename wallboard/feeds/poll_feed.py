"""Polls every server of a config: for ever, or every endpoint once."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import fields, replace
from math import inf
from random import Random

from wallboard.clock import running
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.event import Event
from wallboard.domain.observation import Failure, ServerStatus
from wallboard.ece.ask.client import EceClient
from wallboard.feeds import Publish
from wallboard.feeds.backoff import Backoff
from wallboard.feeds.schedule import verdict_first
from wallboard.feeds.server_poller import ServerPolls
from wallboard.inheritance import entry_points_of
from wallboard.settings import Overrides, ServerSettings, Settings

POLL_NOW_SECONDS = 1.0
"""An entry point is polled out of turn at most this often, however long a key is held."""

RESTART_SECONDS = 1.0
"""Before the polls of a server are taken up again after a defect of ours broke them."""

log = logging.getLogger(__name__)


class PollFeed:
    """The live feed: each endpoint of each entry point, once every interval, for ever."""

    def __init__(
        self,
        settings: Settings,
        *,
        client_for: Callable[[ServerSettings], EceClient] | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = running,
        random: Random | None = None,
        may_poll: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        """A feed that connects nowhere until it runs. ``may_poll`` is asked before every poll.

        ``client_for`` makes the client of a server; ``clock`` is Unix time in seconds. Polls are
        timed on ``monotonic`` alone, so that setting the clock neither stalls nor bursts them.
        """
        self._settings = settings
        self._client_for = client_for
        self._clock = clock
        self._monotonic = monotonic
        self._may_poll = may_poll
        self._random = random or Random()  # noqa: S311 - spreads load, guards nothing
        self._hurried: dict[EntryPointKey, float] = {}
        self._servers = {
            server.name: self._polls(server, settings, entry_points)
            for server, entry_points in by_server(settings)
        }
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._start: Callable[[str, asyncio.Task[None] | None], None] | None = None
        self._publish: Publish = _discard

    async def run(self, publish: Publish) -> None:
        """Publish observations and server statuses until cancelled."""
        self._publish = publish
        try:
            async with asyncio.TaskGroup() as servers:

                def start(name: str, after: asyncio.Task[None] | None) -> None:
                    polls = _for_ever(self._servers[name], publish, after)
                    self._tasks[name] = servers.create_task(polls)

                self._start = start
                for name in self._servers:
                    start(name, None)
        finally:
            self._start, self._publish = None, _discard
            self._tasks.clear()

    def replace(self, settings: Settings) -> None:
        """Poll by other settings from now on.

        Servers that are asked as before are not disturbed; where only the entry points differ, the
        connections stay. Certificates and keys that changed on disk are taken up everywhere.
        """
        before, self._settings = self._settings, settings
        wanted = {server.name: (server, points) for server, points in by_server(settings)}
        old = {server.name: (server, points) for server, points in by_server(before)}
        for name in [name for name in self._servers if name not in wanted]:
            self._stop(name)
        for name, (server, points) in wanted.items():
            if name not in old or way(server, settings) != way(old[name][0], before):
                self._renew(name, self._polls(server, settings, points))
                continue
            self._servers[name].renew()
            if _endpoints_of(points) != _endpoints_of(old[name][1]):
                self._servers[name].replace(points)

    def _polls(
        self, server: ServerSettings, settings: Settings, entry_points: Sequence[EntryPoint]
    ) -> ServerPolls:
        def client(server: ServerSettings) -> EceClient:
            return EceClient(server, settings, clock=self._clock)

        return ServerPolls(
            server,
            settings,
            entry_points,
            client_for=self._client_for or client,
            clock=self._clock,
            monotonic=self._monotonic,
            random=self._random,
            may_poll=self._may_poll,
        )

    def _stop(self, name: str) -> asyncio.Task[None] | None:
        task = self._tasks.pop(name, None)
        self._servers.pop(name, None)
        if task:
            task.cancel()
        return task

    def _renew(self, name: str, polls: ServerPolls) -> None:
        """Have a server polled in another way, once its polls of before have ended."""
        before = self._servers.get(name)
        after = self._stop(name)
        self._servers[name] = polls
        if before and before.announced:
            self._publish(ServerStatus(name, self._clock()))
        if self._start:
            self._start(name, after)

    def poll_now(self, key: EntryPointKey) -> bool:
        """Poll one entry point before all others, at most once a second; whether it will."""
        now = self._monotonic()
        if now - self._hurried.get(key, -POLL_NOW_SECONDS) < POLL_NOW_SECONDS:
            return False
        if key.server not in self._servers:
            return False
        self._hurried[key] = now
        self._servers[key.server].poll_now(key)
        return True

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with files that the servers' settings name."""
        return tuple(polls.problem for polls in self._servers.values() if polls.problem)

    @property
    def none_in_reach(self) -> bool:
        """Whether there are servers and none can be reached."""
        polled = self._servers.values()
        return bool(polled) and all(polls.announced for polls in polled)

    @property
    def answered_at(self) -> float:
        """When any server answered last, Unix time in seconds."""
        return max((polls.answered_at for polls in self._servers.values()), default=-inf)

    @property
    def lag_seconds(self) -> float:
        """How far the slowest server that can be reached is behind its schedule."""
        return max((polls.lag_seconds for polls in self._servers.values()), default=0.0)

    @property
    def stalled_seconds(self) -> float:
        """For how long the loop of a server has not taken what is due, the longest of all."""
        return max((polls.stalled_seconds for polls in self._servers.values()), default=0.0)


async def _for_ever(polls: ServerPolls, publish: Publish, after: asyncio.Task[None] | None) -> None:
    if after:
        await asyncio.wait({after})
    while True:
        try:
            await polls.run(publish)
        except Exception:
            log.exception("polling a server failed; restarting it")
        await asyncio.sleep(RESTART_SECONDS)


def way(server: ServerSettings, settings: Settings) -> tuple[object, ...]:
    """Everything that decides how a server is asked, as against what and what that means."""
    bare = ServerSettings(name=server.name, url=server.url)
    elsewhere = {"interval", "timeout", "concurrency", "endpoints", "entry_point"}
    elsewhere |= {field.name for field in fields(Overrides)}
    return (
        replace(server, **{name: getattr(bare, name) for name in elsewhere}),
        settings.interval_of(server),
        settings.timeout_of(server),
        settings.concurrency_of(server),
        settings.connect_timeout,
        settings.jitter,
        settings.backoff_max,
        settings.max_body,
    )


def _endpoints_of(
    entry_points: Sequence[EntryPoint],
) -> list[tuple[EntryPointKey, tuple[Endpoint, ...]]]:
    return [(entry_point.key, entry_point.endpoints) for entry_point in entry_points]


def _discard(event: Event) -> None:
    """Takes events while nobody listens."""


def by_server(settings: Settings) -> list[tuple[ServerSettings, list[EntryPoint]]]:
    """Each server that has entry points, with them."""
    found: dict[str, list[EntryPoint]] = {server.name: [] for server in settings.server}
    for entry_point, _policy in entry_points_of(settings):
        found[entry_point.key.server].append(entry_point)
    return [(server, found[server.name]) for server in settings.server if found[server.name]]


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
        self._backoff = Backoff(
            server.name,
            endpoints=len(self._pending),
            concurrency=self._concurrency,
            interval=settings.interval_of(server),
            backoff_max=settings.backoff_max,
            random=Random(0),  # noqa: S311 - nothing here ever waits
        )

    async def run(self) -> None:
        while self._pending and not self._backoff.announced:
            if self._backoff.active:
                # From the far end: what hangs is likely to have hanging neighbours.
                await self._poll(self._pending.pop(), probe=True)
                continue
            async with asyncio.TaskGroup() as workers:
                for _ in range(min(self._concurrency, len(self._pending))):
                    workers.create_task(self._work())
        if self._backoff.active:
            self._publish(self._backoff.given_up(self._clock()))

    async def _work(self) -> None:
        while self._pending and not self._backoff.active:
            await self._poll(self._pending.popleft(), probe=False)

    async def _poll(self, what: tuple[EntryPoint, Endpoint], *, probe: bool) -> None:
        observation = await self._client.poll(self._client.prepare(*what))
        self._publish(observation)
        outcome, wall = observation.outcome, observation.at
        if isinstance(outcome, Failure) and outcome.cause.unreachable:
            self._backoff.unreached(outcome, 0.0, wall, probe=probe)
        else:
            self._backoff.answered(wall)
