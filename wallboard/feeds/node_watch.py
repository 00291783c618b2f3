"""Asks each node behind a server's address directly, one GET an interval, for ever."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import NamedTuple

from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.node import ROUNDS, NodeAnswer, NodePoll
from wallboard.domain.observation import Failure, Observation
from wallboard.ece.ask.client import EceClient
from wallboard.ece.ask.outgoing import ClientSetupError
from wallboard.feeds import Fold
from wallboard.feeds.poll_feed import by_server, way
from wallboard.feeds.server_poller import NOT_NOW_SECONDS, slept_through
from wallboard.settings import ServerSettings, Settings

log = logging.getLogger(__name__)


class Rotation:
    """Which entry point a node is asked of next: one after the other, and the last again if told.

    Every second turn is of one that is in doubt, as long as there are any.
    """

    def __init__(self, entry_points: Sequence[EntryPoint]) -> None:
        self._waiting = deque(entry_points)
        self._doubtful: deque[EntryPoint] = deque()
        self._again = False

    def next(self) -> EntryPoint:
        """The entry point to ask of now."""
        self._again = not self._again
        if self._again and self._doubtful:
            self._doubtful.rotate(-1)
            return self._doubtful[-1]
        self._waiting.rotate(-1)
        return self._waiting[-1]

    def note(self, key: EntryPointKey, *, doubtful: bool) -> None:
        """Take the last answer about an entry point as one to ask of again soon, or not."""
        known = [one for one in self._doubtful if one.key == key]
        if doubtful and not known:
            self._doubtful.extend(one for one in self._waiting if one.key == key)
            self._again = False
        elif known and not doubtful:
            self._doubtful.remove(known[0])


class NodeWatch:
    """The direct polls of all nodes of a config."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        random: Random | None = None,
        may_poll: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        """Connects nowhere until it runs; ``clock`` is Unix time in seconds.

        ``may_poll`` is asked before every poll.
        """
        self._settings = settings
        self._clock = clock
        self._random = random or Random()  # noqa: S311 - spreads load, guards nothing
        self._may_poll = may_poll
        self._edited = asyncio.Event()

    def replace(self, settings: Settings) -> None:
        """Ask by other settings from now on."""
        self._settings = settings
        self._edited.set()

    async def run(self, fold: Fold) -> None:
        """Have polls of nodes folded until cancelled."""
        asked: dict[_Place, _Asked] = {}
        polls: dict[_Place, asyncio.Task[None]] = {}
        try:
            while True:
                self._edited.clear()
                settings = self._settings
                wanted = _wanted(settings)
                for place in list(polls):
                    if place not in wanted or wanted[place].way != asked[place].way:
                        polls.pop(place).cancel()
                for place, one in wanted.items():
                    if place not in polls:
                        asking = self._watch(place[1], one.server, settings, one.entry_points, fold)
                        polls[place] = asyncio.create_task(asking)
                asked = wanted
                await self._edited.wait()
        finally:
            for task in polls.values():
                task.cancel()
            await asyncio.gather(*polls.values(), return_exceptions=True)

    async def _watch(
        self,
        node: str,
        server: ServerSettings,
        settings: Settings,
        entry_points: Sequence[EntryPoint],
        fold: Fold,
    ) -> None:
        # Nodes of a server are asked apart from each other.
        await asyncio.sleep(self._random.uniform(0.0, settings.interval_of(server)))
        while True:
            try:
                async with EceClient(server, settings, clock=self._clock, node=node) as client:
                    await self._ask(client, _Node(node, server, settings, entry_points), fold)
            except ClientSetupError:
                # The polls of the server say what is wrong.
                await asyncio.sleep(settings.backoff_max)
            except Exception:
                log.exception("asking node %s of server %s failed; going on", node, server.name)
                await asyncio.sleep(settings.interval_of(server))

    async def _ask(self, client: EceClient, node: "_Node", fold: Fold) -> None:
        while True:
            if self._may_poll and not await self._may_poll():
                await asyncio.sleep(NOT_NOW_SECONDS)
                continue
            entry_point = node.rotation.next()
            poll = client.prepare(entry_point, Endpoint.CHAT_ALLOWED)
            observation = await client.poll(poll)
            if slept_through(observation, node.timeout):
                continue
            pause = node.pause_after(observation, self._random)
            told = fold(NodePoll(node.name, observation, observation.at + pause)).event
            doubtful = isinstance(told, NodeAnswer) and told.differs and not told.unreachable
            node.rotation.note(entry_point.key, doubtful=doubtful)
            await asyncio.sleep(pause)


class _Node:
    """One node: whom to ask of, and when to ask again."""

    def __init__(
        self, name: str, server: ServerSettings, settings: Settings, points: Sequence[EntryPoint]
    ) -> None:
        self.name = name
        self.rotation = Rotation(points)
        self._interval = settings.interval_of(server)
        self.timeout = settings.timeout_of(server)
        self._backoff_max = settings.backoff_max
        self._failed = 0

    def pause_after(self, poll: Observation, random: Random) -> float:
        """Seconds until the next poll: an interval, and longer and longer while out of reach."""
        out_of_reach = isinstance(poll.outcome, Failure) and poll.outcome.cause.unreachable
        self._failed = self._failed + 1 if out_of_reach else 0
        # Doubt is settled, or confirmed, before it is asked more seldom.
        grown = self._interval * 2.0 ** min(max(0, self._failed - ROUNDS), 30)
        longest = max(self._interval, self._backoff_max)
        return min(grown, longest) * random.uniform(0.9, 1.0)


_Place = tuple[str, str]
"""A server and one of its nodes."""


class _Asked(NamedTuple):
    """How a node is asked: ``way`` is all that decides it, whatever differs has it asked anew."""

    way: tuple[object, ...]
    server: ServerSettings
    entry_points: tuple[EntryPoint, ...]


def _wanted(settings: Settings) -> dict[_Place, _Asked]:
    found = {}
    for server, entry_points in by_server(settings):
        asked = tuple(one for one in entry_points if Endpoint.CHAT_ALLOWED in one.endpoints)
        keys = tuple(one.key for one in asked)
        one = _Asked((*way(server, settings), keys), server, asked)
        found.update({(server.name, node): one for node in server.nodes if keys})
    return found


async def ask_nodes_once(
    settings: Settings, fold: Fold, *, clock: Callable[[], float] = time.time
) -> None:
    """Ask each node of the first entry point of its server, and again where it differs.

    All at the same time, after the servers were polled. Raises ``ClientSetupError``.
    """
    async with asyncio.TaskGroup() as nodes:
        for (_, node), one in _wanted(settings).items():
            nodes.create_task(_ask_once(node, one, settings, fold, clock))


async def _ask_once(
    node: str, asked: _Asked, settings: Settings, fold: Fold, clock: Callable[[], float]
) -> None:
    async with EceClient(asked.server, settings, clock=clock, node=node) as client:
        poll = client.prepare(asked.entry_points[0], Endpoint.CHAT_ALLOWED)
        for _ in range(ROUNDS):
            observation = await client.poll(poll)
            told = fold(NodePoll(node, observation, observation.at)).event
            if not isinstance(told, NodeAnswer) or not told.rounds:
                return
