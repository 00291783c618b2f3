"""Polls all servers and their nodes, and watches whether the network is there for that."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import TYPE_CHECKING

from wallboard.clock import running
from wallboard.domain.endpoint import EntryPointKey
from wallboard.feeds import Fold, Publish
from wallboard.settings import Settings
from wallboard.threads import start_in_thread

if TYPE_CHECKING:
    from wallboard.feeds.network_watch import NetworkWatch
    from wallboard.feeds.node_watch import NodeWatch
    from wallboard.feeds.poll_feed import PollFeed

MayPoll = Callable[[], Awaitable[bool]]
"""Asked before each poll."""


class Polling:
    """The polls of one board, for as long as ``run`` runs."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float],
        monotonic: Callable[[], float] = running,
        random: Random | None = None,
        may_poll: MayPoll | None = None,
    ) -> None:
        """``clock`` is Unix time in seconds; servers are polled by ``monotonic`` and ``random``."""
        self._settings = settings
        self._clock = clock
        self._monotonic = monotonic
        self._random = random
        self._may_poll = may_poll
        self._poll: PollFeed | None = None
        self._nodes: NodeWatch | None = None
        self._network: NetworkWatch | None = None

    async def run(self, publish: Publish, fold_of_node: Fold) -> None:
        """Publish polls of servers, and have those of nodes folded, until cancelled."""
        settings = self._settings
        poll, nodes, network = await start_in_thread(lambda: self._loaded(settings))
        self._poll, self._nodes, self._network = poll, nodes, network
        if self._settings is not settings:
            self.replace(self._settings)
        beside = [
            asyncio.create_task(nodes.run(fold_of_node)),
            asyncio.create_task(network.run()),
        ]
        try:
            await poll.run(publish)
        finally:
            self._poll = self._nodes = self._network = None
            for task in beside:
                await ended(task)

    def replace(self, settings: Settings) -> None:
        """Poll by other settings from now on."""
        self._settings = settings
        if self._poll and self._nodes and self._network:
            self._poll.replace(settings)
            self._nodes.replace(settings)
            self._network.replace(settings.alarm.witness)

    def poll_now(self, key: EntryPointKey) -> bool:
        """Poll one entry point before all others; whether it will be."""
        return self._poll is not None and self._poll.poll_now(key)

    @property
    def problems(self) -> tuple[str, ...]:
        """What hinders polls, in sentences."""
        return self._poll.problems if self._poll else ()

    @property
    def lag_seconds(self) -> float:
        """How far polls are behind their schedule."""
        return self._poll.lag_seconds if self._poll else 0.0

    @property
    def stalled_seconds(self) -> float:
        """For how long the loop that polls has not taken what is due."""
        return self._poll.stalled_seconds if self._poll else 0.0

    @property
    def blind_since(self) -> float | None:
        """When this machine was found to have no network, Unix time in seconds."""
        return self._network.blind_since if self._network else None

    @property
    def network_until(self) -> float | None:
        """When it was last known to have one, Unix time; ``None`` while it has."""
        return self._network.network_until if self._network else None

    def _loaded(self, settings: Settings) -> "tuple[PollFeed, NodeWatch, NetworkWatch]":
        # What they need takes long to load, and a follower never polls.
        from wallboard.feeds.network_watch import NetworkWatch
        from wallboard.feeds.node_watch import NodeWatch
        from wallboard.feeds.poll_feed import PollFeed

        poll = PollFeed(
            settings,
            clock=self._clock,
            monotonic=self._monotonic,
            random=self._random,
            may_poll=self._may_poll,
        )
        nodes = NodeWatch(settings, clock=self._clock, may_poll=self._may_poll)
        network = NetworkWatch(
            settings.alarm.witness,
            lambda: poll.none_in_reach,
            lambda: poll.answered_at,
            clock=self._clock,
        )
        return poll, nodes, network


async def ended(task: "asyncio.Task[None]") -> None:
    """Cancel a task and wait for its end."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
