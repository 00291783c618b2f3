"""Asks a server for one id after the other, to find out which entry points it has."""

import asyncio
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from enum import StrEnum
from random import Random

from wallboard.domain.discovery import Found, Presence
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.foreign_text import brief
from wallboard.domain.observation import Failure, Observation, ServerStatus
from wallboard.domain.reading import ChatAllowed, LiveSessionStatus
from wallboard.ece.answer.encoding import text_of
from wallboard.ece.ask.client import EceClient
from wallboard.feeds.backoff import Backoff
from wallboard.settings import ServerSettings, Settings


class Pace:
    """Lets ``rate`` questions a second begin, evenly apart; 0 is no limit."""

    def __init__(
        self,
        rate: float,
        *,
        timer: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        """``timer`` is seconds on any clock that only goes on; ``sleep`` waits such seconds."""
        self._apart = 1.0 / rate if rate else 0.0
        self._timer = timer
        self._sleep = sleep
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for one's turn."""
        if not self._apart:
            return
        now = self._timer()
        at = max(now, self._next)
        self._next = at + self._apart
        if at > now:
            await self._sleep(at - now)


PROBES = 6
"""Looks at a server that is out of reach before it is given up; half a minute in all."""

NOTHING_CLEAR = 100
"""So many unclear answers, and no other: then the address is wrong, or a login is in the way."""

_FIGURES = Endpoint.LIVE_SESSION_STATUS
"""What those ids that are there are asked too, for the wait."""

_INVALID = "invalid_entry_point"
_BUSY = frozenset({429, 502, 503, 504})
"""Statuses of a server, or of a gateway before it, that is overloaded or down."""

# Not within an address: an error page that repeats the address says nothing about the id.
_NO_SUCH = re.compile(
    r"\binvalid[\s_-]+entry[\s_-]?point\b"
    r"|(?<![/\w])entry[\s_-]?point\b(?![/\w])[^<>/.]{0,60}"
    r"\b(?:not\s+found|not\s+exist|not\s+valid|is\s+invalid|unknown)\b"
    r"|\b(?:no\s+such|unknown)\s+entry[\s_-]?point\b",
    re.IGNORECASE,
)
_SEARCHED = 20_000

OnFound = Callable[[Found | ServerStatus], None]
"""Takes what was found of an id, or that the server is out of reach or back."""


class Ending(StrEnum):
    """How a sweep ended."""

    COMPLETE = "complete"
    OUT_OF_REACH = "out of reach"
    NOTHING_CLEAR = "nothing clear"


async def discover(
    server: ServerSettings,
    settings: Settings,
    ids: Iterable[int],
    publish: OnFound,
    *,
    rate: float,
    clock: Callable[[], float] = time.time,
    timer: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> Ending:
    """Ask for every id, at most ``rate`` questions a second (0: no limit), and publish what it is.

    An id of which nothing was learnt is asked once more at the end. Cancelled, it leaves nothing
    half published. ``clock`` is Unix time in seconds, ``timer`` any that only goes on. Raises
    ``ClientSetupError``.
    """
    async with EceClient(server, settings, clock=clock) as client:
        pace = Pace(rate, timer=timer, sleep=sleep)
        sweep = _LevelCounter(server, settings, client, ids, publish, pace, clock, timer, sleep)
        return await sweep.run()


class _LevelCounter:
    """One way through the ids of one server."""

    def __init__(
        self,
        server: ServerSettings,
        settings: Settings,
        client: EceClient,
        ids: Iterable[int],
        publish: OnFound,
        pace: Pace,
        clock: Callable[[], float],
        timer: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._server = server
        self._client = client
        self._publish = publish
        self._pace = pace
        self._clock = clock
        self._timer = timer
        self._sleep = sleep
        self._concurrency = settings.concurrency_of(server)
        self._pending = deque(ids)
        self._again: set[int] = set()
        self._doubtful: dict[int, Failure] = {}
        self._alive: int | None = None
        self._clear = self._unclear = 0
        self._backoff = Backoff(
            server.name,
            endpoints=len(self._pending),
            concurrency=self._concurrency,
            interval=settings.interval_of(server),
            backoff_max=settings.backoff_max,
            random=Random(),  # noqa: S311 - spreads probes, keeps no secret
        )

    async def run(self) -> Ending:
        while self._pending or self._doubtful or self._backoff.active:
            if self._backoff.active:
                if not await self._wait_for_server():
                    self._publish(self._backoff.given_up(self._clock()))
                    return Ending.OUT_OF_REACH
            elif self._pending:
                async with asyncio.TaskGroup() as workers:
                    for _ in range(min(self._concurrency, len(self._pending))):
                        workers.create_task(self._work())
            else:
                # Only ids that fail are left: is it them, or is it the server by now?
                self._backoff.resize(1)
                await self._knock()
            if self._hopeless:
                return Ending.NOTHING_CLEAR
        return Ending.COMPLETE

    @property
    def _hopeless(self) -> bool:
        return self._unclear >= NOTHING_CLEAR and not self._clear

    async def _work(self) -> None:
        while True:
            await self._pace.turn()
            if not self._pending or self._backoff.active or self._hopeless:
                return
            number = self._pending.popleft()
            await self._take_answer(number, await self._ask(number, Endpoint.CHAT_ALLOWED))

    async def _ask(self, number: int, endpoint: Endpoint) -> Observation:
        entry_point = EntryPoint(EntryPointKey(self._server.name, number), "")
        return await self._client.poll(self._client.prepare(entry_point, endpoint))

    async def _take_answer(self, number: int, observation: Observation) -> None:
        if failure := _server_failure_in(observation):
            if number in self._again:
                self._doubtful[number] = failure
            else:
                self._again.add(number)
                self._pending.append(number)
            self._unreached(failure, probe=False)
            return
        await self._take_found(_found_of(observation))

    async def _take_found(self, found: Found) -> None:
        self._answered(found.id)
        if found.presence is Presence.EXISTS and _FIGURES in self._server.endpoints:
            found = await self._with_figures(found)
        self._count_and_publish(found)

    async def _with_figures(self, found: Found) -> Found:
        """With the wait and the queue, where the server has them."""
        await self._pace.turn()
        outcome = (await self._ask(found.id, _FIGURES)).outcome
        if not isinstance(outcome, LiveSessionStatus):
            return found
        return replace(found, wait_seconds=outcome.wait_seconds, queue_depth=outcome.queue_depth)

    def _count_and_publish(self, found: Found) -> None:
        if found.presence is Presence.UNCLEAR:
            self._unclear += 1
        else:
            self._clear += 1
        self._publish(found)

    def _answered(self, number: int) -> None:
        self._alive = number
        if status := self._backoff.answered(self._clock()):
            self._publish(status)
        # The server is there, so it was these ids that it would not speak of.
        doubtful, self._doubtful = self._doubtful, {}
        for one, failure in doubtful.items():
            self._count_and_publish(Found(one, Presence.UNCLEAR, words=failure.message))

    def _unreached(self, failure: Failure, *, probe: bool) -> None:
        if status := self._backoff.unreached(failure, self._timer(), self._clock(), probe=probe):
            self._publish(status)

    async def _wait_for_server(self) -> bool:
        """Probe a server ever more seldom; whether it is back."""
        for _ in range(PROBES):
            await self._sleep(max(0.0, self._backoff.next_probe - self._timer()))
            await self._knock()
            if not self._backoff.active:
                return True
        return False

    async def _knock(self) -> None:
        """Ask for an id that was answered before: one that hangs may have a healthy server."""
        shut = self._backoff.active
        number = self._alive
        if number is None:
            number = self._pending[0] if self._pending else next(iter(self._doubtful))
        observation = await self._ask(number, Endpoint.CHAT_ALLOWED)
        if failure := _server_failure_in(observation):
            self._unreached(failure, probe=shut)
        else:
            self._answered(number)


def _server_failure_in(observation: Observation) -> Failure | None:
    """The failure, if it is one of the whole server and so says nothing about the id."""
    outcome, response = observation.outcome, observation.response
    if not isinstance(outcome, Failure):
        return None
    busy = response is not None and response.status in _BUSY
    return outcome if busy or outcome.cause.unreachable else None


def _found_of(observation: Observation) -> Found:
    """Whether the entry point exists by an answer; what is not certain is ``UNCLEAR``."""
    number, outcome = observation.key.id, observation.outcome
    if isinstance(outcome, ChatAllowed):
        return _found_of_reading(number, outcome)
    if words := _refusal(observation):
        return Found(number, Presence.MISSING, words=words)
    words = outcome.message if isinstance(outcome, Failure) else ""
    return Found(number, Presence.UNCLEAR, words=words)


def _found_of_reading(number: int, said: ChatAllowed) -> Found:
    """Whether the entry point exists by a reading of ``chatAllowed``."""
    if said.allowed is None:
        value = f"allowed is “{said.raw_allowed}”" if said.raw_allowed else "allowed is missing"
        return Found(number, Presence.UNCLEAR, words=f"chatAllowed: {value}: not a valid answer.")
    if said.allowed:
        return Found(number, Presence.EXISTS, allowed=True)
    if said.reason == _INVALID:
        return Found(number, Presence.MISSING)
    if said.raw_reason:
        words = f"chatAllowed: undocumented reason “{said.raw_reason}”."
        return Found(number, Presence.UNCLEAR, allowed=False, words=words)
    return Found(number, Presence.EXISTS, allowed=False, reason=said.reason)


def _refusal(observation: Observation) -> str:
    """The words of a 404 or 500 that say that there is no such entry point."""
    response = observation.response
    if response is None or response.status not in {404, 500}:
        return ""
    said = _NO_SUCH.search(text_of(response.body[:_SEARCHED]))
    return f"{response.status} “{brief(said[0], 80)}”" if said else ""
