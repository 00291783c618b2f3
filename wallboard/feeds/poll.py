"""Polls every server of the config, each on its own."""

import asyncio
import logging
import time
from collections.abc import Callable
from random import Random

from wallboard.domain.endpoint import EntryPoint, EntryPointKey
from wallboard.ece.client import EceClient
from wallboard.feeds import Publish
from wallboard.feeds.server import ServerPolls
from wallboard.settings import ServerSettings, Settings, entry_points_of

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
        monotonic: Callable[[], float] = time.monotonic,
        random: Random | None = None,
    ) -> None:
        """A feed that connects nowhere until it runs.

        ``client_for`` makes the client of a server; ``clock`` is Unix time in seconds. Polls are
        timed on ``monotonic`` alone, so that setting the clock neither stalls nor bursts them.
        """

        def client(server: ServerSettings) -> EceClient:
            return EceClient(server, settings, clock=clock)

        self._monotonic = monotonic
        self._hurried: dict[EntryPointKey, float] = {}
        self._servers = {
            server.name: ServerPolls(
                server,
                settings,
                entry_points,
                client_for=client_for or client,
                clock=clock,
                monotonic=monotonic,
                random=random or Random(),  # noqa: S311 - spreads load, guards nothing
            )
            for server, entry_points in by_server(settings)
        }

    async def run(self, publish: Publish) -> None:
        """Publish observations and server statuses until cancelled."""
        async with asyncio.TaskGroup() as servers:
            for polls in self._servers.values():
                servers.create_task(_for_ever(polls, publish))

    def poll_now(self, key: EntryPointKey) -> None:
        """Poll one entry point before all others, at most once a second."""
        now = self._monotonic()
        if now - self._hurried.get(key, -POLL_NOW_SECONDS) < POLL_NOW_SECONDS:
            return
        if key.server in self._servers:
            self._hurried[key] = now
            self._servers[key.server].poll_now(key)

    @property
    def lag_seconds(self) -> float:
        """How far the slowest server that can be reached is behind its schedule."""
        return max((polls.lag_seconds for polls in self._servers.values()), default=0.0)


async def _for_ever(polls: ServerPolls, publish: Publish) -> None:
    while True:
        try:
            await polls.run(publish)
        except Exception:
            log.exception("the polls of a server broke; they start again")
        await asyncio.sleep(RESTART_SECONDS)


def by_server(settings: Settings) -> list[tuple[ServerSettings, list[EntryPoint]]]:
    """Each server that has entry points, with them."""
    found: dict[str, list[EntryPoint]] = {server.name: [] for server in settings.server}
    for entry_point, _policy in entry_points_of(settings):
        found[entry_point.key.server].append(entry_point)
    return [(server, found[server.name]) for server in settings.server if found[server.name]]
